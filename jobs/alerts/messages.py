"""The messages of the outbox, the openings that they tell of, and the runs that send them."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .models import Alert, Subscriber, new_key, one_line


class MessageQuerySet(models.QuerySet):
    """Which messages are still to be sent."""

    def to_send(self):
        """Those that are neither sent nor ended and that somebody still waits for, whoever is at work on them.

        A request to confirm is not sent when that has been done meanwhile. Whose mail server has refused something may
        sign up anew.
        """
        request = Q(kind="confirm") & (Q(alert__confirmed_at=None) | Q(alert__confirmed_at__lte=F("created")))
        request &= Q(alert__subscriber__refused_at=None) | Q(alert__subscriber__refused_at__lte=F("created"))
        other = ~Q(kind="confirm") & Q(alert__in=Alert.objects.active())
        return self.filter(request | other, sent_at=None, ended_at=None)

    def free(self, at):
        """Those that nobody is at work on, and whose time to be tried again has come."""
        return self.filter(Q(leased_until=None) | Q(leased_until__lte=at))


class Message(models.Model):
    """A message of the outbox: made in the transaction of what it tells of, sent once, by whoever holds its lease."""

    IS_SHOWN = False  # on no public page

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

    IS_SHOWN = False  # on no public page

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="told")
    job = models.ForeignKey("Job", models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscriber", "job"], name="told_once")]

    def __str__(self):
        return f"{self.subscriber_id}: {self.job_id}"


class Run(models.Model):
    """The last run of ``send_alerts``, and how many messages all runs together have sent or given up: one row, or none.

    ``problem`` is what kept the last one from sending all, in words, or "".
    """

    IS_SHOWN = False  # on no public page

    # The one there is.
    KEY = 1
    # No timer is so late.
    OVERDUE = timedelta(days=1)

    ended_at = models.DateTimeField()
    problem = models.CharField(max_length=300, blank=True)
    sent = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)
    given_up = models.PositiveBigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(id=1), name="run_only_one")]

    def __str__(self):
        return str(self.ended_at)
