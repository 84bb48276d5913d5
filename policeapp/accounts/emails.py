"""Emails about accounts. They go into the outbox of another app, so a slow mail server delays no page."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils import timezone
from django.utils.http import int_to_base36
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..web.routes import absolute_url
from .models import EDIT_EVERY_DEPARTMENT

# What we tell the owner when an account has changed, by the names of django-allauth's templates where they exist.
NOTICES = {
    "account/email/password_changed": gettext_lazy("Your password was changed"),
    "account/email/password_reset": gettext_lazy("Your password was changed"),
    "account/email/password_set": gettext_lazy("Your password was changed"),
    "mfa/email/totp_activated": gettext_lazy("An authenticator app was added to your account"),
    "mfa/email/totp_deactivated": gettext_lazy("The authenticator app was removed from your account"),
    "mfa/email/webauthn_added": gettext_lazy("A passkey was added to your account"),
    "mfa/email/webauthn_removed": gettext_lazy("A passkey was removed from your account"),
    "second factor removed": gettext_lazy("An administrator removed the second factor of your account"),
    "mfa/email/recovery_codes_generated": gettext_lazy("Your account has new recovery codes"),
}


def outbox(address, content):
    """Store an email. The app with the outbox replaces this function in its ``AppConfig.ready()``."""
    raise NotImplementedError


def send(address, title, paragraphs, link="", label=""):
    """Send an email with a title, which is its subject, paragraphs of plain text, and a button if there is a link."""
    content = {"title": str(title), "paragraphs": [str(text) for text in paragraphs]}
    outbox(address, content | {"link": link, "label": str(label)})


def administrators():
    """Return the QuerySet of active users who can edit every department. They get what nobody else can decide."""
    return ModelBackend().with_perm(EDIT_EVERY_DEPARTMENT)


def send_notice(user, template):
    """Tell the owner of an account that it has changed, because that may have been somebody else."""
    when = timezone.now().strftime("%B %-d, %Y, %H:%M UTC")
    paragraphs = [
        _("This happened on %(when)s.") % {"when": when},
        _("Was it you? Then there is nothing to do. If not, set a new password now, and tell an administrator."),
    ]
    _send_with_reset(user, NOTICES[template], paragraphs)


def send_reset(user):
    """Send the link that sets another password."""
    paragraphs = [
        _("Somebody, probably you, asked to reset the password of your account at PoliceApp."),
        _("The link works once, for four hours. If you didn't ask for it, ignore this email: nothing changes."),
    ]
    send(user.email, _("Reset your password"), paragraphs, password_link(user), _("Set a new password"))


def send_guessing_warning(user):
    """Tell the owner that many wrong passwords were tried."""
    paragraphs = [
        _("Too many sign-ins to your account failed today. Somebody may be guessing your password."),
        _("Until tomorrow, you can sign in only from places where you have signed in before, or with a passkey."),
        _("If you can't, reset your password: then you can sign in from where you are."),
    ]
    _send_with_reset(user, _("Many failed sign-ins to your account"), paragraphs)


def send_code_warning(user):
    """Tell the owner that somebody knows the password and guesses codes."""
    paragraphs = [
        _("Somebody entered your right password and then several wrong codes."),
        _("If it wasn't you, that person knows your password. Set a new one now."),
    ]
    _send_with_reset(user, _("Wrong codes were entered for your account"), paragraphs)


def _send_with_reset(user, title, paragraphs):
    send(user.email, title, paragraphs, absolute_url(reverse("account_reset_password")), _("Reset password"))


class PasswordTokens(PasswordResetTokenGenerator):
    """Django's tokens, which work only while the account is active."""

    def check_token(self, user, token):
        return super().check_token(user, token) and user.is_active


def password_link(user):
    """Return the URL of the page where the owner sets a password: once, within ``settings.PASSWORD_RESET_TIMEOUT``."""
    key = {"uidb36": int_to_base36(user.pk), "key": PasswordTokens().make_token(user)}
    return absolute_url(reverse("account_reset_password_from_key", kwargs=key))
