"""The second factor: codes of an app, recovery codes, passkeys, and who must have one."""

import json
import re
import time
from hashlib import sha256

import pytest
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.cache import cache
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from jobs.models import Message
from policeapp.accounts.emails import password_link
from policeapp.accounts.lockout import WRONG_CODES

from ...admin import signed_in
from ...factories import form_of, html_of, make_alice, make_bob, make_charlie, make_department, text_of
from .test_admin import give
from .test_passwords import NEW, is_signed_in, set_password

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine, pytest.mark.unmeasured]

SECRET = "JBSWY3DPEHPK3PXP"
ACCOUNT = "/admin/account/second-factor/"
ACTIVATE, CODE, CODES = f"{ACCOUNT}totp/activate/", f"{ACCOUNT}authenticate/", f"{ACCOUNT}recovery-codes/"


def code_of(secret=SECRET, periods=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + periods))


def add_app(user):
    TOTP.activate(user, SECRET)
    return RecoveryCodes.activate(user).get_unused_codes()


def log_in(client, code=None, name="alice", **options):
    sent = {"login": f"{name}@example.com", "password": f"{name}-password", "next": "/admin/jobs/job/"}
    response = client.post("/admin/login/", sent, **options)
    return response if code is None else client.post(CODE, {"code": code}, **options)


@pytest.fixture
def alice(db):
    return make_alice()


class TestSettingItUp:
    def test_the_page_shows_the_key_as_a_code_and_as_text(self, alice):
        html = html_of(signed_in(alice).get(ACTIVATE))
        secret = re.search(r"<code>([A-Z2-7]{32})</code>", html)[1]
        assert "<svg" in html and "<?xml" not in html and "data:image" not in html
        link = re.search(r'<a href="(otpauth://totp/[^"]+)">', html)[1]
        assert f"secret={secret}&amp;" in link
        assert secret not in html.replace(f"<code>{secret}</code>", "").replace(link, "")

    def test_a_right_code_adds_the_app_shows_recovery_codes_once_and_tells_the_owner(
        self, alice, django_capture_on_commit_callbacks
    ):
        client = signed_in(alice)
        secret = re.search(r"<code>([A-Z2-7]{32})</code>", html_of(client.get(ACTIVATE)))[1]
        assert "This code is wrong." in text_of(client.post(ACTIVATE, {"code": "000000"}))
        with django_capture_on_commit_callbacks(execute=True):
            codes = html_of(client.post(ACTIVATE, {"code": code_of(secret)}, follow=True))
        assert len(re.findall(r"<code>\d{8}</code>", codes)) == 10
        assert not re.findall(r"<code>\d{8}</code>", html_of(client.get(CODES)))
        titles = [message.content["title"] for message in Message.objects.all()]
        assert titles == ["An authenticator app was added to your account"]

    def test_a_code_can_have_the_space_that_apps_show(self, client, alice):
        browser = signed_in(alice)
        secret = re.search(r"<code>([A-Z2-7]{32})</code>", html_of(browser.get(ACTIVATE)))[1]
        code = code_of(secret)
        response = browser.post(ACTIVATE, {"code": f"{code[:3]} {code[3:]}"}, follow=True)
        recovery = re.findall(r"<code>(\d{8})</code>", html_of(response))[0]
        assert log_in(client, f" {recovery[:4]} {recovery[4:]}").url == "/admin/jobs/job/"

    def test_removing_it_tells_the_owner(self, alice):
        add_app(alice)
        client = signed_in(alice)
        client.post(f"{ACCOUNT}totp/deactivate/")
        assert not Authenticator.objects.exists()
        assert "removed" in Message.objects.get().content["title"]

    def test_each_page_asks_for_the_password_again_after_a_while(self, alice, clock):
        add_app(alice)
        client = signed_in(alice)
        clock(minutes=16)
        for path in (f"{ACCOUNT}totp/deactivate/", f"{CODES}generate/", f"{ACCOUNT}webauthn/add/", CODES):
            response = client.get(path)
            assert response.status_code == 302 and "reauthenticate" in response.url, path


class TestSigningIn:
    def test_a_passkey_is_offered_only_to_those_who_have_one(self, client, alice):
        add_app(alice)
        log_in(client)
        assert "Use your passkey" not in text_of(client.get(CODE))

    def test_it_takes_the_password_and_a_code(self, client, alice):
        add_app(alice)
        assert log_in(client).url == CODE
        assert client.get("/admin/").status_code == 302, "not signed in yet"
        assert "This code is wrong." in text_of(client.post(CODE, {"code": "000000"}))
        response = client.post(CODE, {"code": code_of()})
        assert response.url == "/admin/jobs/job/" and client.get("/admin/").status_code == 200

    def test_a_code_works_once(self, alice):
        add_app(alice)
        code = code_of()
        assert log_in(Client(), code).status_code == 302
        assert "This code is wrong." in text_of(log_in(Client(), code))

    @pytest.mark.parametrize("typed", ["{0}", "{0} ", "{0[0]} {0[1]}{0[2]}-{0[3]}{0[4]}{0[5]}"])
    def test_a_used_code_does_not_work_with_other_spaces(self, alice, typed):
        add_app(alice)
        code = code_of()
        assert log_in(Client(), code).status_code == 302
        cache.clear()  # another process
        assert "This code is wrong." in text_of(log_in(Client(), typed.format(code)))

    def test_the_code_that_added_the_app_does_not_sign_in(self, alice):
        client = signed_in(alice)
        secret = re.search(r"<code>([A-Z2-7]{32})</code>", html_of(client.get(ACTIVATE)))[1]
        code = code_of(secret)
        client.post(ACTIVATE, {"code": code})
        assert "This code is wrong." in text_of(log_in(Client(), code))

    def test_a_recovery_code_works_once_in_its_place(self, alice):
        first, second, *_others = add_app(alice)
        assert log_in(Client(), first).status_code == 302
        assert "This code is wrong." in text_of(log_in(Client(), first))
        assert log_in(Client(), second).status_code == 302

    def test_wrong_codes_are_limited_and_the_owner_learns_that_somebody_knows_the_password(self, alice):
        codes = add_app(alice)
        for number in range(WRONG_CODES.most):
            log_in(Client(), "000000", REMOTE_ADDR=f"203.0.113.{number}")
        assert "Too many wrong codes." in text_of(log_in(Client(), codes[0], REMOTE_ADDR="198.51.100.1"))
        assert Message.objects.get().content["title"] == "Wrong codes were entered for your account"

    def test_the_code_is_asked_for_after_a_reset_too(self, client, alice):
        add_app(alice)
        set_password(client, password_link(alice))
        assert not is_signed_in(client)
        sent = {"login": "alice@example.com", "password": NEW}
        assert client.post("/admin/login/", sent).url == CODE

    def test_no_page_opens_before_the_code(self, client, alice):
        add_app(alice)
        log_in(client)
        for path in ("/admin/", ACCOUNT, ACTIVATE, CODES, f"{CODES}download/", "/admin/account/sessions/"):
            response = client.get(path)
            assert response.status_code in (302, 404) and (response.status_code == 404 or "login" in response.url), path


class TestWhoMustHaveOne:
    @pytest.fixture(autouse=True)
    def required(self, settings):
        settings.REQUIRE_SECOND_FACTOR = True

    @pytest.mark.parametrize(
        "path", ["/admin/", "/admin/jobs/job/add/", "/admin/help/", "/admin/policeapp/user/", "/admin/x/"]
    )
    def test_an_administrator_without_one_can_only_set_it_up(self, alice, path):
        client = signed_in(alice)
        for response in (client.get(path), client.post(path)):
            assert (response.status_code, response.url) == (302, ACCOUNT)
        words = text_of(client.get(path, follow=True))
        assert "Administrators need more than a password." in words
        assert client.get(ACTIVATE).status_code == 200
        assert client.get("/").status_code == 200
        assert client.post("/admin/logout/").status_code == 200

    def test_with_one_the_admin_is_open(self, alice):
        client = signed_in(alice)
        add_app(alice)
        assert client.get("/admin/").status_code == 200

    def test_recovery_codes_alone_are_none(self, alice):
        RecoveryCodes.activate(alice)
        assert signed_in(alice).get("/admin/").status_code == 302

    def test_somebody_who_edits_every_department_is_an_administrator(self):
        assert signed_in(give(make_charlie(), "edit_every_department")).get("/admin/").status_code == 302

    def test_an_editor_needs_none(self):
        assert signed_in(make_bob(make_department())).get("/admin/").status_code == 200


class TestPasskeysOfOthers:
    """With a password and an open session, nobody reaches the passkey of somebody else."""

    def test_they_cannot_be_renamed_or_removed(self, alice):
        charlie = make_charlie()
        passkey = Authenticator.objects.create(user=charlie, type="webauthn", data={"name": "Mine"})
        for what in ("edit", "remove"):
            url = f"{ACCOUNT}webauthn/keys/{passkey.pk}/{what}/"
            assert signed_in(alice).post(url, {"name": "Sent"}).status_code == 404
        passkey.refresh_from_db()
        assert passkey.data == {"name": "Mine"}


class TestLosingIt:
    def test_a_superuser_removes_it_and_the_owner_is_told(self, alice):
        bob = make_bob(make_department())
        add_app(bob)
        sent = {"action": "remove_second_factor", "_selected_action": bob.pk}
        signed_in(alice).post("/admin/policeapp/user/", sent)
        assert not bob.has_second_factor
        message = Message.objects.get()
        assert message.recipient == "bob@example.com"
        assert message.content["title"] == "An administrator removed the second factor of your account"

    def test_nobody_but_a_superuser_does(self):
        bob = make_bob(make_department())
        add_app(bob)
        clerk = signed_in(give(make_charlie(), "view_user", "change_user", "delete_user"))
        assert "remove_second_factor" not in html_of(clerk.get("/admin/policeapp/user/"))
        clerk.post("/admin/policeapp/user/", {"action": "remove_second_factor", "_selected_action": bob.pk})
        assert bob.has_second_factor


def test_the_form_of_the_sign_in_page_has_no_field_that_asks_to_stay_signed_in(client, db):
    assert set(form_of(client.get("/admin/login/"))) == {"csrfmiddlewaretoken", "login", "password", "credential"}


class TestPasskeys:
    """With a device made of Python, which does what browsers don't."""

    RP, ORIGIN = "testserver", "https://testserver"
    PRESENT, VERIFIED = AuthenticatorData.FLAG.UP, AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV

    def add_key(self, user):
        """Store a security key of the user. Return the function that signs ``(challenge, flags)`` with it."""
        private, credential_id = ec.generate_private_key(ec.SECP256R1()), b"id of a key"
        public = ES256.from_cryptography_key(private.public_key())
        stored = AttestedCredentialData.create(bytes(16), credential_id, public)
        rp_hash = sha256(self.RP.encode()).digest()
        data = AuthenticatorData.create(rp_hash, self.VERIFIED | AuthenticatorData.FLAG.AT, 0, stored)
        registration = {
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
            "clientDataJSON": websafe_encode(CollectedClientData.create("webauthn.create", b"x", self.ORIGIN)),
        }
        WebAuthn.add(user, "Key", self.credential(credential_id, registration))

        def sign(challenge, flags):
            client_data = CollectedClientData.create("webauthn.get", challenge, self.ORIGIN)
            signed = AuthenticatorData.create(rp_hash, flags, 1)
            signature = private.sign(signed + client_data.hash, ec.ECDSA(hashes.SHA256()))
            response = {"authenticatorData": signed, "clientDataJSON": client_data, "signature": signature}
            response |= {"userHandle": user_pk_to_url_str(user).encode()}
            encoded = {name: websafe_encode(value) for name, value in response.items()}
            return json.dumps(self.credential(credential_id, encoded))

        return sign

    @staticmethod
    def credential(credential_id, response):
        encoded = websafe_encode(credential_id)
        common = {"type": "public-key", "clientExtensionResults": {}}
        return common | {"id": encoded, "rawId": encoded, "response": response}

    def sign_in(self, client, sign, flags):
        challenge = client.session["mfa.webauthn.state"]["challenge"]
        sent = {"credential": sign(challenge, flags)}
        return client.post(f"{ACCOUNT}webauthn/login/", sent, secure=True)

    def test_a_passkey_alone_signs_in_if_the_device_has_checked_its_owner(self, alice):
        sign, client = self.add_key(alice), Client()
        for flags, target in ((self.PRESENT, "/admin/login/"), (self.VERIFIED, "/admin/")):
            client.get(f"{ACCOUNT}webauthn/login/", headers={"X-Requested-With": "XMLHttpRequest"}, secure=True)
            assert self.sign_in(client, sign, flags).url == target

    def test_the_challenge_of_another_page_does_not_make_a_stolen_key_enough(self, alice):
        """Bob has Alice's key and not its PIN. He gets a challenge for his own second factor."""
        sign, client = self.add_key(alice), Client()
        add_app(make_bob())
        log_in(client, name="bob", secure=True)
        client.get(CODE, secure=True)
        assert self.sign_in(client, sign, self.PRESENT).url == "/admin/login/"
        assert client.get("/admin/", secure=True).status_code == 302
