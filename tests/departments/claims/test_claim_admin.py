"""Administrators decide claims, and download the departments without an editor."""

import csv
from io import StringIO

import pytest
from django.test import Client

from departments.models import Claim, Department, Invitation
from jobs.alerts.emails import compose
from jobs.models import Message
from tests.admin import html_of, listed, messages_of, page
from tests.factories import make_bob, make_claim, make_department, text_of

from .pages import emails_to, link_in

pytestmark = pytest.mark.django_db

JANE = "jane@example.com"
OUTREACH = "/admin/departments/department/outreach.csv"


@pytest.fixture
def claim(own):
    return make_claim(own, proof="agency")


def decide(client, claim, decision, **values):
    return client.post(page(claim, decision), values, follow=True)


def test_the_queue_shows_what_waits_and_its_evidence(alice, own, claim):
    make_claim(own, "new@example.com", confirmed=False)
    make_claim(own, "old@example.com").decline(make_bob())
    words = text_of(alice.get(page(Claim, "list")))
    assert "1 claim" in words and "jane@example.com" in words and "own domain" in words
    assert len(listed(alice, Claim, "decision=all")) == 2 and len(listed(alice, Claim, "decision=declined")) == 1
    words = text_of(alice.get(page(claim)))
    for evidence in ("Jane Doe", "Records manager", "203-341-6100", "has confirmed an address at the domain"):
        assert evidence in words


def test_other_addresses_are_marked_for_a_call_at_the_published_phone(alice, own):
    words = text_of(alice.get(page(make_claim(own))))
    assert "Call the department at its published phone number" in words and "203-341-6100" in words


def test_one_click_approves_and_invites(alice, own, claim):
    assert "formnovalidate" in html_of(alice.get(page(claim)))
    response = decide(alice, claim, "approve")
    assert messages_of(response) == ["The person gets an invitation by email."]
    # An editor only after accepting.
    assert not own.editors.exists()
    claim.refresh_from_db()
    assert (claim.decision, claim.decided_by.email) == ("approved", "alice@example.com")
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.department) == (JANE, "editor", own)
    jane = Client()
    password = dict.fromkeys(("new_password1", "new_password2"), "a Harbor at 7 o'clock")
    assert jane.post(link_in(*emails_to(JANE)), password)["Location"] == page(own)
    assert own.editors.get().email == JANE


def test_a_refusal_needs_a_reason_which_is_emailed(alice, own, claim):
    for reason in ("", "  ", "x" * 1001):
        assert messages_of(decide(alice, claim, "decline", reason=reason)) == [
            "Write a reason of at most 1,000 characters."
        ]
    assert Claim.objects.waiting().exists() and not Message.objects.exists()
    decide(alice, claim, "decline", reason="We called, and nobody knows you.\n<b>Sorry</b>")
    [email] = emails_to(JANE)
    email = compose(email)
    assert "nobody knows you." in email.body and "<b>Sorry</b>" in email.body
    assert "&lt;b&gt;Sorry" in email.alternatives[0].content
    assert not Invitation.objects.exists()
    claim.refresh_from_db()
    assert claim.decision == "declined"


def test_a_claim_is_decided_once(alice, claim):
    decide(alice, claim, "approve")
    for decision in ("approve", "decline"):
        assert messages_of(decide(alice, claim, decision, reason="x")) == ["This claim was decided before."]
    assert Invitation.objects.count() == Message.objects.count() == 1


def test_a_claim_without_a_confirmed_address_cannot_be_decided(alice, own):
    claim = make_claim(own, confirmed=False)
    assert decide(alice, claim, "approve").status_code == 404
    assert alice.get(page(claim)).status_code == 302
    assert not Invitation.objects.exists()


def test_the_log_of_the_admin_names_no_person(alice, claim):
    decide(alice, claim, "approve")
    alice.post(page(claim, "delete"), {"post": "yes"})
    assert not Claim.objects.exists()
    words = text_of(alice.get("/admin/"))
    assert f"Claim {claim.pk}" in words and JANE not in words and "Jane" not in words


def rows(client):
    response = client.get(OUTREACH)
    assert response["Content-Disposition"] == 'attachment; filename="departments-without-editor.csv"'
    text = response.content.decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


def test_the_outreach_list_has_departments_without_an_editor_the_largest_first(alice, own, strange):
    make_bob(own)
    make_department(
        "Large Police", population=9_000, phone="203-341-6000", website="https://large.example/", slug="large"
    )
    make_department("Draft", status="draft")
    make_department("Post", parent=Department.objects.get(name="Large Police"))
    found = rows(alice)
    assert [row["Department"] for row in found] == ["Large Police", "Strange Police"]
    assert found[0] == {
        "Department": "Large Police", "City": "Westport", "State": "CT", "Population": "9000",
        "Phone": "203-341-6000", "Email": "", "Website": "https://large.example/",
        "Page": "https://police.example.org/departments/ct/large/",
        "Claim link": "https://police.example.org/departments/ct/large/claim/",
    }  # fmt: skip


def test_the_outreach_list_contains_no_formulas(alice):
    make_department('=HYPERLINK("https://evil.example")', city="@SUM(1)")
    [row] = rows(alice)
    assert row["Department"].startswith("'=") and row["City"] == "'@SUM(1)"


def test_the_outreach_list_takes_few_queries(alice, django_assert_max_num_queries):
    for number in range(20):
        make_department(f"Department {number}", slug=f"d-{number}")
    with django_assert_max_num_queries(8):
        assert len(rows(alice)) == 20


def test_only_administrators_see_a_link_to_the_outreach_list(alice, bob):
    assert OUTREACH in html_of(alice.get(page(Department, "list")))
    assert OUTREACH not in html_of(bob.get(page(Department, "list")))
