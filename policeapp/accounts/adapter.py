"""How django-allauth works on this site: the settings of it that are functions."""

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage

from . import emails, lockout
from .reauthentication import is_recent


class AccountAdapter(DefaultAccountAdapter):
    """Sends emails through the outbox, and lets nobody sign up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The email address or the password is wrong."),
        "incorrect_password": _("This password is wrong."),
        "enter_current_password": _("This is not your password."),
        "incorrect_code": _("This code is wrong. Codes in the app change every 30 seconds."),
        "too_many_login_attempts": _("Too many attempts. Try again in 15 minutes."),
        "rate_limited": _("Too many attempts. Try again in 15 minutes."),
    }

    def is_open_for_signup(self, request):
        return False

    def is_reauthentication_required(self, *, app, **options):
        """Return whether to ask again. Unlike in django-allauth, nobody is asked soon after signing in."""
        return not is_recent(context.request)

    def respond_user_inactive(self, request, user):
        messages.error(request, _("This account is not active. Ask an administrator."))
        return redirect("account_login")

    def get_client_ip(self, request):
        # The clients of a Unix socket have none. Those share the limits, and can sign in.
        return lockout.get_client_ip(request) or "::"

    def get_password_change_redirect_url(self, request):
        return self.get_login_redirect_url(request)

    def send_password_reset_mail(self, user, email, context):
        emails.send_reset(user)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        emails.send_notice(user, template_prefix)

    def send_mail(self, template_prefix, email, context):
        """Fail rather than send an email that bypasses the outbox."""
        raise NotImplementedError(template_prefix)


class MFAAdapter(DefaultMFAAdapter):
    """Names the site in authenticator apps and passkeys."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
    }

    def generate_authenticator_name(self, user, type):
        number = user.authenticator_set.filter(type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}

    def build_totp_svg(self, url):
        """Return the QR code as an element of a page: on white, so that phones can read it in dark mode too."""
        return qrcode.make(url, image_factory=SvgPathFillImage, border=2).to_string(encoding="unicode")

    def get_public_key_credential_rp_entity(self):
        return super().get_public_key_credential_rp_entity() | {"name": settings.MFA_TOTP_ISSUER}

    def get_public_key_credential_user_entity(self, user):
        entity = super().get_public_key_credential_user_entity(user)
        return entity | {"display_name": user.get_full_name() or user.email}
