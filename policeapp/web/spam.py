"""Protects public forms, which need no account, from bots."""

from datetime import timedelta

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .email_addresses import is_our_own

SALT = "policeapp.web.spam"

# People need longer to type an address. A form that was open for longer may be a copy that a bot has stored.
MIN_TIME = timedelta(seconds=2)
MAX_TIME = timedelta(days=1)


def sign_time(at):
    """Return the signed time at which a form was shown, for its hidden field."""
    return signing.dumps(at.timestamp(), salt=SALT)


class PublicForm(forms.Form):
    """A form of anyone's email address. Two fields detect bots: `homepage`, a honeypot, and `shown`.

    Subclasses have the field `email`, which can be optional. Templates include "_bot_notices.html" and
    "_bot_fields.html".
    """

    homepage = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="%s", **kwargs)
        self.signed_time = sign_time(timezone.now())

    def clean_email(self):
        """Refuse our own address, and use lower case: mail servers ignore case, and nobody wants duplicate emails."""
        if is_our_own(self.cleaned_data["email"]):
            raise ValidationError(_("This is our own address. Enter yours."))
        return self.cleaned_data["email"].lower()

    def clean_shown(self):
        """Ask to send the form again if it arrives too early or too late.

        Unlike a filled honeypot, this gets a visible error. A person whose browser fills in the address may be as
        fast as a bot, and would wait for an email that never comes.
        """
        try:
            shown = signing.loads(self.cleaned_data["shown"], salt=SALT)
        except signing.BadSignature:
            shown = 0
        seconds = timezone.now().timestamp() - shown
        if seconds > MAX_TIME.total_seconds():
            raise ValidationError(_("This page was open for a long time. Please press the button again."))
        self.signed_time = self.cleaned_data["shown"]
        if seconds < MIN_TIME.total_seconds():
            raise ValidationError(_("That was quick. Please press the button again."))
        return shown

    @property
    def is_spam(self):
        """Whether the honeypot is filled in."""
        return bool(self.cleaned_data["homepage"])
