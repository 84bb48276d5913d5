"""The forms of django-allauth that count attempts in the database."""

from allauth.account import forms as account_forms
from allauth.core import context
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from allauth.mfa.webauthn.internal.auth import parse_authentication_response
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..operations.rate_limits import client_ip
from ..web.email_addresses import mailbox_key
from . import emails, lockout
from .adapter import AccountAdapter
from .models import User


class WithoutPlaceholders:
    """django-allauth repeats each label as a placeholder."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class SignInForm(WithoutPlaceholders, account_forms.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Email address")
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "autofocus": True}


class ReauthenticateForm(WithoutPlaceholders, account_forms.ReauthenticateForm):
    pass


class SetPasswordForm(WithoutPlaceholders, account_forms.ResetPasswordKeyForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _label_new_passwords(self.fields)


class ChangePasswordForm(WithoutPlaceholders, account_forms.ChangePasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Current password")
        _label_new_passwords(self.fields)


def _label_new_passwords(fields):
    fields["password1"].label, fields["password2"].label = _("New password"), _("The same again")


class ResetPasswordForm(WithoutPlaceholders, account_forms.ResetPasswordForm):
    """Sends a link to the owner of an account. The page after it is the same if there is no account."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Email address")

    def clean_email(self):
        self.users = []
        if not lockout.RESETS_PER_CLIENT.hit(client_ip(context.request)):
            raise ValidationError(_("Too many requests from your network. Try again in an hour."))
        return self.cleaned_data["email"]

    def save(self, request, **options):
        """Send the link to the stored address, however it was typed. Above the limit, earlier links still work."""
        user = User.objects.find(self.cleaned_data["email"])
        if user and user.is_active and lockout.RESETS_PER_MAILBOX.hit(mailbox_key(user.email)):
            emails.send_reset(user)
        return self.cleaned_data["email"]


class AddPasskeyForm(webauthn_forms.AddWebAuthnForm):
    """A passkey, or a security key that only comes after the password."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of this passkey")
        self.fields["name"].max_length = 100
        passwordless = self.fields["passwordless"]
        passwordless.initial, passwordless.label = True, _("Sign in with this passkey alone")
        passwordless.help_text = _("Clear this for an old security key without a PIN. You then need your password too.")


class PasskeySignInForm(webauthn_forms.LoginWebAuthnForm):
    """Sign in with a passkey alone, which must have checked a fingerprint, a face or a PIN.

    django-allauth asks the device for that here, but not where a key comes after the password, and it stores either
    challenge in the same place.
    """

    def clean_credential(self):
        response = parse_authentication_response(self.cleaned_data["credential"]).response
        if not response.authenticator_data.is_user_verified():
            raise ValidationError(AccountAdapter.error_messages["incorrect_code"])
        return super().clean_credential()


class CodeForm(WithoutPlaceholders):
    """Accepts a code with spaces, because apps show one in the middle."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].widget.attrs["inputmode"] = "numeric"

    def clean_code(self):
        self.cleaned_data["code"] = "".join(self.cleaned_data["code"].split())
        return super().clean_code()


class AddAppForm(CodeForm, totp_forms.ActivateTOTPForm):
    """The code that adds an authenticator app does not sign in, too."""

    def clean_code(self):
        code = super().clean_code()
        lockout.use_code(self.user, code)
        return code


class CodeLimit(CodeForm):
    """Limits wrong codes per account. Only somebody who knows the password can reach the limit."""

    def clean_code(self):
        if lockout.WRONG_CODES.is_reached(self.user.pk):
            raise ValidationError(_("Too many wrong codes. Try again in 15 minutes."))
        try:
            code = super().clean_code()
            if not lockout.use_code(self.user, code):
                raise ValidationError(AccountAdapter.error_messages["incorrect_code"])
            return code
        except ValidationError:
            lockout.WRONG_CODES.hit(self.user.pk)
            if lockout.WRONG_CODES.is_reached(self.user.pk) and lockout.CODE_WARNINGS.hit(self.user.pk):
                emails.send_code_warning(self.user)
            raise


class AuthenticateForm(CodeLimit, mfa_forms.AuthenticateForm):
    pass


class ReauthenticateByCodeForm(CodeLimit, mfa_forms.ReauthenticateForm):
    pass
