"""Write access: a table of all forms of the admin and all kinds of visitors (see test_access)."""

import re

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from jobs.models import Job
from jobs.reminders.tokens import ANSWERS

from .. import factories
from .test_access import FORBIDDEN, GONE, METHOD, ROWS, SEEN, TABLE

# Other tests cover the same code.
pytestmark = [pytest.mark.any_engine, pytest.mark.unmeasured]

NOBODY_ELSE, PERMITTED, ALL_EDITORS, NOT_EVEN_ALICE = {"alice"}, {"clara", "alice"}, {"bob", "alice"}, set()
RECRUITERS = {"rita", *ALL_EDITORS}
DELETED = {"post": "yes"}
OPENING = {"title": "Sent", "description": "x", "apply_instructions": "x", "opens_on": "2026-01-01"}
CONNECTOR = {"format": "csv", "name": "Sent", "url": "https://example.org/jobs.csv"}
ACCOUNT = {
    "email": "sent@example.com",
    "usable_password": "true",
    "password1": "Aq7-sent-Aq7",
    "password2": "Aq7-sent-Aq7",
}

# {URL of a form: (changed fields, visitors who can save it)}
WRITES = {
    "/admin/departments/department/add/": ({"name": "Sent", "state": "CT"}, NOBODY_ELSE),
    "/admin/departments/department/{own}/change/": ({"chief_name": "Sent"}, ALL_EDITORS),
    "/admin/departments/department/{other}/change/": ({"chief_name": "Sent"}, NOBODY_ELSE),
    "/admin/departments/department/{own}/delete/": (DELETED, NOBODY_ELSE),
    "/admin/departments/specialization/add/": ({"name": "Sent"}, PERMITTED),
    "/admin/departments/specialization/{departments/specialization}/change/": ({"name": "Sent"}, PERMITTED),
    "/admin/departments/specialization/{departments/specialization}/delete/": (DELETED, PERMITTED),
    "/admin/departments/department/{own}/team/": ({"email": "new@example.org"}, ALL_EDITORS),
    "/admin/departments/department/{other}/team/": ({"email": "new@example.org"}, NOBODY_ELSE),
    "/admin/departments/department/{own}/team/?remove": ({"remove": "recruiter {rita}"}, ALL_EDITORS),
    "/admin/departments/department/{other}/team/?remove": ({"remove": "recruiter {rita}"}, NOT_EVEN_ALICE),
    "/admin/departments/department/{own}/checked/": ({}, ALL_EDITORS),
    "/admin/departments/department/{other}/checked/": ({}, NOBODY_ELSE),
    "/admin/departments/claim/add/": ({"name": "Sent"}, NOT_EVEN_ALICE),
    "/admin/departments/claim/{departments/claim}/change/": ({"name": "Sent"}, NOT_EVEN_ALICE),
    "/admin/departments/claim/{departments/claim}/delete/": (DELETED, NOBODY_ELSE),
    "/admin/departments/claim/{departments/claim}/approve/": ({}, NOBODY_ELSE),
    "/admin/departments/claim/{departments/claim}/decline/": ({"reason": "Sent"}, NOBODY_ELSE),
    "/admin/departments/correction/add/": ({"value": "Sent"}, NOT_EVEN_ALICE),
    "/admin/departments/correction/{own correction}/change/": ({"accept": "x", "phone": "203-341-6111"}, ALL_EDITORS),
    "/admin/departments/correction/{correction of a name}/change/": ({"accept": "x", "name": "Sent"}, NOBODY_ELSE),
    "/admin/departments/correction/{correction of a job}/change/": ({"decline": "x", "reason": "Sent"}, RECRUITERS),
    "/admin/departments/correction/{other correction}/change/": ({"decline": "x", "reason": "Sent"}, NOBODY_ELSE),
    "/admin/departments/correction/{own correction}/delete/": (DELETED, ALL_EDITORS),
    "/admin/departments/place/add/": ({"name": "Sent"}, NOT_EVEN_ALICE),
    "/admin/departments/place/{departments/place}/change/": ({"name": "Sent"}, NOT_EVEN_ALICE),
    "/admin/departments/place/{departments/place}/delete/": (DELETED, NOT_EVEN_ALICE),
    "/admin/departments/jurisdiction/add/": ({"name": "Sent"}, NOT_EVEN_ALICE),
    "/admin/departments/jurisdiction/{departments/jurisdiction}/change/": ({"departments": "{other}"}, NOBODY_ELSE),
    "/admin/departments/jurisdiction/{departments/jurisdiction}/delete/": (DELETED, NOT_EVEN_ALICE),
    "/admin/departments/slugredirect/add/": ({"slug": "sent"}, NOT_EVEN_ALICE),
    "/admin/departments/slugredirect/{departments/slugredirect}/change/": ({"slug": "sent"}, NOT_EVEN_ALICE),
    "/admin/departments/slugredirect/{departments/slugredirect}/delete/": (DELETED, PERMITTED),
    "/admin/jobs/connector/add/": (CONNECTOR | {"department": "{own}"}, ALL_EDITORS),
    "/admin/jobs/connector/{own connector}/change/": ({"words": "sent"}, ALL_EDITORS),
    "/admin/jobs/connector/{other connector}/change/": ({"words": "sent"}, NOBODY_ELSE),
    "/admin/jobs/connector/{own connector}/delete/": (DELETED, ALL_EDITORS),
    "/admin/jobs/connector/{other connector}/delete/": (DELETED, NOBODY_ELSE),
    "/admin/jobs/apikey/add/": ({"name": "Sent", "department": "{own}"}, ALL_EDITORS),
    "/admin/jobs/apikey/{own key}/change/": ({"_replace": "x"}, ALL_EDITORS),
    "/admin/jobs/apikey/{other key}/change/": ({"_revoke": "x"}, NOBODY_ELSE),
    "/admin/jobs/apikey/{own key}/delete/": (DELETED, ALL_EDITORS),
    "/admin/jobs/apikey/{other key}/delete/": (DELETED, NOBODY_ELSE),
    "/admin/jobs/job/add/": (OPENING | {"department": "{own}"}, RECRUITERS),
    "/admin/jobs/job/{own job}/change/": ({"title": "Sent"}, RECRUITERS),
    "/admin/jobs/job/{other job}/change/": ({"title": "Sent"}, NOBODY_ELSE),
    "/admin/jobs/job/{own job}/delete/": (DELETED, RECRUITERS),
    "/admin/jobs/job/{other job}/delete/": (DELETED, NOBODY_ELSE),
    **{
        f"/admin/jobs/{name}/{what}": (sent, who)
        for name in ("subscriber", "alert", "message")
        for what, sent, who in (
            ("add/", {}, NOT_EVEN_ALICE),
            (f"{{jobs/{name}}}/change/", {"email": "sent@example.com", "paused": "on"}, NOT_EVEN_ALICE),
            (f"{{jobs/{name}}}/delete/", DELETED, NOBODY_ELSE),
        )
    },
    "/admin/auth/group/add/": ({"name": "Sent"}, NOBODY_ELSE),
    "/admin/auth/group/{auth/group}/change/": ({"name": "Sent"}, NOBODY_ELSE),
    "/admin/auth/group/{auth/group}/delete/": (DELETED, NOBODY_ELSE),
    "/admin/policeapp/user/add/": (ACCOUNT, PERMITTED),
    "/admin/policeapp/user/{policeapp/user}/change/": ({"is_superuser": "on"}, NOBODY_ELSE),
    "/admin/policeapp/user/{policeapp/user}/password/": (ACCOUNT, PERMITTED),
    "/admin/policeapp/user/{policeapp/user}/delete/": (DELETED, PERMITTED),
    "/admin/policeapp/auditevent/add/": ({}, NOT_EVEN_ALICE),
    "/admin/policeapp/auditevent/{policeapp/auditevent}/change/": ({"ip": "192.0.2.9"}, NOT_EVEN_ALICE),
    "/admin/policeapp/auditevent/{policeapp/auditevent}/delete/": (DELETED, NOT_EVEN_ALICE),
    "/admin/policeapp/import/{policeapp/import}/change/": ({"source": "Sent"}, NOT_EVEN_ALICE),
    "/admin/policeapp/import/{policeapp/import}/delete/": (DELETED, PERMITTED),
}
# Forms that other tests submit.
OTHER_FORMS = {
    "admin/policeapp/import/add/",  # uploads a file
    "admin/policeapp/import/<int:pk>/apply/",
    "admin/policeapp/import/<int:pk>/undo/",
    # Restoring; see test_history_pages
    "admin/departments/department/deleted/<int:row>/",
    "admin/departments/department/<path:object_id>/history/restore/",
    "admin/jobs/job/deleted/<int:row>/",
    "admin/jobs/job/<path:object_id>/history/restore/",
    # One's own account
    "admin/password_change/",
    "admin/account/second-factor/webauthn/add/",
}

# Everyone who has the link from an email can change these.
EMAIL_LINKS = [f"/alerts/{purpose}/{{{purpose}}}/" for purpose in ("confirm", "manage", "renew", "unsubscribe")]
EMAIL_LINKS += ["/departments/claims/confirm/{claim}/"]
EMAIL_LINKS += [f"/jobs/reminders/{answer}/{{reminder {answer}}}/" for answer in ANSWERS]

UNAUTHORIZED = 401  # without a key, whoever is signed in

# Statements that change data, except sessions, which every signed-in visitor has.
CHANGE = re.compile(r'(INSERT|UPDATE|DELETE)(?! (INTO |FROM )?"django_session")')


def rows():
    """Return all rows in the database, except sessions, as ``{model: [row]}``."""
    models = [model for model in apps.get_models() if model._meta.app_label not in ("sessions", "contenttypes")]
    return {model.__name__: sorted(map(repr, model.objects.values_list())) for model in models}


def test_every_form_of_the_admin_is_in_the_table(numbers):
    ends = "add|change|delete|password|apply|team|checked|approve|decline|undo|restore|deleted/<int:row>"
    forms = {pattern for pattern in TABLE if re.search(f"^admin/.*(/|_)({ends})/$", pattern)}
    paths = [url.format(**numbers).partition("?")[0] for url in WRITES]
    assert {resolve(path).route for path in paths} | OTHER_FORMS == forms


@pytest.mark.parametrize("path", WRITES)
def test_forms_work_only_for_visitors_with_permission(visitors, numbers, path):
    """Every visitor submits the form that they see, or else the one that an administrator sees."""
    sent, allowed = WRITES[path]
    url = path.format(**numbers)
    to_alice = visitors["alice"].get(url)
    sent = {name: str(value).format(**numbers) for name, value in sent.items()}
    changed = set()
    for name, client in visitors.items():
        page = client.get(url)
        form = factories.form_of(page if page.status_code == SEEN else to_alice) | sent
        with transaction.atomic(), CaptureQueriesContext(connection) as captured:
            assert client.post(url, form).status_code < 500
            transaction.set_rollback(True)
        if any(CHANGE.match(query["sql"]) for query in captured):
            changed.add(name)
    assert changed == allowed


def test_other_methods_change_nothing(visitors, numbers):
    before = rows()
    for url, _ in ROWS:
        if not url.startswith("/admin/"):
            assert visitors["alice"].put(url.format(**numbers)).status_code in (METHOD, GONE, UNAUTHORIZED), url
    for url in WRITES:
        visitors["alice"].delete(url.format(**numbers))
    assert rows() == before


def test_forms_from_other_sites_are_rejected(visitors, numbers):
    """Even an administrator's browser cannot submit them: CSRF protection."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = visitors["alice"].cookies
    before = rows()
    for url, (sent, _) in WRITES.items():
        assert client.post(url.format(**numbers), sent).status_code == FORBIDDEN, url
    assert rows() == before


@pytest.mark.parametrize("name", ["stranger", "sue", "charlie"])
def test_requests_without_permission_change_nothing(visitors, numbers, stored_logo, name):
    before = rows()
    sent = {"post": "yes", "action": "delete_selected", "_selected_action": numbers["own"], "name": "x", "title": "x"}
    for url, _ in ROWS:
        if url not in ("/admin/logout/", *EMAIL_LINKS):
            assert visitors[name].post(url.format(**numbers), sent).status_code < 500, url
    assert rows() == before


@pytest.mark.parametrize("name", ["bob", "rita"])
def test_nobody_adds_an_opening_to_a_department_of_others(visitors, numbers, name):
    client = visitors[name]
    sent = {"department": numbers["other"], "title": "Smuggled", "kind": "other", "schedule": "full_time"}
    sent |= {"status": "published", "positions": 1, "description": "x", "apply_instructions": "x"}
    sent |= {"pay_period": "year", "opens_on": "2026-01-01"}
    sent = factories.form_of(client.get("/admin/jobs/job/add/")) | sent
    assert client.post("/admin/jobs/job/add/", sent).status_code == SEEN
    assert not Job.objects.filter(title="Smuggled").exists()
    client.post("/admin/jobs/job/add/", sent | {"department": numbers["own"]})
    assert Job.objects.get(title="Smuggled").department_id == numbers["own"]
