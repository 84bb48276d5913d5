"""How long sessions last, who ends them, and what is asked again during one."""

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from departments.models import Department
from policeapp.models import Import, User
from policeapp.operations.clean_up import clean_up

from ...admin import page, save, saved, signed_in
from ...factories import (
    form_of,
    make_alice,
    make_bob,
    make_charlie,
    make_department,
    make_import,
    make_user,
    text_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine, pytest.mark.unmeasured]

AGAIN = "/admin/account/reauthenticate/"


def log_in(name="alice", **headers):
    client = Client(headers=headers)
    client.post("/admin/login/", {"login": f"{name}@example.com", "password": f"{name}-password"})
    return client


def is_signed_in(client):
    return client.get("/admin/").status_code == 200


class TestEnd:
    def test_a_session_ends_two_hours_after_the_last_request(self, clock):
        make_alice()
        client = log_in()
        for _ in range(3):
            clock(minutes=119)
            assert is_signed_in(client)
        clock(minutes=121)
        assert not is_signed_in(client)

    def test_a_session_ends_twelve_hours_after_it_began(self, clock):
        make_alice()
        client = log_in()
        for _ in range(7):
            clock(minutes=100)
            assert is_signed_in(client)
        clock(minutes=25)
        assert not is_signed_in(client)

    def test_using_a_session_writes_at_most_every_five_minutes(self, clock):
        make_alice()
        client = log_in()
        client.get("/admin/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/admin/")
        assert not [query["sql"] for query in captured if "UPDATE" in query["sql"]]

    def test_an_editor_who_is_deactivated_is_signed_out_at_the_next_request(self):
        own = make_department()
        bob = make_bob(own)
        client = log_in("bob")
        form = form_of(client.get(page(own)))
        assert saved(save(signed_in(make_alice()), bob, is_active=""))
        response = client.post(page(own), form | {"chief_name": "Sent"})
        assert response.status_code == 302 and response.url.startswith("/admin/login/")
        assert not Department.objects.filter(chief_name="Sent").exists()
        assert not is_signed_in(client)

    def test_the_session_gets_another_key_when_somebody_signs_in(self, client):
        make_alice()
        client.get("/admin/account/password/reset/1-abc-def/")
        session = client.session
        session["stranger"] = 1
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        client.post("/admin/login/", {"login": "alice@example.com", "password": "alice-password"})
        assert client.session.session_key != session.session_key


class TestList:
    def test_the_page_of_the_only_session_speaks_of_no_others(self):
        make_alice()
        text = text_of(log_in().get("/admin/account/sessions/"))
        assert "You are signed in only here." in text and "other sessions" not in text

    def test_the_page_lists_sessions_and_ends_the_others(self):
        make_alice()
        make_charlie()
        here, elsewhere, charlie = log_in(), log_in(**{"User-Agent": "Elsewhere 1.0"}), log_in("charlie")
        assert "Elsewhere 1.0" in text_of(here.get("/admin/account/sessions/"))
        response = here.post("/admin/account/sessions/", follow=True)
        assert "Your other sessions are ended." in text_of(response)
        assert is_signed_in(here) and is_signed_in(charlie) and not is_signed_in(elsewhere)
        assert "Elsewhere" not in text_of(response)

    @pytest.mark.parametrize(
        ("header", "name"),
        [
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142 Safari/537.36",
                "Chrome on Linux",
            ),
            ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142 Safari/537.36 Edg/142.0", "Edge on Windows"),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Mac"),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/142 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("curl/8.5.0", "curl/8.5.0"),
        ],
    )
    def test_the_page_names_the_browser_and_the_system(self, header, name):
        make_alice()
        words = text_of(log_in(**{"User-Agent": header}).get("/admin/account/sessions/"))
        assert f"{name} " in f"{words} " and "Mozilla" not in words

    def test_sessions_that_ended_are_deleted_with_their_addresses(self):
        make_alice()
        here = log_in()
        assert "You are signed out Sign in again" in text_of(log_in().post("/admin/logout/"))
        assert UserSession.objects.count() == 2
        clean_up()
        assert [session.session_key for session in UserSession.objects.all()] == [here.session.session_key]

    def test_a_superuser_ends_the_sessions_of_somebody_else(self):
        make_alice()
        charlie = make_charlie()
        here, elsewhere = log_in(), log_in("charlie")
        here.post(page(User, "list"), {"action": "end_sessions", "_selected_action": charlie.pk})
        assert is_signed_in(here) and not is_signed_in(elsewhere)


class TestAskingAgain:
    """What gives rights is changed only by somebody who has just shown who they are; anybody may go on looking."""

    @pytest.fixture
    def alice(self, db):
        """Alice, who signed in 16 minutes ago."""
        make_alice()
        client = log_in()
        session = client.session
        for record in session[AUTHENTICATION_METHODS_SESSION_KEY]:
            record["at"] -= 16 * 60
        session.save()
        return client

    def test_the_change_is_made_after_the_password_is_entered(self, alice):
        charlie = make_charlie()
        form = form_of(alice.get(page(charlie)))
        response = alice.post(page(charlie), form | {"first_name": "Charles"})
        assert response.url == f"{AGAIN}?next={page(charlie).replace('/', '%2F')}"
        charlie.refresh_from_db()
        assert charlie.first_name == "Charlie"
        wrong = alice.post(response.url, {"password": "wrong"})
        assert "This password is wrong." in text_of(wrong)
        alice.post(AGAIN, {"password": "alice-password", "next": page(charlie)})
        charlie.refresh_from_db()
        assert charlie.first_name == "Charles"

    @pytest.mark.parametrize("make", [make_charlie, lambda: Group.objects.create(name="Clerks")])
    def test_every_way_to_change_an_account_or_a_group_asks(self, alice, make):
        target = make()
        action = {"action": "delete_selected", "_selected_action": target.pk, "post": "yes"}
        answers = [
            alice.post(page(target), {"name": "Sent"}),
            alice.post(page(target, "delete"), {"post": "yes"}),
            alice.post(page(target, "list"), action),
            alice.post(page(target, "add"), {"name": "Sent", "email": "sent@example.com"}),
            alice.get(page(target, "add")),
        ]
        if isinstance(target, User):
            answers += [alice.get(page(target, "password")), alice.post(page(target, "password"), {})]
        assert [answer.url.partition("?")[0] for answer in answers] == [AGAIN] * len(answers)
        assert type(target).objects.filter(pk=target.pk).exists()

    def test_looking_asks_nothing(self, alice):
        charlie = make_charlie()
        for name in ("list", "change", "history", "delete"):
            assert alice.get(page(charlie, name)).status_code == 200, name

    def test_a_password_for_another_account_is_never_stored_in_the_session(self, alice):
        charlie = make_charlie()
        secret = {"usable_password": "true", "password1": "very secret words", "password2": "very secret words"}
        for url in (page(charlie, "password"), page(User, "add")):
            alice.post(url, secret | {"email": "sent@example.com"})
            assert "very secret" not in repr(dict(alice.session)), url

    def test_giving_somebody_a_role_at_a_department_asks(self, alice):
        department, bob = make_department(), make_bob()
        changes = {"editors": [bob.pk], "chief_name": "Ann Chief"}
        assert saved(save(alice, department, chief_name="Jo Chief"))
        response = alice.post(page(department), form_of(alice.get(page(department))) | changes)
        assert response.url.startswith(AGAIN)
        department.refresh_from_db()
        assert (department.chief_name, department.editors.count()) == ("Jo Chief", 0)
        alice.post(response.url, {"password": "alice-password"})
        department.refresh_from_db()
        assert (department.chief_name, department.editors.get()) == ("Ann Chief", bob)

    def test_an_import_that_overwrites_what_people_entered_asks(self, alice):
        careful, overwriting = make_import(), make_import(overwrite=True)
        answers = [alice.post(f"/admin/policeapp/import/{each.pk}/apply/") for each in (careful, overwriting)]
        assert AGAIN not in answers[0].url and answers[1].url.startswith(AGAIN)
        assert Import.objects.get(pk=overwriting.pk).applied_at is None

    def test_ending_sessions_asks(self, alice):
        assert alice.get("/admin/account/sessions/").status_code == 200
        assert alice.post("/admin/account/sessions/").url.startswith(AGAIN)

    def test_the_session_gets_another_key_and_stays_in_the_list(self, alice):
        before = alice.session.session_key
        alice.post(AGAIN, {"password": "alice-password"})
        assert alice.session.session_key != before and is_signed_in(alice)
        assert [session.session_key for session in UserSession.objects.all()] == [alice.session.session_key]

    def test_guessing_here_is_limited_too(self, alice):
        statuses = [alice.post(AGAIN, {"password": "wrong"}).status_code for _ in range(6)]
        assert statuses == [200] * 4 + [429] * 2


def test_public_pages_need_no_session_and_set_no_cookie(client):
    make_user("sue", "sue-password")
    for visitor in (client, signed_in(make_alice())):
        with CaptureQueriesContext(connection) as captured:
            response = visitor.get("/privacy/")
        assert not response.cookies and "Cookie" not in response.get("Vary", "")
        assert not [query["sql"] for query in captured if "session" in query["sql"] or "user" in query["sql"]]
