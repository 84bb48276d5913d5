"""Which submitted forms the 503 page repeats: never one with a password or another secret."""

import pytest
from django.db import connection
from django.test import Client

from ...factories import form_of, get_user, text_of
from .test_unavailable import ADD, away

FORMS_THAT_ARE_NOT_REPEATED = [
    ("/admin/login/", {"login": "alice@example.com", "password": "very secret"}),
    ("/admin/password_change/", {"old_password": "very secret", "new_password1": "very secret"}),
    ("/admin/policeapp/user/add/", {"email": "eve@example.com", "password1": "very secret"}),
    ("/admin/policeapp/user/{}/password/", {"password1": "very secret", "password2": "very secret"}),
    ("/admin/policeapp/user/{}/change/", {"email": "very secret"}),
    ("/admin/auth/group/add/", {"name": "very secret"}),
    ("/admin/policeapp/import/add/", {"source": "very secret"}),
    ("/admin/departments/specialization/", {"action": "delete_selected", "x": "very secret"}),
]


@pytest.mark.parametrize(("path", "typed"), FORMS_THAT_ARE_NOT_REPEATED)
def test_only_forms_for_departments_jobs_and_alerts_are_repeated(alice, path, typed):
    url = path.format(get_user("alice").pk)
    with connection.execute_wrapper(away):
        response = alice.post(url, typed)
    assert response.status_code == 503
    assert "Go back in your browser" in text_of(response)
    assert "very secret" not in response.content.decode()


def test_a_password_is_not_repeated_before_anyone_has_signed_in(client, db):
    form = form_of(client.get("/admin/login/"))
    with connection.execute_wrapper(away):
        response = client.post("/admin/login/", form | {"login": "alice@example.com", "password": "very secret"})
    assert response.status_code == 503
    assert "very secret" not in response.content.decode()


def test_the_form_of_an_alert_can_be_sent_again(db):
    client = Client(enforce_csrf_checks=True)
    form = form_of(client.get("/alerts/new/?q=officer")) | {"email": "jane@example.com"}
    with connection.execute_wrapper(away):
        response = client.post("/alerts/new/?q=officer", form)
    again = form_of(response)
    assert again["email"] == "jane@example.com"
    assert client.post("/alerts/new/?q=officer", again).status_code == 200


def test_secret_fields_of_a_form_are_not_repeated(alice):
    secrets = {"password": "hidden", "new_PassWord2": "hidden", "api-token": "hidden", "csrfmiddlewaretoken": "hidden"}
    with connection.execute_wrapper(away):
        response = alice.post(ADD, {"name": "Bomb Squad"} | secrets)
    assert set(form_of(response)) == {"name", "csrfmiddlewaretoken"}
    assert "hidden" not in form_of(response).values()
