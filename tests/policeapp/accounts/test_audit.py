"""The audit log records events with their account and IP address, and nobody can change it."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from departments.claims.tokens import make_token
from departments.models import Claim, Department
from policeapp.accounts import audit
from policeapp.accounts.emails import password_link
from policeapp.accounts.models import AppendOnly
from policeapp.models import AuditEvent, User

from ...admin import page, rows_of, save, signed_in
from ...departments.claims.pages import ANN, emails_to, link_in, send_claim
from ...factories import (
    form_of,
    html_of,
    make_alert,
    make_alice,
    make_bob,
    make_claim,
    make_department,
    make_import,
    make_invitation,
    make_rita,
    make_user,
    text_of,
)
from .test_admin import give
from .test_second_factor import ACTIVATE, CODE, add_app, code_of, log_in

pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]

IP = "192.0.2.7"
Kind = AuditEvent.Kind
PASSWORD = "a long walk by the river"


@pytest.fixture
def alice(db):
    return make_alice()


@pytest.fixture
def client():
    return Client(REMOTE_ADDR=IP)


@pytest.fixture
def signed(alice):
    """Alice's client, signed in from ``IP``."""
    client = signed_in(alice)
    client.defaults["REMOTE_ADDR"] = IP
    return client


def log(*kinds):
    """Return ``[(kind, email, IP, about, details)]``, oldest first: all entries, or those of these kinds."""
    events = AuditEvent.objects.filter(kind__in=kinds) if kinds else AuditEvent.objects.all()
    return list(events.order_by("pk").values_list("kind", "email", "ip", "about", "details"))


ALICE = "alice@example.com"


class TestSigningIn:
    def test_signing_in_and_out_is_recorded_with_the_ip_address(self, client, alice):
        log_in(client)
        client.post("/admin/logout/")
        first, second = AuditEvent.objects.filter(kind__in=[Kind.SIGNED_IN, Kind.SIGNED_OUT]).order_by("pk")
        assert (first.kind, first.account, first.email, first.ip) == (Kind.SIGNED_IN, alice.pk, ALICE, IP)
        assert (second.kind, second.account, second.email, second.ip) == (Kind.SIGNED_OUT, alice.pk, ALICE, IP)
        assert timezone.now() - first.at < timedelta(minutes=1)

    def test_a_failure_is_recorded_with_the_account_and_without_the_password(self, client, alice):
        client.post("/admin/login/", {"login": "Alice@example.com", "password": "sesame-sesame"})
        failure = AuditEvent.objects.get(kind=Kind.SIGN_IN_FAILED)
        assert (failure.account, failure.email, failure.ip) == (alice.pk, ALICE, IP)
        assert "sesame" not in repr(AuditEvent.objects.values_list())

    def test_a_failure_of_a_stranger_has_the_typed_address_and_no_account(self, client, db):
        client.post("/admin/login/", {"login": "nobody@example.com", "password": "sesame-sesame"})
        failure = AuditEvent.objects.get(kind=Kind.SIGN_IN_FAILED)
        assert (failure.account, failure.email, failure.about) == (None, "nobody@example.com", "")

    def test_a_lockout_is_not_recorded_again_and_again(self, client, alice):
        for _number in range(20):
            client.post("/admin/login/", {"login": ALICE, "password": "sesame-sesame"})
        assert len(log(Kind.SIGN_IN_FAILED)) == 5

    def test_strangers_fill_neither_the_table_nor_the_limit_of_accounts(self, alice, monkeypatch):
        monkeypatch.setattr(audit, "FAILURES", audit.FAILURES._replace(most=3))
        for number in range(6):
            sent = {"login": f"nobody{number}@example.com", "password": "sesame-sesame"}
            Client(REMOTE_ADDR=f"192.0.2.{number}").post("/admin/login/", sent)
        assert len(log(Kind.SIGN_IN_FAILED)) == 3
        Client().post("/admin/login/", {"login": ALICE, "password": "sesame-sesame"})
        assert len(log(Kind.SIGN_IN_FAILED)) == 4

    def test_a_wrong_code_is_recorded(self, client, alice):
        add_app(alice)
        log_in(client, "000000")
        assert log(Kind.SIGN_IN_FAILED) == [(Kind.SIGN_IN_FAILED, ALICE, IP, ALICE, "wrong code")]
        assert not log(Kind.SIGNED_IN)
        client.post(CODE, {"code": code_of()})
        assert log(Kind.SIGNED_IN) == [(Kind.SIGNED_IN, ALICE, IP, ALICE, "")]


class TestPasswordsAndFactors:
    def test_a_changed_password_is_recorded(self, signed):
        sent = {"oldpassword": "alice-password", "password1": PASSWORD, "password2": PASSWORD}
        signed.post("/admin/password_change/", sent)
        assert log(Kind.PASSWORD_CHANGED) == [(Kind.PASSWORD_CHANGED, ALICE, IP, ALICE, "")]

    def test_a_reset_is_recorded(self, client, alice):
        path = re.sub("^https?://[^/]*", "", password_link(alice))
        asked = client.get(path, follow=True)
        client.post(asked.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
        assert log(Kind.PASSWORD_RESET) == [(Kind.PASSWORD_RESET, ALICE, IP, ALICE, "")]

    def test_a_password_that_somebody_else_sets_is_recorded_with_both(self, signed):
        sue = make_user("sue")
        sent = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
        signed.post(page(sue, "password"), sent | {"password2": "x"})
        assert not log(Kind.PASSWORD_CHANGED)
        signed.post(page(sue, "password"), sent)
        assert log(Kind.PASSWORD_CHANGED) == [(Kind.PASSWORD_CHANGED, ALICE, IP, "sue@example.com", "")]

    def test_second_factors_are_recorded_when_they_are_added_and_removed(
        self, signed, django_capture_on_commit_callbacks
    ):
        secret = re.search(r"<code>([A-Z2-7]{32})</code>", html_of(signed.get(ACTIVATE)))[1]
        with django_capture_on_commit_callbacks(execute=True):
            signed.post(ACTIVATE, {"code": code_of(secret)})
        assert {details for *_, details in log(Kind.FACTOR_ADDED)} == {"TOTP Authenticator", "Recovery codes"}
        signed.post(ACTIVATE.replace("activate", "deactivate"))
        assert (Kind.FACTOR_REMOVED, ALICE, IP, ALICE, "TOTP Authenticator") in log(Kind.FACTOR_REMOVED)

    def test_a_factor_that_somebody_else_removes_is_recorded(self, signed):
        bob = make_bob()
        add_app(bob)
        signed.post(page(User, "list"), {"action": "remove_second_factor", "_selected_action": bob.pk})
        assert log(Kind.FACTOR_REMOVED) == [(Kind.FACTOR_REMOVED, ALICE, IP, "bob@example.com", "")]


class TestRights:
    def test_flags_groups_and_permissions_of_an_account(self, signed):
        sue, group = make_user("sue"), Group.objects.create(name="Clerks")
        before = AuditEvent.objects.count()
        permission = Permission.objects.get(codename="add_user")
        save(signed, sue, is_staff="on", groups=[group.pk], user_permissions=[permission.pk])
        events = log()[before:]
        assert {details for *_, details in events} == {
            "is_staff: False -> True",
            "groups: added Clerks",
            f"user_permissions: added {permission}",
        }
        assert {event[:4] for event in events} == {(Kind.RIGHTS_CHANGED, ALICE, IP, "sue@example.com")}
        save(signed, sue, groups=[], is_active="")
        assert {details for *_, details in log()[-2:]} == {"groups: removed Clerks", "is_active: True -> False"}

    def test_other_changes_of_an_account_are_no_change_of_rights(self, signed):
        sue = make_user("sue")
        before = log()
        save(signed, sue, first_name="Susan")
        assert log() == before

    def test_permissions_of_a_group(self, signed):
        group = Group.objects.create(name="Clerks")
        save(signed, group, permissions=[Permission.objects.get(codename="add_user").pk])
        [event] = [event for event in log(Kind.RIGHTS_CHANGED) if event[3] == "Clerks"]
        assert event[1:3] == (ALICE, IP) and event[4].startswith("permissions: added ")

    @pytest.mark.parametrize("role", ["editors", "recruiters"])
    def test_editors_and_recruiters_of_a_department(self, signed, role):
        department, bob = make_department(), make_bob()
        save(signed, department, **{role: [bob.pk]})
        expected = (Kind.RIGHTS_CHANGED, ALICE, IP, str(department), f"{role}: added bob@example.com")
        assert log()[-1] == expected
        getattr(department, role).clear()
        assert log()[-1] == (Kind.RIGHTS_CHANGED, "", "", str(department), f"{role}: removed all")


class TestInvitationsAndClaims:
    def test_invitations_are_recorded_when_sent_and_withdrawn(self, signed):
        department = make_department()
        url = page(department, "team")
        signed.post(url, form_of(signed.get(url)) | {"email": "jane@example.com", "role": "recruiter"})
        invitation = department.invitations.get()
        signed.post(url, {"withdraw": invitation.pk})
        details = f"Invitation {invitation.pk}: Recruiter"
        assert log(Kind.INVITED, Kind.INVITATION_WITHDRAWN) == [
            (kind, ALICE, IP, str(department), details) for kind in (Kind.INVITED, Kind.INVITATION_WITHDRAWN)
        ]

    def test_an_invitation_is_recorded_when_it_is_accepted(self, client, alice):
        department = make_department()
        invitation = make_invitation(department, "jane@example.com", alice)
        link = f"/admin/invitations/accept/{make_token('invitation', invitation.key)}/"
        client.post(link, {"new_password1": PASSWORD, "new_password2": PASSWORD})
        jane = User.objects.get(email="jane@example.com")
        event = AuditEvent.objects.get(kind=Kind.INVITATION_ACCEPTED)
        assert (event.account, event.email, event.ip) == (jane.pk, jane.email, IP)
        assert (event.about, event.about_id) == (str(department), str(department.pk))

    def test_a_claim_is_recorded_when_it_is_sent_and_confirmed(self, client):
        department = make_department()
        send_claim(client, department)
        client.post(link_in(emails_to(ANN)[0]))
        client.post(link_in(emails_to(ANN)[0]))
        details = f"Claim {Claim.objects.get().pk}"
        assert log() == [(kind, "", IP, str(department), details) for kind in (Kind.CLAIM_SENT, Kind.CLAIM_CONFIRMED)]

    @pytest.mark.parametrize(
        ("what", "kind"), [("approve", Kind.CLAIM_APPROVED), ("decline", Kind.CLAIM_DECLINED)], ids=str
    )
    def test_a_decision_is_recorded_once(self, signed, what, kind):
        claim = make_claim()
        for _time in range(2):
            signed.post(page(claim, what), {"reason": "We don't know you."})
        assert log(kind) == [(kind, ALICE, IP, str(claim.department), f"Claim {claim.pk}")]
        assert len(log(Kind.INVITED)) == (what == "approve")


class TestImportsAndDeletions:
    def test_an_import_is_recorded_when_it_is_applied(self, signed):
        make_department(ori="CT0015800")
        upload = make_import(kind="departments", content=b"ori,name,state\nCT0015800,Westport Police Department,CT\n")
        for _time in range(2):
            signed.post(page(upload, "apply"))
        upload.refresh_from_db()
        assert upload.applied_at
        assert log(Kind.IMPORT_APPLIED) == [(Kind.IMPORT_APPLIED, ALICE, IP, "openings.csv", "")]

    def test_deletions_are_recorded_one_by_one_and_of_a_list(self, signed):
        first, *others = [make_department(f"Department {number}") for number in range(3)]
        signed.post(page(first, "delete"), {"post": "yes"})
        chosen = {"action": "delete_selected", "_selected_action": [each.pk for each in others], "post": "yes"}
        signed.post(page(Department, "list"), chosen)
        assert not Department.objects.exists()
        assert sorted(log(Kind.DELETED)) == [
            (Kind.DELETED, ALICE, IP, f"Department {number}, Westport, CT", "") for number in range(3)
        ]

    def test_a_deleted_subscriber_is_recorded_without_the_address(self, signed):
        signed.post(page(make_alert("jane@example.com").subscriber, "delete"), {"post": "yes"})
        assert log(Kind.DELETED) == [(Kind.DELETED, ALICE, IP, "", "subscribers: 1")]


class TestNobodyChangesIt:
    def test_an_entry_can_be_neither_changed_nor_deleted(self, alice):
        event = AuditEvent.objects.first()
        event.ip = "192.0.2.99"
        for attempt in (
            event.save,
            event.delete,
            AuditEvent.objects.all().delete,
            lambda: AuditEvent.objects.update(ip=""),
            lambda: AuditEvent.objects.bulk_update([event], ["ip"]),
            lambda: AuditEvent._base_manager.filter(pk=event.pk).update(ip=""),
        ):
            with pytest.raises(AppendOnly), transaction.atomic():
                attempt()
        assert AuditEvent.objects.get(pk=event.pk).ip != "192.0.2.99"

    def test_not_even_a_superuser_changes_it_in_the_admin(self, signed):
        event = AuditEvent.objects.first()
        before = log()
        assert signed.get(page(AuditEvent, "add")).status_code == 403
        assert signed.post(page(event), {"ip": "192.0.2.99"}).status_code == 403
        assert signed.post(page(event, "delete"), {"post": "yes"}).status_code == 403
        signed.post(
            page(AuditEvent, "list"), {"action": "delete_selected", "_selected_action": event.pk, "post": "yes"}
        )
        assert log() == before

    def test_it_outlives_the_account(self, signed):
        bob = make_bob(make_department())
        number = bob.pk
        signed_in(bob).post("/admin/logout/")
        signed.post(page(bob, "delete"), {"post": "yes"})
        assert not User.objects.filter(pk=number).exists()
        events = AuditEvent.objects.filter(account=number)
        assert {(each.kind, each.email) for each in events} == {
            (Kind.SIGNED_IN, "bob@example.com"),
            (Kind.SIGNED_OUT, "bob@example.com"),
        }
        assert log()[-1] == (Kind.DELETED, ALICE, IP, "bob@example.com", "")

    def test_deleting_an_account_with_history_suggests_to_deactivate_it(self, signed):
        department = make_department()
        bob, rita = make_bob(department), make_rita()
        save(signed_in(bob), department, chief_name="Ann Lee")
        words = "Deleting an account removes its name from the history."
        assert words in text_of(signed.get(page(bob, "delete")))
        assert words not in text_of(signed.get(page(rita, "delete")))

    def test_the_clean_up_deletes_entries_after_400_days(self, alice, capsys):
        now = timezone.now()
        for days in (399, 401):
            AuditEvent.objects.create(kind=Kind.SIGNED_IN, email=f"{days}@example.com", at=now - timedelta(days=days))
        call_command("clean_up")
        assert "1 audit log entries" in capsys.readouterr().out
        left = {email for _, email, *_ in log()}
        assert "399@example.com" in left and "401@example.com" not in left


class TestTheList:
    @pytest.fixture
    def events(self, alice):
        for number in range(30):
            audit.record(None, Kind.DELETED, make_department(f"Department {number}"), user=alice)

    def test_it_needs_few_queries(self, signed, events, django_assert_max_num_queries):
        with django_assert_max_num_queries(12):
            assert "Department 29" in text_of(signed.get(page(AuditEvent, "list")))

    @pytest.mark.parametrize(
        ("query", "number"), [("q=bob@example.com", 2), ("q=192.0.2.77", 1), ("kind__exact=signed+in", 2)]
    )
    def test_it_is_filtered_by_kind_and_searched_by_email_and_ip(self, signed, events, query, number):
        AuditEvent.objects.create(kind=Kind.SIGN_IN_FAILED, email="bob@example.com", ip="192.0.2.77")
        AuditEvent.objects.create(kind=Kind.SIGNED_IN, email="bob@example.com", ip="192.0.2.78")
        assert len(rows_of(signed.get(f"{page(AuditEvent, 'list')}?{query}"))) == number

    def test_the_permission_shows_it_to_others(self, alice):
        clerk = make_user("clerk", is_staff=True)
        assert signed_in(clerk).get(page(AuditEvent, "list")).status_code == 403
        assert signed_in(give(clerk, "view_auditevent")).get(page(AuditEvent, "list")).status_code == 200
