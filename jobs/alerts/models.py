"""Who asked to be told of openings by e-mail, of which."""

import secrets
from datetime import timedelta
from urllib.parse import urlencode

from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from departments import states

from .tokens import LIFETIMES

# What each kind of opening is called at the beginning of what an alert says of itself.
OPENINGS = {
    "": _("Openings"),
    "entry_level": _("Entry-level openings"),
    "lateral": _("Openings for lateral or certified officers"),
    "cadet": _("Openings for cadets or explorers"),
    "reserve": _("Openings for reserve or auxiliary officers"),
    "dispatcher": _("Openings for dispatchers or call takers"),
    "corrections": _("Openings for corrections officers"),
    "civilian": _("Openings for civilian staff"),
    "command": _("Openings for command staff"),
    "other": _("Openings of other kinds"),
}


def one_line(text):
    """What somebody else's software said, fit for a column."""
    return " ".join(text.replace("\0", " ").split())[:300]


def new_key():
    """Names a row in a signed link and reveals nothing of it."""
    return secrets.token_hex(16)


def forget_unconfirmed():
    """Delete the alerts that nobody confirmed while the links were good, and the addresses that nothing is left of.

    How many rows were deleted, with the requests to confirm.
    """
    since = timezone.now() - LIFETIMES["confirm"]
    alerts = Alert.objects.filter(confirmed_at=None, created__lt=since).exclude(messages__created__gte=since).delete()
    return alerts[0] + Subscriber.objects.filter(alerts=None, created__lt=since).delete()[0]


class Subscriber(models.Model):
    """An e-mail address that somebody typed; whether it is its owner's wish each of the alerts says for itself."""

    IS_SHOWN = False  # on no public page

    email = models.EmailField(_("e-mail"), unique=True)
    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    refused_at = models.DateTimeField(
        _("refused"), null=True, blank=True, help_text=_("Its mail server takes nothing for it: nothing more is sent.")
    )
    refusal = models.CharField(_("what the mail server said"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")

    def __str__(self):
        return self.email

    @transaction.atomic
    def forget(self):
        """Delete the address and all that is kept with it: its alerts, and what it was sent."""
        self.hold()
        self.delete()

    def hold(self):
        """Until the transaction ends, nobody signs up with the address, and no sender is at work on its alerts.

        In this order, and without a lock on the key, which senders' rows refer to: nobody waits in a circle.
        """
        Subscriber.objects.select_for_update(no_key=True).filter(pk=self.pk).first()
        list(self.alerts.select_for_update().order_by("pk").values_list("pk"))

    def refuse(self, refusal):
        """Its mail server takes nothing for it, and said so: nothing more is sent. False if that was known."""
        known = Subscriber.objects.filter(pk=self.pk, refused_at=None)
        return known.update(refused_at=timezone.now(), refusal=one_line(refusal)) == 1

    def accept(self):
        """It has received something after all."""
        if self.refused_at:
            Subscriber.objects.filter(pk=self.pk).update(refused_at=None, refusal="")
            self.refused_at, self.refusal = None, ""


class AlertQuerySet(models.QuerySet):
    """Which alerts something is to be done for."""

    DAY, WEEK = timedelta(days=1), timedelta(days=7)
    # So long after it was confirmed, or renewed, an alert is asked whether it is still wanted, and so long it may take
    # to answer.
    YEAR, TIME_TO_ANSWER = timedelta(days=365), timedelta(days=30)

    def active(self):
        """Those that something may be sent for, besides the request to confirm."""
        return self.filter(confirmed_at__isnull=False, paused=False, subscriber__refused_at=None)

    def due(self, at):
        """Those whose day or week has passed since they were told, or confirmed if they never were."""
        told = self.active().alias(told=Coalesce("told_until", "confirmed_at"))
        return told.filter(Q(frequency="daily", told__lte=at - self.DAY) | Q(told__lte=at - self.WEEK))

    def to_ask(self, at):
        """Those that have been wanted for a year, and are not asked yet whether they still are."""
        wanted = self.active().alias(wanted=Coalesce("renewed_at", "confirmed_at"))
        return wanted.filter(wanted__lte=at - self.YEAR, renewal_asked_at=None)

    def unanswered(self, at):
        """Those that were asked, by a message that was sent, and whose time to answer is over."""
        asked_until = at - self.TIME_TO_ANSWER
        return self.active().filter(
            messages__kind="renew", messages__created__gte=F("renewal_asked_at"), messages__sent_at__lte=asked_until
        )


class Alert(models.Model):
    """A search for openings, or a department, whose new openings its subscriber wants to be told of.

    Nothing is sent for it, but one request to confirm it, until ``confirmed_at`` is there. A place is degrees with the
    ``miles`` around it, None for any distance; ``near`` is what that place is called.
    """

    IS_SHOWN = False  # on no public page

    class Frequency(models.TextChoices):
        DAILY = "daily", _("Daily")
        WEEKLY = "weekly", _("Weekly")

    # What tells the alerts of a subscriber apart.
    ASKED = ("department", "q", "near", "latitude", "longitude", "miles", "kind", "pay", "state")

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="alerts", verbose_name=_("subscriber"))
    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    frequency = models.CharField(_("how often"), max_length=8, choices=Frequency.choices, default=Frequency.DAILY)

    department = models.ForeignKey(
        "departments.Department", models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("department")
    )
    q = models.CharField(_("words"), max_length=100, blank=True)
    near = models.CharField(_("near"), max_length=150, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    miles = models.PositiveSmallIntegerField(_("within"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=16, blank=True)
    pay = models.PositiveIntegerField(_("pay at least"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=2, choices=states.CHOICES, blank=True)

    created = models.DateTimeField(_("created"), auto_now_add=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    paused = models.BooleanField(_("paused"), default=False)
    # Openings that opened before this instant it has been told of, or they are older than its wish.
    told_until = models.DateTimeField(_("told until"), null=True, blank=True)
    # A year after it was confirmed, or renewed, it is asked whether it is still wanted.
    renewed_at = models.DateTimeField(_("renewed"), null=True, blank=True)
    renewal_asked_at = models.DateTimeField(_("asked to renew"), null=True, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [
            models.CheckConstraint(condition=Q(frequency__in=["daily", "weekly"]), name="alert_frequency_known"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None, miles=None)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="alert_place_whole",
            ),
        ]
        indexes = [models.Index(fields=["confirmed_at", "told_until"], name="alert_due")]

    def __str__(self):
        return f"{self.subscriber_id}: {self.q or self.near or self.kind or self.state or self.department_id or '*'}"

    def get_absolute_url(self):
        """Where its openings are shown: the department's page, or the search that it came from."""
        if self.department:
            return self.department.get_absolute_url()
        asked = urlencode(self.search_query())
        return f"{reverse('jobs')}?{asked}" if asked else reverse("jobs")

    def search_query(self):
        """What it asks for as the parameters of the search for openings, or as the department that it follows."""
        if self.department_id:
            return {"department": self.department_id}
        *town, last = self.near.split() or [""]
        place = last if town and last.isdecimal() else self.near  # the search knows a ZIP code without its town
        within = (self.miles or "any") if self.near else None
        asked = {"q": self.q, "near": place, "within": within}
        asked |= {"kind": self.kind, "pay": self.pay, "state": self.state}
        return {name: value for name, value in asked.items() if value}

    def in_words(self):
        """What it sends and how often: "Entry-level openings within 25 miles of Westport, CT, daily"."""
        sentences = {self.Frequency.DAILY: _t("%(openings)s, daily"), self.Frequency.WEEKLY: _t("%(openings)s, weekly")}
        return sentences[self.frequency] % {"openings": self.openings_in_words()}

    def openings_in_words(self):
        """What it sends: "Entry-level openings within 25 miles of Westport, CT"."""
        if self.department:
            return _t("New openings at the %(department)s") % {"department": self.department.name}
        said = OPENINGS[self.kind]
        if self.q:
            said = _t("%(openings)s matching “%(words)s”") % {"openings": said, "words": self.q}
        if self.state:
            said = _t("%(openings)s in %(state)s") % {"openings": said, "state": self.get_state_display()}
        if self.near and self.miles is None:
            said = _t("%(openings)s at any distance from %(place)s") % {"openings": said, "place": self.near}
        elif self.near:
            values = {"openings": said, "miles": self.miles, "place": self.near}
            said = _t("%(openings)s within %(miles)s miles of %(place)s") % values
        if self.pay:
            said = _t("%(openings)s, paying at least %(pay)s a year") % {"openings": said, "pay": f"${self.pay:,}"}
        return str(said)

    @property
    def is_confirmed(self):
        """Whether its owner has said that they want it, and no mail server has refused them since."""
        return bool(self.confirmed_at) and not self.subscriber.refused_at

    def confirm(self):
        """Its owner wants it: what has opened since it was asked for will be sent. Twice is the same as once."""
        self.subscriber.accept()
        if not self.confirmed_at:
            self._set(confirmed_at=timezone.now(), told_until=self.created)

    def pause(self):
        """Send nothing until it is resumed."""
        self._set(paused=True)

    def resume(self):
        """Send what opens from now on, for another year."""
        if self.paused:
            self.renew()

    def change_frequency(self, frequency):
        self._set(frequency=frequency)

    def renew(self):
        """It is wanted for another year, also when it is paused; nobody waited for what opened meanwhile."""
        now = timezone.now()
        resumed = {"paused": False, "told_until": now} if self.paused else {}
        self._set(renewed_at=now, renewal_asked_at=None, **resumed)

    def _set(self, **values):
        """Change these columns and no others: digests are sent meanwhile, and the row may just be deleted."""
        Alert.objects.filter(pk=self.pk).update(**values)
        for name, value in values.items():
            setattr(self, name, value)

    @transaction.atomic
    def forget(self):
        """Delete it, and with the last one its subscriber."""
        subscriber = self.subscriber
        subscriber.hold()
        self.delete()
        if not subscriber.alerts.exists():
            subscriber.delete()
