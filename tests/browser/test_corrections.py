"""A visitor corrects a fact, an editor accepts it, and the profile changes: in a browser, with email."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from departments.models import Correction
from policeapp.web import spam

from .. import factories
from ..admin import page as admin_page
from ..mail_server import text_of
from .conftest import go
from .test_axe import WCAG, findings
from .test_keyboard import tab_to

ANN = "ann@example.org"


@pytest.fixture(autouse=True)
def fast_visitors(monkeypatch):
    monkeypatch.setattr(spam, "MIN_TIME", timedelta(0))


def test_a_correction_goes_from_the_form_to_the_profile(visit, session, neighborhood, mail_server):
    page = visit(neighborhood.get_absolute_url(), java_script_enabled=False, width=390)
    page.get_by_role("link", name="Tell us").click()
    tab_to(page, page.get_by_label("What is wrong?"))
    page.keyboard.type("Phone")
    for label, typed in (
        ("What is right?", "203-341-6111"),
        ("How do you know?", "https://www.westportct.gov/police"),
        ("Your email address (optional)", ANN),
    ):
        tab_to(page, page.get_by_label(label))
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390

    bob = visit("/admin/", storage_state=session(factories.make_bob(neighborhood)))
    bob.get_by_role("link", name="View all waiting corrections").click()
    bob.get_by_role("link", name="Phone").click()
    expect(bob.get_by_role("row", name="203-341-6000 203-341-6111")).to_be_visible()
    bob.get_by_role("button", name="Accept and publish").click()
    expect(bob.get_by_text("Accepted. Those who gave their address get our thanks by email.")).to_be_visible()

    go(page, neighborhood.get_absolute_url())
    expect(page.get_by_role("link", name="203-341-6111")).to_be_visible()
    page.get_by_text("What changed in the last 12 months").click()
    expect(page.get_by_text("Phone: 203-341-6000 → 203-341-6111")).to_be_visible()
    call_command("send_mail", once=True)
    assert "You were right, and it is corrected." in text_of(mail_server.to(ANN)[-1])


def test_the_page_of_a_correction_fits_a_phone_and_axe_finds_nothing(visit, session, neighborhood):
    factories.make_correction(neighborhood, "about", "x" * 300, "https://www.westportct.gov/" + "y" * 200)
    other = factories.make_correction(neighborhood, "specializations", "A drone team.")
    bob = visit(storage_state=session(factories.make_bob(neighborhood)), width=390)
    found = []
    for correction in Correction.objects.all():
        go(bob, admin_page(correction))
        assert bob.evaluate("document.documentElement.scrollWidth") == 390
        found += [f"{correction}: {finding}" for finding in findings(bob, WCAG)]
        bob.set_viewport_size({"width": 390, "height": 800})
    assert not found, "\n".join(found)
    go(bob, admin_page(other))
    bob.get_by_role("button", name="Change it in the form").click()
    expect(bob.get_by_text("A visitor proposes for “Specializations”: A drone team.")).to_be_visible()
