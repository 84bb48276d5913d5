"""Sign up for an alert: the filters of a job search from the query string, and the form for the email address."""

from datetime import timedelta

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from departments.fields import EmailAddressFormField
from departments.models import Department
from policeapp.operations.rate_limits import RateLimit
from policeapp.web.email_addresses import is_our_own, mailbox_key

from ..forms import JobSearchForm
from .messages import Message
from .models import Alert, Subscriber, delete_unconfirmed

SALT = "policeapp.jobs.alert_forms"

# Protects the owner of a mailbox from others who sign up with its addresses.
EMAILS_PER_ADDRESS = RateLimit("confirmation emails", 10, 24 * 3600)
# People behind one IP address, such as a library's, share this limit.
SIGN_UPS_PER_CLIENT = RateLimit("alert sign-ups", 30, 3600)

# People need longer to type an address. A form that was open for longer may be a copy that a bot has stored.
MIN_TIME = timedelta(seconds=2)
MAX_TIME = timedelta(days=1)


def sign_time(at):
    """Return the signed time at which a form was shown, for its hidden field."""
    return signing.dumps(at.timestamp(), salt=SALT)


class AlertSearchForm(JobSearchForm):
    """The filters of the job search, without its sort order. Or `department`, the key of a department."""

    sort = None
    department = forms.ModelChoiceField(
        Department.objects.published(),
        label=_("Department"),
        required=False,
        error_messages={"invalid_choice": _("We don't know this department.")},
    )

    def build_alert(self):
        """Return an unsaved alert with these filters, or None if the form has errors."""
        if not self.is_valid():
            return None
        cleaned = self.cleaned_data
        if cleaned["department"]:
            return Alert(department=cleaned["department"])
        # Like the search, try keywords that match no opening as a place.
        self.search(self.openings())
        if self.errors:
            return None
        alert = Alert(q=cleaned["q"], kind=cleaned["kind"], pay=cleaned["pay"] or None, state=cleaned["state"])
        if self.place:
            alert.near, (alert.latitude, alert.longitude) = str(self.place), self.place.point
            alert.miles = self.miles
        return alert


class AlertForm(forms.Form):
    """The email address and frequency of an alert. Two fields detect bots: `homepage`, a honeypot, and `shown`."""

    email = EmailAddressFormField(
        label=_("Your email address"),
        max_length=Subscriber._meta.get_field("email").max_length,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    frequency = forms.ChoiceField(label=_("How often"), choices=Alert.Frequency.choices)
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

    def save(self, alert):
        """Save the alert with a confirmation request, or nothing if the mailbox has reached its limit.

        A confirmed alert does not change, because anybody can enter any address. The message then says that the alert
        already exists.
        """
        email = self.cleaned_data["email"]
        if not EMAILS_PER_ADDRESS.hit(mailbox_key(email)):
            return
        delete_unconfirmed()
        with transaction.atomic():
            subscriber, _created = Subscriber.objects.select_for_update(no_key=True).get_or_create(email=email)
            filters = {name: getattr(alert, name) for name in Alert.SEARCH_FIELDS}
            alert = subscriber.alerts.filter(**filters).first() or subscriber.alerts.create(**filters)
            if not alert.confirmed_at:
                alert.change_frequency(self.cleaned_data["frequency"])
            # The new request replaces one that waits for a retry or was abandoned, and is tried within seconds.
            alert.messages.filter(kind=Message.Kind.CONFIRM, sent_at=None).delete()
            alert.messages.create(kind=Message.Kind.CONFIRM)
