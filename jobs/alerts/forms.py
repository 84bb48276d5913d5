"""Sign up for an alert: the filters of a job search from the query string, and the form for the email address."""

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from departments.fields import EmailAddressFormField
from departments.models import Department
from policeapp.operations.rate_limits import RateLimit
from policeapp.web.email_addresses import mailbox_key
from policeapp.web.spam import PublicForm

from ..forms import JobSearchForm
from .messages import Message
from .models import Alert, Subscriber, delete_unconfirmed

# Protects the owner of a mailbox from others who sign up with its addresses.
EMAILS_PER_ADDRESS = RateLimit("confirmation emails", 10, 24 * 3600)
# People behind one IP address, such as a library's, share this limit.
SIGN_UPS_PER_CLIENT = RateLimit("alert sign-ups", 30, 3600)


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


class AlertForm(PublicForm):
    """The email address and frequency of an alert."""

    email = EmailAddressFormField(
        label=_("Your email address"),
        max_length=Subscriber._meta.get_field("email").max_length,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    frequency = forms.ChoiceField(label=_("How often"), choices=Alert.Frequency.choices)

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
