"""A person claims a department: the form, the link in the email, and what is stored."""

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.test import Client

from departments.claims import emails
from departments.claims.forms import CLAIMS_PER_CLIENT, EMAILS_PER_ADDRESS
from departments.models import Claim
from jobs.models import Message
from policeapp.operations.clean_up import clean_up
from tests.admin import page as admin_page
from tests.factories import get_user, html_of, make_alice, make_bob, make_claim, make_department, make_user, text_of

from .pages import ANN, emails_to, link_in, send_claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def westport(db):
    return make_department(website="https://www.westportct.gov/police", website_kind="parent_government")


def test_a_claim_waits_for_its_link_and_then_for_a_decision(client, westport):
    answer = text_of(send_claim(client, westport))
    assert "Check your email" in answer and ANN in answer
    claim = Claim.objects.get()
    assert (claim.name, claim.title, claim.email, claim.proof) == (
        *("Ann Lee", "Records manager", ANN),
        "parent_government",
    )
    assert not Claim.objects.waiting().exists()
    [email] = emails_to(ANN)
    assert email.content["title"] == "Confirm your request: Westport Police Department, Westport, CT"
    page = text_of(client.get(link_in(email)))
    assert "Confirm your request" in page and "Records manager" in page
    # Mail scanners open links.
    assert not Claim.objects.waiting().exists()
    assert "We have your request" in text_of(client.post(link_in(email)))
    assert Claim.objects.waiting().get() == claim
    assert "We have your request" in text_of(client.get(link_in(email)))


def test_administrators_get_an_email_with_a_link_to_the_claim(client, westport):
    alice, helen = make_alice(), make_user("helen", is_staff=True)
    helen.user_permissions.add(Permission.objects.get(codename="edit_every_department"))
    make_user("retired", is_staff=True, is_superuser=True, is_active=False)
    make_bob(westport)
    send_claim(client, westport)
    link = link_in(*emails_to(ANN))
    assert not emails_to(alice.email)
    client.post(link)
    client.post(link)
    [email], [_other] = emails_to(alice.email), emails_to(helen.email)
    assert email.content["title"] == "A claim waits for you: Westport Police Department, Westport, CT"
    assert link_in(email) == admin_page(Claim.objects.get())
    assert not emails_to("retired@example.com") and not emails_to("bob@example.com")


def test_administrators_get_a_few_of_these_emails_a_day(client, westport, monkeypatch):
    monkeypatch.setattr(emails, "EMAILS_TO_ADMINISTRATORS", emails.EMAILS_TO_ADMINISTRATORS._replace(most=1))
    alice = make_alice()
    for address in (ANN, "joe@westportct.gov"):
        send_claim(client, westport, email=address)
        client.post(link_in(*emails_to(address)))
    assert len(emails_to(alice.email)) == 1 and Claim.objects.waiting().count() == 2


def test_a_claim_with_another_address_is_marked_for_a_call(client, westport):
    send_claim(client, westport, email="ann@gmail.com")
    client.post(link_in(*emails_to("ann@gmail.com")))
    claim = Claim.objects.waiting().get()
    assert (claim.proof, claim.get_proof_display()) == ("", "Call the department")


def test_the_answer_is_the_same_for_every_address_and_department(client, westport):
    taken = make_department("Westport Police Department", slug="taken", city="Westport")
    make_bob(taken)
    make_claim(taken, "waits@example.com")
    pages = set()
    for department in (westport, taken):
        for email in (ANN, "ann@gmail.com", "waits@example.com", "bob@example.com"):
            words = text_of(send_claim(client, department, email=email))
            pages.add(words.replace(email, "EMAIL").replace("taken", ""))
    assert len(pages) == 1


def test_the_emails_quote_nothing_that_was_typed(client, westport):
    send_claim(client, westport, name="Buy gold\r\nBcc: joe@example.com", title="<b>https://evil.example</b>")
    [email] = emails_to(ANN)
    assert not any(typed in str(email.content) for typed in ("gold", "Bcc", "evil"))
    claim = Claim.objects.get()
    assert (claim.name, claim.title) == ("Buy gold Bcc: joe@example.com", "<b>https://evil.example</b>")
    assert "&lt;b&gt;https://evil.example&lt;/b&gt;" in html_of(client.get(link_in(email)))


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "This field is required."),
        ("name", "\r\n\t ", "This field is required."),
        ("name", "x" * 101, "at most 100 characters"),
        ("title", "x" * 50_000, "at most 100 characters"),
        ("email", "ann", "Enter a valid email address."),
        ("email", "ann@westport.local", "Enter a valid email address."),
        ("email", "ann@westportct.gov\r\nBcc: joe@example.com", "Enter a valid email address."),
        ("email", "alerts@police.example.org", "This is our own address. Enter yours."),
    ],
)
def test_mistakes_are_explained_and_stored_nowhere(client, westport, field, value, words):
    response = send_claim(client, westport, **{field: value})
    assert words in text_of(response)
    assert not Claim.objects.exists() and not Message.objects.exists()


def test_a_bot_gets_the_usual_answer_and_nothing_is_stored(client, westport):
    assert "Check your email" in text_of(send_claim(client, westport, homepage="https://spam.example"))
    assert "That was quick." in text_of(send_claim(client, westport, seconds=1))
    assert "open for a long time" in text_of(send_claim(client, westport, shown="forged"))
    assert not Claim.objects.exists()


def test_a_form_from_another_site_is_rejected(westport):
    client = Client(enforce_csrf_checks=True)
    assert client.post(f"{westport.get_absolute_url()}claim/", {"name": "x"}).status_code == 403


def test_a_mailbox_gets_a_few_emails_a_day(client, westport):
    for spelling in ("ann", "a.nn", "ann+1", "Ann", "ann+2", "ann+3", "ann+4"):
        assert "Check your email" in text_of(send_claim(client, westport, email=f"{spelling}@westportct.gov"))
    assert Message.objects.count() == EMAILS_PER_ADDRESS.most


def test_a_network_sends_a_few_claims_an_hour(client, westport):
    for number in range(CLAIMS_PER_CLIENT.most):
        assert send_claim(client, westport, email=f"ann{number}@westportct.gov").status_code == 200
    response = send_claim(client, westport)
    assert response.status_code == 429 and "Too many requests were sent" in text_of(response)
    assert Claim.objects.count() == CLAIMS_PER_CLIENT.most


def test_a_stranger_cannot_change_a_claim_that_waits(client, westport):
    claim = make_claim(westport, ANN, name="Ann Lee")
    send_claim(client, westport, name="Eve")
    claim.refresh_from_db()
    assert claim.name == "Ann Lee" and not emails_to(ANN)


def test_a_claim_that_is_sent_again_replaces_one_that_is_not_confirmed(client, westport):
    send_claim(client, westport, name="Eve")
    send_claim(client, westport)
    first, second = emails_to(ANN)
    assert client.post(link_in(first)).status_code == 404
    assert "We have your request" in text_of(client.post(link_in(second)))
    assert Claim.objects.get().name == "Ann Lee"


def test_expired_altered_and_swapped_links_are_refused(client, westport, clock):
    send_claim(client, westport)
    [email] = emails_to(ANN)
    link = link_in(email)
    other = make_claim(westport, "eve@example.com", confirmed=False)
    key, rest = link.rstrip("/").rpartition("/")[2].split(":", 1)
    altered = link.replace(rest, rest[:-1] + ("A" if rest[-1] != "A" else "B"))
    for url in (altered, link.replace(key, other.key), link.replace(f":{rest}", "")):
        for method in (client.get, client.post):
            response = method(url)
            assert response.status_code == 404 and "This link does not work" in text_of(response)
    clock(days=7, minutes=1)
    assert client.post(link).status_code == client.get(link).status_code == 404
    assert not Claim.objects.confirmed().exists()


def test_the_link_of_a_claim_opens_no_invitation(client, westport):
    send_claim(client, westport)
    token = link_in(*emails_to(ANN)).rstrip("/").rpartition("/")[2]
    assert client.get(f"/admin/invitations/accept/{token}/").status_code == 404


def test_a_former_slug_leads_to_the_form_and_a_draft_has_none(client, westport):
    westport.slug = "police"
    westport.save()
    response = client.get("/departments/ct/westport-police-department/claim/")
    assert response["Location"] == "/departments/ct/police/claim/"
    westport.unpublish()
    assert client.get("/departments/ct/police/claim/").status_code == 404


def test_no_page_of_a_claim_is_cached_or_indexed(client, westport):
    response = client.get(f"{westport.get_absolute_url()}claim/")
    assert "no-store" in response["Cache-Control"] and 'content="noindex"' in html_of(response)
    send_claim(client, westport)
    response = client.get(link_in(*emails_to(ANN)))
    assert "no-store" in response["Cache-Control"] and response["Referrer-Policy"] == "no-referrer"
    assert not response.cookies


def test_claims_are_deleted_when_the_privacy_page_says_so(westport, clock):
    make_alice()
    make_claim(westport, "unconfirmed@example.com", confirmed=False)
    make_claim(westport, "waiting@example.com")
    declined = make_claim(westport, "declined@example.com")
    declined.decline(get_user("alice"))
    clock(days=6)
    assert clean_up()["claims and invitations"] == 0
    clock(days=2)
    assert clean_up()["claims and invitations"] == 1
    clock(days=83)
    assert clean_up()["claims and invitations"] == 1
    assert Claim.objects.get().email == "waiting@example.com"


def test_a_person_has_one_open_claim_and_a_decision_needs_a_confirmed_address(westport):
    claim = make_claim(westport, confirmed=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_claim(westport)
    assert not claim.approve(make_alice()) and not claim.decline(get_user("alice"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.update(decision="approved")
