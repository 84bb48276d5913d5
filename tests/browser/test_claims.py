"""A person claims a department, an administrator decides, and the invited person edits: in a browser, with email."""

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from departments.models import Claim

from .. import factories
from ..admin import page as admin_page
from ..mail_server import text_of
from .conftest import go
from .test_axe import findings
from .test_keyboard import tab_to

ANN = "ann@westportct.gov"
PASSWORD = "a Harbor at 7 o'clock"


@pytest.fixture
def alice(visit, session):
    return visit(storage_state=session(factories.make_alice()))


def link_to(mail_server, address):
    """Send what waits, and return the secret link in the last email to the address."""
    call_command("send_mail", once=True)
    return re.search(r"\S+/(claims/confirm|invitations/accept)/\S+", text_of(mail_server.to(address)[-1]))[0]


def send_claim(page, westport, address):
    go(page, westport.get_absolute_url())
    page.get_by_role("link", name="Keep this page up to date").click()
    page.get_by_label("Your name").fill("Ann Lee")
    page.get_by_label("Your job title").fill("Records manager")
    page.get_by_label("Your work email address").fill(address)
    page.get_by_role("button", name="Ask for access").click()
    expect(page.get_by_role("heading", name="Check your email")).to_be_visible()


def confirm_claim(page, mail_server, address):
    page.goto(link_to(mail_server, address))
    assert not Claim.objects.confirmed().exists()
    page.get_by_role("button", name="Yes, this is my request").click()
    expect(page.get_by_role("heading", name="We have your request")).to_be_visible()


def open_claim(alice):
    go(alice, "/admin/departments/claim/")
    alice.locator("#result_list").get_by_role("link", name="Westport Police Department").click()


def choose_password(page):
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Create my account").click()


@pytest.mark.parametrize(
    ("javascript", "width", "address", "evidence"),
    [
        (True, 1280, ANN, "The person has confirmed an address at the domain of this website."),
        (False, 390, "ann@gmail.com", "Call the department at its published phone number"),
    ],
)
def test_a_person_claims_a_department_and_edits_it(
    visit, alice, neighborhood, mail_server, javascript, width, address, evidence
):
    neighborhood.website, neighborhood.website_kind = "https://www.westportct.gov/police", "parent_government"
    neighborhood.save()
    page = visit(java_script_enabled=javascript, width=width)
    send_claim(page, neighborhood, address)
    confirm_claim(page, mail_server, address)

    open_claim(alice)
    expect(alice.get_by_text(evidence)).to_be_visible()
    expect(alice.get_by_role("link", name="203-341-6000").first).to_be_visible()
    alice.get_by_role("button", name="Approve and invite as an editor").click()
    expect(alice.get_by_text("The person gets an invitation by email.")).to_be_visible()

    page.goto(link_to(mail_server, address))
    assert not neighborhood.editors.exists()
    choose_password(page)
    expect(page).to_have_url(re.compile(admin_page(neighborhood)))
    expect(page.get_by_label("Chief's name")).to_be_editable()
    assert neighborhood.editors.get().email == address


def test_a_declined_person_gets_the_reason(visit, alice, neighborhood, mail_server):
    page = visit()
    send_claim(page, neighborhood, ANN)
    confirm_claim(page, mail_server, ANN)
    open_claim(alice)
    alice.get_by_label("Reason, for the email").fill("We called, and nobody knows you.")
    alice.get_by_role("button", name="Decline and email the reason").click()
    expect(alice.get_by_text("The person gets your reason by email.")).to_be_visible()
    call_command("send_mail", once=True)
    assert "nobody knows you." in text_of(mail_server.to(ANN)[-1])
    assert not neighborhood.editors.exists()


def test_an_editor_invites_a_recruiter_who_has_an_account(visit, session, neighborhood, mail_server):
    joe = factories.make_user("joe", PASSWORD, is_staff=True)
    bob = visit(storage_state=session(factories.make_bob(neighborhood)))
    go(bob, admin_page(neighborhood))
    bob.locator("summary", has_text="People").click()
    bob.get_by_role("link", name="Invite or remove people, or see all invitations").click()
    bob.get_by_label("Email address").fill("joe@example.com")
    bob.get_by_label("Role").select_option("Recruiter")
    bob.get_by_role("button", name="Send the invitation").click()
    expect(bob.get_by_text("The invitation is on its way.")).to_be_visible()

    page = visit()
    page.goto(link_to(mail_server, "joe@example.com"))
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Email address").fill("joe@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Accept the invitation").click()
    expect(page.get_by_role("heading", name="Select job to change")).to_be_visible()
    assert neighborhood.recruiters.get() == joe
    expect(page.locator("a[href='/admin/departments/department/']")).to_have_count(0)


def test_a_claim_is_sent_without_a_mouse(visit, neighborhood):
    page = visit(f"{neighborhood.get_absolute_url()}claim/")
    for label, typed in (
        ("Your name", "Ann Lee"),
        ("Your job title", "Records manager"),
        ("Your work email address", ANN),
    ):
        tab_to(page, page.get_by_label(label))
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Check your email")).to_be_visible()
    assert Claim.objects.get().email == ANN


def test_the_page_of_people_fits_a_phone(alice, neighborhood):
    factories.make_invitation(neighborhood, f"{'very.long.' * 5}name@police.westportct.gov")
    alice.set_viewport_size({"width": 390, "height": 800})
    go(alice, admin_page(neighborhood, "team"))
    assert alice.evaluate("document.documentElement.scrollWidth") == 390
    assert alice.get_by_role("button", name="Withdraw").bounding_box()["x"] < 390


def test_axe_finds_nothing_on_the_pages_of_the_admin(alice, neighborhood):
    claim = factories.make_claim(neighborhood)
    factories.make_bob(neighborhood)
    factories.make_invitation(neighborhood)
    found = []
    for path in (admin_page(claim), admin_page(neighborhood, "team")):
        go(alice, path)
        found += [f"{path}: {finding}" for finding in findings(alice)]
    assert not found, "\n".join(found)
