"""The models of alerts: subscribers and their alerts."""

from datetime import timedelta
from urllib.parse import urlencode

from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from departments.fields import EmailAddressField
from departments.geo import states
from policeapp.web.secret_links import new_key

from .tokens import LIFETIMES

# How the description of an alert begins, by the kind of job that it searches for.
KIND_PHRASES = {
    "": _("Jobs"),
    "entry_level": _("Entry-level jobs"),
    "lateral": _("Jobs for lateral or certified officers"),
    "cadet": _("Jobs for cadets or explorers"),
    "reserve": _("Jobs for reserve or auxiliary officers"),
    "dispatcher": _("Jobs for dispatchers or call takers"),
    "corrections": _("Jobs for corrections officers"),
    "civilian": _("Jobs for civilian staff"),
    "command": _("Jobs for command staff"),
    "other": _("Other jobs"),
}


def single_line(text):
    """Return a mail server's answer on one line of at most 300 characters, without characters databases reject."""
    return " ".join(text.replace("\0", " ").split())[:300]


def delete_unconfirmed():
    """Delete alerts whose confirmation link has expired, and subscribers without alerts.

    Return the number of deleted rows, including messages.
    """
    cutoff = timezone.now() - LIFETIMES["confirm"]
    expired = Alert.objects.filter(confirmed_at=None, created__lt=cutoff).exclude(messages__created__gte=cutoff)
    return expired.delete()[0] + Subscriber.objects.filter(alerts=None, created__lt=cutoff).delete()[0]


class Subscriber(models.Model):
    """An email address that somebody entered. Each alert records whether the owner confirmed it."""

    IS_SHOWN = False  # not on any public page

    email = EmailAddressField(_("email"), unique=True)
    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    refused_at = models.DateTimeField(
        _("refused"), null=True, blank=True, help_text=_("The mail server refuses this address. We send nothing to it.")
    )
    refusal = models.CharField(_("mail server's answer"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")

    def __str__(self):
        return self.email

    @transaction.atomic
    def erase(self):
        """Delete the address with all its alerts and messages."""
        self.lock()
        self.delete()

    def lock(self):
        """Block sign-ups with this address, and senders of its alerts, until the transaction ends."""
        # Always in this order, and without a lock on the key that senders' rows refer to, to avoid deadlocks.
        Subscriber.objects.select_for_update(no_key=True).filter(pk=self.pk).first()
        list(self.alerts.select_for_update().order_by("pk").values_list("pk"))

    def mark_refused(self, answer):
        """Stop sending, because the mail server refused the address. Return False if it was refused before."""
        accepted = Subscriber.objects.filter(pk=self.pk, refused_at=None)
        return accepted.update(refused_at=timezone.now(), refusal=single_line(answer)) == 1

    def clear_refusal(self):
        """Send again, because the owner has received an email or wants us to retry."""
        if self.refused_at:
            Subscriber.objects.filter(pk=self.pk).update(refused_at=None, refusal="")
            self.refused_at, self.refusal = None, ""


class AlertQuerySet(models.QuerySet):
    DAY, WEEK = timedelta(days=1), timedelta(days=7)
    # Ask for renewal this long after an alert was confirmed or renewed.
    RENEWAL_INTERVAL = timedelta(days=365)
    # Pause an alert this long after an unanswered renewal request.
    RENEWAL_GRACE = timedelta(days=30)

    def active(self):
        """Alerts that may receive digests and renewal requests."""
        return self.filter(confirmed_at__isnull=False, paused=False, subscriber__refused_at=None)

    def due(self, at):
        """Active alerts whose last digest, or confirmation, is a day or a week old at `at` (an aware datetime)."""
        alerts = self.active().alias(last=Coalesce("notified_until", "confirmed_at"))
        return alerts.filter(Q(frequency="daily", last__lte=at - self.DAY) | Q(last__lte=at - self.WEEK))

    def due_for_renewal(self, at):
        """Active alerts that were confirmed or renewed a year before `at` and have no open renewal request."""
        alerts = self.active().alias(renewed=Coalesce("renewed_at", "confirmed_at"))
        return alerts.filter(renewed__lte=at - self.RENEWAL_INTERVAL, renewal_requested_at=None)

    def unanswered(self, at):
        """Active alerts whose renewal request was sent more than `RENEWAL_GRACE` before `at`."""
        request = Q(messages__kind="renew", messages__created__gte=F("renewal_requested_at"))
        return self.active().filter(request, messages__sent_at__lte=at - self.RENEWAL_GRACE)


class Alert(models.Model):
    """A job search, or a department, whose new openings are sent to a subscriber by email.

    Until `confirmed_at` is set, only confirmation requests are sent. A place is a point in degrees with a radius in
    `miles` (None: any distance); `near` is its name.
    """

    IS_SHOWN = False  # not on any public page

    class Frequency(models.TextChoices):
        DAILY = "daily", _("Daily")
        WEEKLY = "weekly", _("Weekly")

    # A subscriber has at most one alert with the same values of these.
    SEARCH_FIELDS = ("department", "q", "near", "latitude", "longitude", "miles", "kind", "pay", "state")

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="alerts", verbose_name=_("subscriber"))
    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    frequency = models.CharField(_("how often"), max_length=8, choices=Frequency.choices, default=Frequency.DAILY)
    department = models.ForeignKey(
        "departments.Department", models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("department")
    )
    q = models.CharField(_("keywords"), max_length=100, blank=True)
    near = models.CharField(_("near"), max_length=150, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    miles = models.PositiveSmallIntegerField(_("miles"), null=True, blank=True)
    kind = models.CharField(_("job type"), max_length=16, blank=True)
    pay = models.PositiveIntegerField(_("minimum yearly pay"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=2, choices=states.CHOICES, blank=True)

    created = models.DateTimeField(_("created"), auto_now_add=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    paused = models.BooleanField(_("paused"), default=False)
    # Digests cover all openings that opened before this time. None: no digest was prepared yet.
    notified_until = models.DateTimeField(_("notified until"), null=True, blank=True)
    renewed_at = models.DateTimeField(_("renewed"), null=True, blank=True)
    renewal_requested_at = models.DateTimeField(_("renewal requested"), null=True, blank=True)

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
        indexes = [models.Index(fields=["confirmed_at", "notified_until"], name="alert_due")]

    def __str__(self):
        # People who delete a department see this in the list of deleted objects, so it must not describe the search.
        return str(self.pk)

    def get_absolute_url(self):
        """Return the URL of the department's page, or of the job search with these filters."""
        if self.department:
            return self.department.get_absolute_url()
        query = urlencode(self.search_query())
        return f"{reverse('jobs')}?{query}" if query else reverse("jobs")

    def search_query(self):
        """Return the filters as query parameters of the job search, or the department as its key."""
        if self.department_id:
            return {"department": self.department_id}
        *town, last = self.near.split() or [""]
        place = last if town and last.isdecimal() else self.near  # the search finds a ZIP code only without its town
        within = (self.miles or "any") if self.near else None
        query = {"q": self.q, "near": place, "within": within, "kind": self.kind, "pay": self.pay, "state": self.state}
        return {name: value for name, value in query.items() if value}

    def describe(self, quotes_keywords=True):
        """Describe jobs and frequency: "Entry-level jobs within 25 miles of Westport, CT, daily".

        Until the owner confirms the alert, it quotes no keywords: a stranger may want them to appear under our name.
        """
        formats = {self.Frequency.DAILY: _t("%(jobs)s, daily"), self.Frequency.WEEKLY: _t("%(jobs)s, weekly")}
        return formats[self.frequency] % {"jobs": self.describe_jobs(quotes_keywords and bool(self.confirmed_at))}

    def describe_jobs(self, quotes_keywords=True):
        """Describe the jobs: "Entry-level jobs within 25 miles of Westport, CT", or "All jobs"."""
        if self.department:
            return _t("New jobs at the %(department)s") % {"department": self.department.name}
        jobs = KIND_PHRASES[self.kind]
        if self.q:
            words = _t("“%(words)s”") % {"words": self.q} if quotes_keywords else _t("your keywords")
            jobs = _t("%(jobs)s matching %(words)s") % {"jobs": jobs, "words": words}
        if self.state:
            jobs = _t("%(jobs)s in %(state)s") % {"jobs": jobs, "state": states.STATES[self.state].in_sentence}
        if self.near and self.miles is None:
            jobs = _t("%(jobs)s at any distance from %(place)s") % {"jobs": jobs, "place": self.near}
        elif self.near:
            values = {"jobs": jobs, "miles": self.miles, "place": self.near}
            jobs = _t("%(jobs)s within %(miles)s miles of %(place)s") % values
        if self.pay:
            jobs = _t("%(jobs)s, paying at least %(pay)s a year") % {"jobs": jobs, "pay": f"${self.pay:,}"}
        return _t("All jobs") if jobs == KIND_PHRASES[""] else str(jobs)

    @property
    def new_since(self):
        """The time from which openings are new to this confirmed alert."""
        return self.notified_until or self.confirmed_at

    @property
    def is_confirmed(self):
        """Whether the owner confirmed the alert and no mail server has refused the address since."""
        return bool(self.confirmed_at) and not self.subscriber.refused_at

    def confirm(self):
        """Start the alert with the openings since sign-up. Confirming twice changes nothing."""
        self.subscriber.clear_refusal()
        if not self.confirmed_at:
            self._update_fields(confirmed_at=timezone.now(), notified_until=self.created)

    def pause(self):
        """Send nothing until the alert is resumed."""
        self._update_fields(paused=True)

    def resume(self):
        """Send the jobs that open from now on, for another year."""
        if self.paused:
            self.renew()

    def change_frequency(self, frequency):
        self._update_fields(frequency=frequency)

    def renew(self):
        """Keep the alert for another year. If it was paused, skip the openings of that time."""
        now = timezone.now()
        resumed = {"paused": False, "notified_until": now} if self.paused else {}
        self._update_fields(renewed_at=now, renewal_requested_at=None, **resumed)

    def _update_fields(self, **values):
        """Change only these columns, because a sender may change others or the owner delete the row meanwhile."""
        Alert.objects.filter(pk=self.pk).update(**values)
        for name, value in values.items():
            setattr(self, name, value)

    @transaction.atomic
    def unsubscribe(self):
        """Delete the alert, and the subscriber if it was the last one."""
        subscriber = self.subscriber
        subscriber.lock()
        self.delete()
        if not subscriber.alerts.exists():
            subscriber.delete()
