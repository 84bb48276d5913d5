"""Who asked to be told of openings by e-mail, of which, and the outbox of what is said to them."""

import secrets
from datetime import timedelta

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
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
        asked = Message.objects.filter(
            alert=OuterRef("pk"),
            kind=Message.Kind.RENEW,
            created__gte=OuterRef("renewal_asked_at"),
            sent_at__lte=at - self.TIME_TO_ANSWER,
        )
        return self.active().filter(Exists(asked))


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


class MessageQuerySet(models.QuerySet):
    """Which messages are still to be sent."""

    def to_send(self):
        """Those that are neither sent nor ended and that somebody still waits for, whoever is at work on them."""
        asked_for = Q(kind="confirm", alert__confirmed_at=None)
        asked_for |= ~Q(kind="confirm") & Q(alert__confirmed_at__isnull=False, alert__paused=False)
        return self.filter(asked_for, sent_at=None, ended_at=None, alert__subscriber__refused_at=None)

    def free(self, at):
        """Those that nobody is at work on, and whose time to be tried again has come."""
        return self.filter(Q(leased_until=None) | Q(leased_until__lte=at))


class Message(models.Model):
    """A message of the outbox: made in the transaction of what it tells of, sent once, by whoever holds its lease."""

    class Kind(models.TextChoices):
        CONFIRM = "confirm", _("Please confirm")
        DIGEST = "digest", _("New openings")
        RENEW = "renew", _("Still wanted?")

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="messages", verbose_name=_("alert"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    # Of the Message-ID header, before its @: the same however often it is tried.
    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    # Nobody else may send it until then; and not before that instant is it tried again.
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    ended_at = models.DateTimeField(
        _("ended"), null=True, blank=True, help_text=_("It will not be sent any more: the problem says why.")
    )
    problem = models.CharField(_("problem"), max_length=300, blank=True)

    # Longer than a mail server may take over one message.
    LEASE = timedelta(minutes=15)
    # How long it rests after each failure; with the last it is given up, after four days (RFC 5321, 4.5.4.1).
    RESTS = [
        *(timedelta(minutes=minutes) for minutes in (5, 15, 60)),
        *(timedelta(hours=hours) for hours in (3, 6, 12, 24, 24, 24)),
    ]

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["confirm", "digest", "renew"]), name="message_kind_known")
        ]
        indexes = [
            models.Index(fields=["leased_until", "id"], condition=Q(sent_at=None), name="message_to_send"),
        ]

    def __str__(self):
        return self.key

    def lease(self):
        """True for the one sender that may send it until the lease ends."""
        now = timezone.now()
        # Columns of this table alone: PostgreSQL looks at them again when somebody else was quicker.
        free = Message.objects.free(now).filter(pk=self.pk, sent_at=None, ended_at=None)
        return free.update(leased_until=now + self.LEASE, attempts=F("attempts") + 1) == 1

    def note_sent(self):
        """The mail server has taken it."""
        self._note(sent_at=timezone.now(), problem="")

    def note_failure(self, problem):
        """It will be tried again, unless this was the last time: False then."""
        if self.attempts > len(self.RESTS):
            self.end(problem)
            return False
        self._note(leased_until=timezone.now() + self.RESTS[self.attempts - 1], problem=problem)
        return True

    def end(self, problem):
        """It is never sent."""
        self._note(ended_at=timezone.now(), problem=problem)

    def _note(self, problem, **values):
        Message.objects.filter(pk=self.pk).update(problem=one_line(problem), **values)


class Told(models.Model):
    """An opening that a subscriber is told of by a message: by no second one, whatever other alerts there are."""

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="told")
    job = models.ForeignKey("Job", models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscriber", "job"], name="told_once")]

    def __str__(self):
        return f"{self.subscriber_id}: {self.job_id}"
