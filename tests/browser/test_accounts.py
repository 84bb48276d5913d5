"""Signing in with a real browser: passkeys, an app, recovery codes and a reset, with the keyboard, and axe."""

import re

import pytest
from playwright.sync_api import expect

from jobs.models import Message
from policeapp.accounts.emails import password_link

from .. import factories
from ..policeapp.accounts.test_second_factor import code_of
from .conftest import HOST, Visits, go
from .test_axe import findings

FACTOR = "/admin/account/second-factor/"
INDEX = "What would you like to change?"


@pytest.fixture
def visit(browser, live_server, transactional_db, settings):
    """Like the other tests' ``visit``, but on localhost, where browsers offer passkeys without HTTPS."""
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    visits = Visits(browser, live_server.url.replace(HOST, "localhost"))
    yield visits
    visits.close()
    assert not visits.problems


@pytest.fixture
def alice(transactional_db):
    return factories.make_alice()


def sign_in(page, password="alice-password"):
    go(page, "/admin/login/?next=/admin/")
    page.get_by_label("Email address").fill("alice@example.com")
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("/login/"))


def sign_out(page):
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()


def expect_admin(page):
    expect(page.get_by_role("heading", name=INDEX)).to_be_visible()


def add_authenticator(page):
    """Give the browser a device that knows passkeys and whose owner always agrees."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
    options |= {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    return devtools, devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def test_an_administrator_adds_a_passkey_and_signs_in_with_it_alone(visit, alice, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    page = visit()
    add_authenticator(page)
    sign_in(page)
    expect(page.get_by_text("Administrators need more than a password.")).to_be_visible()
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("Save your recovery codes.")).to_be_visible()
    page.get_by_role("link", name="I have saved them").click()
    expect_admin(page)
    sign_out(page)
    go(page, "/admin/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect_admin(page)
    assert "A passkey was added" in Message.objects.get().content["title"]


def test_a_passkey_is_the_second_factor_after_the_password(visit, alice):
    page = visit()
    add_authenticator(page)
    sign_in(page)
    go(page, f"{FACTOR}webauthn/add/")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("Save your recovery codes.")).to_be_visible()
    sign_out(page)
    sign_in(page)
    expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
    page.get_by_role("button", name="Use your passkey").click()
    expect_admin(page)


def test_a_device_without_a_passkey_says_so(visit, alice):
    page = visit()
    devtools, device = add_authenticator(page)
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    go(page, "/admin/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("The passkey was not used.")).to_be_visible()


def test_an_app_and_a_recovery_code_with_the_keyboard_alone(visit, alice):
    page = visit()
    sign_in(page)
    go(page, f"{FACTOR}totp/activate/")
    secret = page.locator("code").inner_text()
    page.get_by_role("textbox", name="Code").fill(code_of(secret))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your authenticator app is set up.")).to_be_visible()
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    sign_out(page)
    sign_in(page)
    page.get_by_label("Code").fill(codes[0])
    page.keyboard.press("Enter")
    expect_admin(page)


def test_a_reset_link_leads_back_into_the_admin(visit, alice):
    page = visit()
    go(page, re.sub(r"^https?://[^/]+", "", password_link(alice)))
    page.get_by_label("New password").fill("correct horse battery")
    page.get_by_label("The same again").fill("correct horse battery")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your new password is set.")).to_be_visible()
    sign_in(page, "correct horse battery")
    expect_admin(page)


def test_axe_finds_nothing_and_every_page_fits_a_phone(visit, alice):
    page = visit()
    add_authenticator(page)
    found = []

    def look(*paths):
        for path in paths:
            go(page, path)
            found.extend(f"{path}: {finding}" for finding in findings(page))
            page.set_viewport_size({"width": 390, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{path} is too wide")

    reset = "/admin/account/password/reset/"
    look("/admin/login/", reset, f"{reset}sent/", f"{reset}1-abc-def/")
    sign_in(page)
    expect_admin(page)
    look(f"{FACTOR}totp/activate/", f"{FACTOR}webauthn/add/")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("Save your recovery codes.")).to_be_visible()
    look(FACTOR, f"{FACTOR}webauthn/", f"{FACTOR}recovery-codes/", f"{FACTOR}recovery-codes/generate/")
    look("/admin/account/sessions/", "/admin/password_change/", "/admin/account/reauthenticate/")
    look(f"{FACTOR}webauthn/reauthenticate/")
    sign_out(page)
    sign_in(page)
    expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
    found += [f"the code: {finding}" for finding in findings(page)]
    assert not found, "\n".join(found)


def test_signing_in_and_out_needs_no_javascript(browser, live_server, alice):
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    sign_in(page)
    expect_admin(page)
    page.goto(f"{FACTOR}totp/activate/")
    page.get_by_role("textbox", name="Code").fill(code_of(page.locator("code").inner_text()))
    page.get_by_role("button", name="Set up the app").click()
    expect(page.get_by_text("Your authenticator app is set up.")).to_be_visible()
    sign_out(page)
    context.close()
