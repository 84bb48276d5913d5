"""Administrators and editors remove people from a department."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from departments.models import Department
from jobs.models import Message
from policeapp.models import AuditEvent
from tests.admin import html_of, messages_of, page, signed_in
from tests.factories import get_user, make_charlie, make_invitation, make_rita, make_user, text_of

from .pages import emails_to

pytestmark = pytest.mark.django_db

LAST = "There is no other editor who can sign in. Invite one first, or ask an administrator."


@pytest.fixture
def bill(own):
    """Another editor of the department that Bob edits."""
    bill = make_user("bill", first_name="Bill", is_staff=True)
    own.editors.add(bill)
    return bill


def remove(client, department, person, role="editor", **options):
    return client.post(page(department, "team"), {"remove": f"{role} {person.pk}"}, follow=True, **options)


def people(department):
    """Return ``[(role, name of the account)]``, sorted."""
    return sorted((role.value, person.email.partition("@")[0]) for role, person in department.team())


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_administrators_and_editors_remove_editors_and_recruiters(request, own, bill, who):
    client, rita = request.getfixturevalue(who), make_rita(own)
    own.editors.add(get_user("bob") if who == "bob" else make_user("joe", is_staff=True))
    response = remove(client, own, bill)
    assert messages_of(response) == ["Bill is removed, and gets an email about it."]
    remove(client, own, rita, "recruiter")
    assert [role for role, _name in people(own)] == ["editor"]
    entries = LogEntry.objects.filter(user=get_user(who))
    assert [entry.get_change_message() for entry in entries] == ["Removed a person."] * 2


def test_each_person_has_a_button_that_asks_once_more(bob, own, bill):
    response = bob.get(page(own, "team"))
    assert "Yes, remove Bill" in text_of(response)
    assert f'<button name="remove" value="editor {bill.pk}"' in html_of(response)


def test_only_the_role_at_this_department_goes_and_the_account_stays(bob, own, strange, bill):
    own.recruiters.add(bill)
    strange.editors.add(bill)
    remove(bob, own, bill)
    assert people(own) == [("editor", "bob"), ("recruiter", "bill")]
    assert list(Department.objects.editable_by(get_user("bill"))) == [strange]
    assert get_user("bill").is_active and get_user("bill").is_staff


def test_a_removed_person_who_is_signed_in_loses_access_at_once(bob, own, bill):
    client = signed_in(bill)
    assert client.get(page(own, "team")).status_code == 200
    remove(bob, own, bill)
    assert client.get(page(own, "team")).status_code == 403


def test_invitations_that_a_removed_person_sent_no_longer_work(bob, own, bill):
    invitation = make_invitation(own, "eve@example.com", bill)
    assert invitation.can_be_accepted()
    remove(bob, own, bill)
    assert not invitation.can_be_accepted()


# The last editor


def test_an_editor_leaves_while_another_remains(bob, own, bill):
    response = remove(bob, own, get_user("bob"))
    assert response.redirect_chain == [("/admin/", 302)]
    assert people(own) == [("editor", "bill")]


def test_two_editors_who_remove_each_other_leave_one(bob, own, bill):
    other = signed_in(bill)
    remove(bob, own, bill)
    assert remove(other, own, get_user("bob")).status_code == 403
    assert people(own) == [("editor", "bob")]


@pytest.mark.parametrize("state", [{"is_active": False}, {"is_staff": False}])
def test_the_last_editor_who_can_sign_in_stays(bob, own, bill, state):
    type(bill).objects.filter(pk=bill.pk).update(**state)
    response = bob.get(page(own, "team"))
    assert "You are the only editor who can sign in." in text_of(response)
    assert f'value="editor {get_user("bob").pk}"' not in html_of(response)
    assert messages_of(remove(bob, own, get_user("bob"))) == [LAST]
    assert people(own) == [("editor", "bill"), ("editor", "bob")]
    assert not Message.objects.exists()


def test_the_last_editor_can_leave_the_recruiters(bob, own):
    own.recruiters.add(get_user("bob"))
    remove(bob, own, get_user("bob"), "recruiter")
    assert people(own) == [("editor", "bob")]


def test_an_administrator_removes_the_last_editor(alice, own, bill):
    remove(alice, own, bill)
    assert people(own) == []


# Who can't


@pytest.mark.parametrize("who", ["charlie", "rita", "bob"])
def test_nobody_removes_people_of_departments_that_they_do_not_edit(bob, strange, bill, who):
    strange.editors.add(bill)
    client = bob if who == "bob" else signed_in(make_rita(strange) if who == "rita" else make_charlie())
    assert remove(client, strange, bill).status_code in (403, 404)
    assert ("editor", "bill") in people(strange)


def test_a_stranger_is_sent_to_the_page_to_sign_in(own, bill):
    assert remove(Client(), own, bill).redirect_chain[0][0].startswith("/admin/login/")
    assert people(own) == [("editor", "bill")]


@pytest.mark.parametrize(
    "key", ["", "x", "editor", "editor -1", "editor {bill}x", "recruiter {bill}", "owner {bill}", "editor {eve}"]
)
def test_people_who_do_not_have_the_role_are_not_found(alice, own, strange, bill, key):
    eve = make_user("eve", is_staff=True)
    strange.editors.add(eve)
    response = alice.post(page(own, "team"), {"remove": key.format(bill=bill.pk, eve=eve.pk)})
    assert response.status_code == 404
    assert people(own) == [("editor", "bill")] and people(strange) == [("editor", "eve")]


def test_a_page_that_is_opened_removes_nobody(alice, own, bill):
    alice.get(page(own, "team"), {"remove": f"editor {bill.pk}"})
    assert people(own) == [("editor", "bill")]


def test_removing_asks_for_the_password_again_after_a_while(bob, own, bill, clock):
    clock(minutes=20)
    assert remove(bob, own, bill).redirect_chain[0][0].startswith("/admin/account/reauthenticate/")
    assert people(own) == [("editor", "bill"), ("editor", "bob")]


# Who learns of it


def test_the_person_and_the_other_editors_get_an_email(bob, own, bill):
    rita = make_rita(own)
    own.editors.add(make_user("gone", is_staff=True, is_active=False))
    remove(bob, own, rita, "recruiter")
    [email] = emails_to("rita@example.com")
    assert email.content["title"] == "Your role was removed: Own Police, Westport, CT"
    assert "Your role was: recruiter. It was removed by Bob." in email.content["paragraphs"][1]
    [email] = emails_to("bill@example.com")
    assert email.content["title"] == "A person was removed: Own Police, Westport, CT"
    assert "It was Rita. Their role was: recruiter." in email.content["paragraphs"][1]
    assert email.content["link"].endswith(page(own, "team"))
    assert len(emails_to("bob@example.com")) == 1
    assert Message.objects.count() == 3


def test_the_audit_log_names_who_removed_whom_from_where(bob, own, bill):
    remove(bob, own, bill, REMOTE_ADDR="192.0.2.7")
    event = AuditEvent.objects.filter(kind=AuditEvent.Kind.RIGHTS_CHANGED).latest("pk")
    assert (event.account, event.email, event.ip) == (get_user("bob").pk, "bob@example.com", "192.0.2.7")
    assert (event.about, event.details) == ("Own Police, Westport, CT", "editors: removed bill@example.com")
