"""Signing up for an alert: the query string of the search that it is for, and the form that asks for the address."""

from datetime import timedelta

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from departments.models import Department
from policeapp.limits import Limit

from ..forms import JobSearchForm
from .messages import Message
from .models import Alert, Subscriber, forget_unconfirmed

SALT = "policeapp.jobs.alert_forms"

# Nobody is sent more requests to confirm than these, whoever types the address.
MAILS = Limit("alerts to an address", 10, 24 * 3600)
# People behind one address of the internet, such as those of a library, share these.
SIGN_UPS = Limit("alerts from a client", 30, 3600)

# Nobody types an address in less; a form that was open for longer may be a copy that a machine has kept.
QUICKEST = timedelta(seconds=2)
OLDEST = timedelta(days=1)


def stamp(at):
    """What a form that is shown at that instant has in its field for it."""
    return signing.dumps(at.timestamp(), salt=SALT)


class AlertSearchForm(JobSearchForm):
    """The parameters of the search for openings, but for its order; or ``department``, the key of one to follow."""

    sort = None
    department = forms.ModelChoiceField(
        Department.objects.published(),
        label=_("Department"),
        required=False,
        error_messages={"invalid_choice": _("We don't know this department.")},
    )

    def alert(self):
        """An alert for what is asked, not saved; None where it is not clear what that is."""
        if not self.is_valid():
            return None
        asked = self.cleaned_data
        if asked["department"]:
            return Alert(department=asked["department"])
        # As the search does: words that no opening has may be a town.
        self.asked_for(self.openings())
        if self.errors:
            return None
        alert = Alert(q=asked["q"], kind=asked["kind"], pay=asked["pay"] or None, state=asked["state"])
        if self.place:
            alert.near, (alert.latitude, alert.longitude) = str(self.place), self.place.point
            alert.miles = self.miles
        return alert


class AlertForm(forms.Form):
    """Who wants an alert, and how often. Two of its fields are for machines: one that nobody sees, and one that says
    when the form was shown."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
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
        self.stamp = stamp(timezone.now())

    def clean_email(self):
        """In small letters: hardly a mail server tells them from capitals, and nobody wants everything twice."""
        return self.cleaned_data["email"].lower()

    def clean_shown(self):
        """Asks to send the form once more if it comes too soon or too late.

        Nothing is pretended, as it is to whoever fills the field that nobody sees: a person may be as quick, with an
        address that the browser has filled in, and would wait for a message in vain.
        """
        try:
            shown = signing.loads(self.cleaned_data["shown"], salt=SALT)
        except signing.BadSignature:
            shown = 0
        age = timezone.now().timestamp() - shown
        if age > OLDEST.total_seconds():
            raise ValidationError(_("This page was open for a long time. Please press the button again."))
        self.stamp = self.cleaned_data["shown"]
        if age < QUICKEST.total_seconds():
            raise ValidationError(_("That was quick. Please press the button once more."))
        return shown

    @property
    def is_trapped(self):
        """Whether a machine has sent it."""
        return bool(self.cleaned_data["homepage"])

    def save(self, alert):
        """The message that asks to confirm the alert, in the outbox; None when the address has had its share.

        An alert that the subscriber has confirmed stays as it is, for anybody may type anybody's address; the message
        then says that it is there.
        """
        email = self.cleaned_data["email"]
        if not MAILS.take(email):
            return None
        forget_unconfirmed()
        with transaction.atomic():
            subscriber, _new = Subscriber.objects.select_for_update(no_key=True).get_or_create(email=email)
            asked = {name: getattr(alert, name) for name in Alert.ASKED}
            alert = subscriber.alerts.filter(**asked).first() or subscriber.alerts.create(**asked)
            if not alert.confirmed_at:
                alert.change_frequency(self.cleaned_data["frequency"])
            # One request at a time: a new one is tried at once, and takes the place of one that rests or has failed.
            alert.messages.filter(kind=Message.Kind.CONFIRM, sent_at=None).delete()
            return alert.messages.create(kind=Message.Kind.CONFIRM)
