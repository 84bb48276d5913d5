"""What was typed into the admin survives an expired session and a failed CSRF check."""

import pytest
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from policeapp.web.conflicts import EditForm
from policeapp.web.middleware import MAX_BODY
from policeapp.web.unsaved import COOKIE, KEY

from ...admin import errors_of, messages_of, page, saved
from ...departments.test_logos import FILES
from ...factories import form_of, html_of, make_alice, make_bob, make_department, make_division, make_job, text_of
from ..accounts.test_second_factor import CODE, add_app, code_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]

NOTICE = "Nothing is saved yet. The form shows what you typed before you signed in again. Check it and save it."


@pytest.fixture
def own():
    return make_department("Own Police", about="Stored")


def sign_in(client, name="bob", **more):
    """Sign in with the page that the client was sent to, and return where that leads."""
    data = {"login": f"{name}@example.com", "password": f"{name}-password"}
    return client.post("/admin/login/", data | more, follow=True)


@pytest.fixture
def bob(own):
    """Bob's browser, which checks forms as real ones do."""
    make_bob(own)
    client = Client(enforce_csrf_checks=True)
    sign_in(client, csrfmiddlewaretoken=token(client, "/admin/login/"))
    client.get("/admin/")
    return client


def token(client, url):
    return form_of(client.get(url))["csrfmiddlewaretoken"]


def expire(client):
    """End the session as time does: the browser deletes the cookie."""
    del client.cookies["sessionid"]


def send(client, url, form, name="bob"):
    """Send a form without a session, sign in as the page asks, and return the page after that."""
    response = client.post(url, form, follow=True)
    assert "You were signed out. Sign in, and the form shows what you typed." in messages_of(response)
    values = form_of(response)
    assert values["next"] == url
    return sign_in(client, name, next=url, csrfmiddlewaretoken=values["csrfmiddlewaretoken"])


def test_a_form_that_arrives_after_the_session_is_shown_again_and_saved_by_its_author(bob, own):
    make_division(own, "Patrol", responsibilities="Stored")
    form = form_of(bob.get(page(own))) | {"about": "Typed for two hours", "divisions-0-responsibilities": "Typed too"}
    expire(bob)
    response = send(bob, page(own), form)
    assert errors_of(response) == {"": [NOTICE]}
    again = form_of(response)
    assert (again["about"], again["divisions-0-responsibilities"]) == ("Typed for two hours", "Typed too")
    own.refresh_from_db()
    assert own.about == "Stored" == own.divisions.get().responsibilities, "nothing is saved before the author saves it"
    assert form_of(bob.get(page(own)))["about"] == "Stored", "it is shown once"
    assert saved(bob.post(page(own), again, follow=True))
    own.refresh_from_db()
    assert (own.about, own.divisions.get().responsibilities) == ("Typed for two hours", "Typed too")


def test_a_session_that_is_twelve_hours_old_loses_nothing_either(bob, own, clock):
    form = form_of(bob.get(page(own))) | {"about": "Typed"}
    for _ in range(6):
        clock(minutes=119)
        bob.get("/admin/")
    clock(minutes=30)
    assert form_of(send(bob, page(own), form))["about"] == "Typed"


def test_an_object_that_is_not_stored_yet_and_two_forms_at_once(bob, own):
    job, other = form_of(bob.get("/admin/jobs/job/add/")), form_of(bob.get(page(own)))
    expire(bob)
    bob.post(page(own), other | {"about": "Typed"})
    response = send(bob, "/admin/jobs/job/add/", job | {"title": "Sergeant", "description": "Typed as well"})
    assert form_of(response)["description"] == "Typed as well" and NOTICE in errors_of(response)[""]
    assert form_of(bob.get(page(own)))["about"] == "Typed"


def test_a_second_factor_comes_between(bob, own):
    add_app(own.editors.get())
    form = form_of(bob.get(page(own)))
    expire(bob)
    response = send(bob, page(own), form | {"about": "Typed"})
    assert response.request["PATH_INFO"] == CODE
    code = {"code": code_of(), "csrfmiddlewaretoken": form_of(response)["csrfmiddlewaretoken"]}
    assert form_of(bob.post(CODE, code, follow=True))["about"] == "Typed"


def test_a_chosen_file_must_be_chosen_again_however_large(bob, own):
    form = form_of(bob.get(page(own)))
    expire(bob)
    logo = SimpleUploadedFile("logo.png", b"x" * 2 * MAX_BODY)
    response = send(bob, page(own), form | {"about": "Typed", "logo": logo})
    assert errors_of(response) == {"": [f"{NOTICE} Choose the file again."]}
    assert form_of(response)["about"] == "Typed"


def test_another_person_on_the_same_computer_sees_nothing_of_it(bob, own):
    make_alice()
    form = form_of(bob.get(page(own)))
    expire(bob)
    response = send(bob, page(own), form | {"about": "Bob's secret"}, name="alice")
    assert form_of(response)["about"] == "Stored" and "secret" not in html_of(response)


def test_a_form_from_before_signing_in_again_is_shown_again(bob, own):
    form = form_of(bob.get(page(own))) | {"about": "Typed"}
    bob.post("/admin/logout/", form)
    sign_in(bob, csrfmiddlewaretoken=token(bob, "/admin/login/"))
    response = bob.post(page(own), form, follow=True)
    assert errors_of(response) == {"": [NOTICE]}
    assert saved(bob.post(page(own), form_of(response), follow=True))
    own.refresh_from_db()
    assert own.about == "Typed"


def test_changes_of_somebody_else_in_the_meantime_are_merged(bob, own):
    form = form_of(bob.get(page(own))) | {"about": "Typed"}
    expire(bob)
    own.mission = "Changed by somebody else"
    own.save()
    again = form_of(send(bob, page(own), form))
    assert (again["about"], again["mission"]) == ("Typed", "Changed by somebody else")


def test_a_form_of_another_site_is_not_shown(bob, own):
    form = form_of(bob.get(page(own))) | {"about": "Planted"}
    del bob.cookies[COOKIE]  # browsers don't send it with such a form
    response = bob.post(page(own), form | {"csrfmiddlewaretoken": "x" * 64})
    assert response.status_code == 403 and "Please send the form again" in text_of(response)
    bob.cookies[COOKIE] = "1.2:forged"
    assert bob.post(page(own), form | {"csrfmiddlewaretoken": "x" * 64}).status_code == 403
    assert form_of(bob.get(page(own)))["about"] == "Stored"


def test_a_form_of_a_sibling_of_our_domain_is_not_shown_although_it_comes_with_our_cookies(bob, own):
    form = form_of(bob.get(page(own))) | {"about": "Planted"}
    for from_elsewhere in ({"HTTP_ORIGIN": "https://other.testserver"}, {"HTTP_REFERER": "https://other.testserver/x"}):
        response = bob.post(page(own), form, secure="HTTP_REFERER" in from_elsewhere, **from_elsewhere)
        assert response.status_code == 403, from_elsewhere
    assert form_of(bob.get(page(own)))["about"] == "Stored"


def test_a_form_that_is_longer_than_all_our_texts_is_not_stored(bob, own):
    form = form_of(bob.get(page(own)))
    expire(bob)
    bob.post(page(own), form | {"about": "x" * 600_000})
    assert not any(KEY in session.get_decoded() for session in Session.objects.all())


def test_only_forms_that_can_be_shown_again_are_kept_and_no_passwords(own):
    client = Client()
    make_alice(), make_job(own)
    sign_in(client, "alice")
    client.get("/admin/")
    expire(client)
    for url in (page(own, "delete"), page(own, "list"), "/admin/policeapp/user/add/", "/admin/policeapp/import/add/"):
        response = client.post(url, {"password1": "secret", "post": "yes"}, follow=True)
        assert not messages_of(response), url
    assert not any(KEY in session.get_decoded() for session in Session.objects.all())
    assert KEY not in client.session


def test_a_form_that_is_shown_again_cannot_be_saved_before_its_author_saves_it():
    for model_admin in admin.site._registry.values():
        assert issubclass(model_admin.form, EditForm) or not model_admin.keeps_unsaved, model_admin


def test_people_who_were_never_signed_in_store_nothing(client, own):
    assert client.post(page(own), {"about": "x"}).status_code == 302
    assert not Session.objects.exists()


def test_a_logo_and_new_people_in_one_form_lose_no_text(own, clock):
    """The site asks for the password first, and can't repeat a form with a file."""
    client = Client()
    alice = make_alice()
    sign_in(client, "alice")
    form = form_of(client.get(page(own)))
    clock(minutes=30)
    logo = SimpleUploadedFile("logo.png", FILES["PNG"])
    response = client.post(page(own), form | {"about": "Typed", "editors": [alice.pk], "logo": logo}, follow=True)
    assert response.request["PATH_INFO"] == "/admin/account/reauthenticate/"
    again = client.post(response.redirect_chain[-1][0], {"password": "alice-password"}, follow=True)
    assert form_of(again)["about"] == "Typed" and "Choose the file again" in errors_of(again)[""][0]
