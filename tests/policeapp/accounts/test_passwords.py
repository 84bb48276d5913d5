"""Signing in with a password, setting it by email, and changing it."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.management import CommandError, call_command
from django.test import Client

from jobs.alerts.outbox import send_waiting
from jobs.models import Message
from policeapp.accounts.emails import password_link
from policeapp.accounts.lockout import RESETS_PER_CLIENT, RESETS_PER_MAILBOX
from policeapp.models import User

from ...admin import sign_in, signed_in
from ...factories import form_of, html_of, make_alice, make_charlie, make_user, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine, pytest.mark.unmeasured]

LOGIN, RESET, CHANGE = "/admin/login/", "/admin/account/password/reset/", "/admin/password_change/"
NEW = "correct horse battery"


def log_in(client, email="alice@example.com", password="alice-password", **fields):
    return client.post(LOGIN, {"login": email, "password": password} | fields)


def is_signed_in(client):
    return client.get("/admin/").status_code == 200


def path_of(url):
    return url.removeprefix(settings.SITE_URL)


def set_password(client, link, password=NEW):
    """Open a link, send the form and return the last page."""
    form_page = client.get(path_of(link), follow=True)
    url = form_page.request["PATH_INFO"]
    return client.post(url, {"password1": password, "password2": password}, follow=True)


class TestSigningIn:
    @pytest.mark.parametrize("typed", ["alice@example.com", " Alice@EXAMPLE.com "])
    def test_every_spelling_of_the_address_leads_to_the_admin(self, client, typed):
        make_alice()
        response = log_in(client, typed)
        assert (response.status_code, response.url) == (302, "/admin/")
        assert is_signed_in(client)

    @pytest.mark.parametrize(
        ("target", "destination"),
        [
            ("/admin/jobs/job/?q=officer", "/admin/jobs/job/?q=officer"),
            ("https://evil.example.org/", "/admin/"),
            ("//evil.example.org/", "/admin/"),
            ("javascript:alert(1)", "/admin/"),
        ],
    )
    def test_it_leads_back_to_the_page_that_was_asked_for_on_this_site(self, client, target, destination):
        make_alice()
        form = form_of(client.get(LOGIN, {"next": target}))
        assert log_in(client, next=form.get("next", "")).url == destination

    def test_an_unknown_address_and_a_wrong_password_get_the_same_page(self, client):
        make_alice()
        make_user("gone", "gone-password", is_active=False)
        pages = {
            text_of(log_in(Client(), email, password))
            for email, password in (
                ("alice@example.com", "wrong"),
                ("nobody@example.com", "wrong"),
                ("gone@example.com", "gone-password"),
            )
        }
        assert len(pages) == 1 and "The email address or the password is wrong." in pages.pop()

    def test_somebody_who_is_not_staff_learns_why_the_admin_stays_closed(self, client):
        sign_in(client, make_user("sue"))
        assert "this account can't use this page" in text_of(client.get("/admin/", follow=True))

    def test_nobody_can_sign_up_or_use_other_pages_of_the_library(self):
        alice = signed_in(make_alice())
        for path in ("signup/", "email/", "confirm-email/", "login/code/", "social/"):
            assert alice.get(f"/admin/account/{path}").status_code == 404, path
            assert alice.get(f"/accounts/{path}").status_code == 404, path
        for path in ("account/emailaddress/", "mfa/authenticator/", "usersessions/usersession/"):
            assert alice.get(f"/admin/{path}").status_code == 404, path


class TestReset:
    def test_a_link_sets_the_password_and_ends_all_sessions(self, client, mailoutbox):
        alice = make_alice()
        elsewhere = signed_in(alice)
        client.post(RESET, {"email": "Alice@Example.com"})
        send_waiting()
        (email,) = mailoutbox
        assert email.to == ["alice@example.com"] and email.subject == "Reset your password"
        link = re.search(r"https://\S+/reset/[0-9a-z]+-\S+/", email.body)[0]
        assert link in email.alternatives[0][0]
        assert "Your new password is set. Sign in" in text_of(set_password(client, link))
        assert not is_signed_in(elsewhere) and not is_signed_in(client)
        assert log_in(client, password=NEW).status_code == 302
        send_waiting()
        assert mailoutbox[-1].subject == "Your password was changed"

    def test_the_page_of_a_link_names_the_account(self, client):
        path = urlsplit(password_link(make_alice())).path
        assert "You sign in with alice@example.com." in text_of(client.get(path, follow=True))

    def test_a_link_works_once(self, client):
        link = password_link(make_alice())
        set_password(client, link)
        assert "This link does not work" in text_of(set_password(Client(), link, "another long password"))
        assert log_in(Client(), password=NEW).status_code == 302

    def test_a_link_ends_after_four_hours(self, client, monkeypatch):
        link = password_link(make_alice())
        now = PasswordResetTokenGenerator._now
        passed = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT + 1)
        monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: now(self) + passed)
        assert "This link does not work" in text_of(client.get(path_of(link), follow=True))

    def test_a_link_does_nothing_while_the_account_is_turned_off(self):
        alice = make_alice()
        link, opened = password_link(alice), Client()
        url = opened.get(path_of(link), follow=True).request["PATH_INFO"]
        User.objects.update(is_active=False)
        assert "This link does not work" in text_of(Client().get(path_of(link), follow=True))
        assert "This link does not work" in text_of(opened.post(url, {"password1": NEW, "password2": NEW}, follow=True))
        assert User.objects.get().check_password("alice-password")

    def test_an_altered_link_or_one_for_another_account_does_nothing(self, client):
        alice, charlie = make_alice(), make_charlie()
        mine, theirs = (path_of(password_link(user)) for user in (charlie, alice))
        account, key = re.search(r"/([0-9a-z]+)-(\S+)/$", mine).groups()
        other = re.search(r"/([0-9a-z]+)-", theirs)[1]
        for link in (
            f"{RESET}{other}-{key}/",
            f"{RESET}{account}-{key[:-1]}{'0' if key[-1] != '0' else '1'}/",
            f"{RESET}{account}-set-password/",
            f"{RESET}zzzzzzzzzzzzz-{key}/",
        ):
            assert "This link does not work" in text_of(client.get(link, follow=True)), link

    def test_the_form_of_one_account_cannot_be_sent_for_another(self, client):
        alice, charlie = make_alice(), make_charlie()
        client.get(path_of(password_link(charlie)), follow=True)
        url = re.sub(r"-\S+/$", "-set-password/", path_of(password_link(alice)))
        client.post(url, {"password1": NEW, "password2": NEW})
        alice.refresh_from_db()
        assert alice.check_password("alice-password")

    def test_the_page_is_the_same_for_an_unknown_address_which_gets_no_email(self, client):
        make_alice()
        make_user("gone", is_active=False)
        pages = {
            text_of(Client().post(RESET, {"email": f"{name}@example.com"}, follow=True))
            for name in ("alice", "nobody", "gone")
        }
        assert len(pages) == 1 and "Check your email" in pages.pop()
        assert [message.recipient for message in Message.objects.all()] == ["alice@example.com"]

    def test_emails_to_one_mailbox_and_requests_of_one_network_are_limited(self):
        make_alice()
        for _ in range(RESETS_PER_CLIENT.most):
            Client().post(RESET, {"email": "Alice@example.com"})
        assert Message.objects.count() == RESETS_PER_MAILBOX.most
        refused = Client().post(RESET, {"email": "alice@example.com"})
        assert "Too many requests from your network." in text_of(refused)
        assert Client().post(RESET, {"email": "x@example.com"}, REMOTE_ADDR="198.51.100.4").status_code == 302

    def test_a_sent_link_is_not_stored(self, client, mailoutbox):
        make_alice()
        client.post(RESET, {"email": "alice@example.com"})
        message = Message.objects.get()
        assert "reset" in str(message.content)
        shown = html_of(signed_in(User.objects.get()).get(f"/admin/jobs/message/{message.pk}/change/"))
        assert message.content["link"] not in shown
        send_waiting()
        message.refresh_from_db()
        assert message.content == {} and message.sent_at


class TestNewPasswords:
    @pytest.mark.parametrize(
        "password",
        [
            "short",
            "eleven-char",
            "password1234",
            "qwertyuiop123",
            "alice@example.com",
            "PoliceApp2026!",
            "sunshine!2026",
            "dragondragon",
        ],
    )
    def test_a_short_common_or_obvious_password_is_refused(self, client, password):
        alice = make_alice()
        set_password(client, password_link(alice), password)
        alice.refresh_from_db()
        assert alice.check_password("alice-password")

    @pytest.mark.parametrize(
        "password",
        ["police dogs bark at night", "aaaa bbbb cccc dddd", "длинный пароль 漢字", "7" * 9 + "3" * 9, "x y" * 60],
    )
    def test_a_long_one_needs_no_mix_of_characters(self, client, password):
        alice = make_alice()
        set_password(client, password_link(alice), password)
        alice.refresh_from_db()
        assert alice.check_password(password)

    def test_changing_it_needs_the_old_one_and_ends_other_sessions(self):
        alice = make_alice()
        here, elsewhere = signed_in(alice), signed_in(alice)
        sent = {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
        assert "This is not your password." in text_of(here.post(CHANGE, sent))
        here.post(CHANGE, sent | {"oldpassword": "alice-password"})
        assert is_signed_in(here) and not is_signed_in(elsewhere)
        assert Message.objects.get().content["title"] == "Your password was changed"

    def test_an_account_without_a_password_sets_one_by_email(self):
        alice = make_alice()
        alice.set_unusable_password()
        alice.save()
        response = signed_in(alice).get(CHANGE, follow=True)
        assert "Reset your password" in text_of(response)


class TestCreateAdmin:
    def test_it_prints_a_link_that_sets_the_password(self, client, capsys):
        call_command("create_admin", "root@example.com")
        printed = capsys.readouterr().out
        assert "root@example.com is now an administrator." in printed
        set_password(client, printed.split()[-1])
        assert log_in(client, "root@example.com", NEW).status_code == 302
        assert User.objects.get().is_administrator and is_signed_in(client)

    def test_it_asks_for_the_address(self, monkeypatch, capsys):
        monkeypatch.setattr("builtins.input", lambda prompt: "root@example.com")
        call_command("create_admin")
        assert User.objects.get().email == "root@example.com"

    def test_a_second_time_it_only_prints_another_link(self, capsys):
        alice = make_alice()
        call_command("create_admin", "Alice@example.com")
        assert "alice@example.com is already an administrator." in capsys.readouterr().out
        assert User.objects.get() == alice

    def test_it_gives_no_rights_to_an_account_that_exists(self):
        make_charlie()
        with pytest.raises(CommandError, match="not an active administrator's"):
            call_command("create_admin", "charlie@example.com")
        with pytest.raises(CommandError, match="valid email"):
            call_command("create_admin", "root")
        assert not User.objects.filter(is_superuser=True).exists()
