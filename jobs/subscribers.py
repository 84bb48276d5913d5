"""Who asked to be told of openings by e-mail, of which."""

import secrets
from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from departments import states


def one_line(text):
    """What somebody else's software said, fit for a column."""
    return " ".join(text.replace("\0", " ").split())[:300]


def new_key():
    """Names a row in a signed link and reveals nothing of it."""
    return secrets.token_hex(16)


class Subscriber(models.Model):
    """An e-mail address that somebody typed; whether it is its owner's wish each of the alerts says for itself."""

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

    def refuse(self, refusal):
        """Its mail server takes nothing for it, and said so: nothing more is sent. False if that was known."""
        known = Subscriber.objects.filter(pk=self.pk, refused_at=None)
        return known.update(refused_at=timezone.now(), refusal=one_line(refusal)) == 1


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

    class Frequency(models.TextChoices):
        DAILY = "daily", _("Daily")
        WEEKLY = "weekly", _("Weekly")

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
        return "/jobs/"

    def in_words(self):
        return f"{self.kind} {self.q} {self.near} {self.state} {self.frequency}"
