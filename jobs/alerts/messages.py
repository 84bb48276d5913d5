"""The outbox: messages to subscribers, account holders and editors, and the last run of the worker."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from policeapp.web.secret_links import new_key

from .models import Alert, Subscriber, single_line


class MessageQuerySet(models.QuerySet):
    def to_send(self):
        """Messages that are neither sent nor abandoned and are still wanted, including leased ones.

        An email about an account is wanted for ``ACCOUNT_EMAIL_LIFETIME``, because the links in it end soon. So is a
        reminder, because the deadline in it comes soon, if its editor can sign in.
        A confirmation request is no longer wanted once the alert is confirmed. A subscriber whose mail server refused
        an email may sign up again, so requests made after the refusal are sent.
        """
        request = Q(kind="confirm") & (Q(alert__confirmed_at=None) | Q(alert__confirmed_at__lte=F("created")))
        request &= Q(alert__subscriber__refused_at=None) | Q(alert__subscriber__refused_at__lte=F("created"))
        other = ~Q(kind="confirm") & Q(alert__in=Alert.objects.active())
        is_recent = Q(created__gt=timezone.now() - Message.ACCOUNT_EMAIL_LIFETIME)
        personal = Q(kind="account") | Q(kind="reminder", user__is_active=True)
        return self.filter(request | other | is_recent & personal, sent_at=None, abandoned_at=None)

    def free(self, at):
        """Messages that no sender has leased and whose retry delay is over at `at` (an aware datetime)."""
        return self.filter(Q(leased_until=None) | Q(leased_until__lte=at))


class Message(models.Model):
    """An email in the outbox. The sender that holds its lease sends it, once."""

    IS_SHOWN = False  # not on any public page

    class Kind(models.TextChoices):
        # The outbox sends messages in the order of these values.
        ACCOUNT = "account", _("About an account")
        CONFIRM = "confirm", _("Confirmation request")
        DIGEST = "digest", _("New jobs")
        REMINDER = "reminder", _("Reminder for an editor")
        RENEW = "renew", _("Renewal request")

    # None for an email about an account, which has a recipient, and the context of its template in ``content``. That is
    # deleted once it is sent, because it can contain a link that sets a password. A reminder has a user, and the keys
    # of the jobs in ``content``.
    alert = models.ForeignKey(Alert, models.CASCADE, related_name="messages", null=True, verbose_name=_("alert"))
    recipient = models.EmailField(_("recipient"), blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("editor")
    )
    content = models.JSONField(default=dict, editable=False)
    kind = models.CharField(_("type"), max_length=8, choices=Kind.choices)
    # The local part of the Message-ID header. All attempts use the same.
    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    # The time until which no other sender may send it. After a failure: the time of the next attempt.
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    abandoned_at = models.DateTimeField(
        _("abandoned"), null=True, blank=True, help_text=_("We no longer try to send it. The problem says why.")
    )
    problem = models.CharField(_("problem"), max_length=300, blank=True)

    LEASE_TIME = timedelta(minutes=15)  # longer than a mail server may take to accept one email
    ACCOUNT_EMAIL_LIFETIME = timedelta(days=1)
    # Emails about accounts, and reminders, are deleted after this time, sent or not.
    ACCOUNT_EMAIL_RETENTION = timedelta(days=30)
    # The delay after each failure. After four days, give up (RFC 5321, 4.5.4.1).
    RETRY_DELAYS = [timedelta(hours=hours) for hours in (1 / 12, 1 / 4, 1, 3, 6, 12, 24, 24, 24)]

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="account", alert=None, user=None) & ~Q(recipient="")
                | Q(kind="reminder", alert=None, user__isnull=False)
                | Q(kind__in=["confirm", "digest", "renew"], alert__isnull=False, user=None),
                name="message_kind_known",
            )
        ]
        indexes = [models.Index(fields=["kind", "id"], condition=Q(sent_at=None, abandoned_at=None), name="outbox_due")]

    def __str__(self):
        return str(self.pk)

    def lease(self):
        """Return True for the one sender that may send this message until the lease ends."""
        now = timezone.now()
        # Only columns of this table: PostgreSQL checks them again if another sender was faster.
        free = Message.objects.free(now).filter(pk=self.pk, sent_at=None, abandoned_at=None)
        return free.update(leased_until=now + self.LEASE_TIME, attempts=F("attempts") + 1) == 1

    def mark_sent(self):
        """Record that the mail server accepted the email."""
        self._record(sent_at=timezone.now(), problem="", content={})

    def schedule_retry(self, problem):
        """Schedule the next attempt and return True. After the last one, abandon the message and return False."""
        if self.attempts > len(self.RETRY_DELAYS):
            self.abandon(problem)
            return False
        self._record(leased_until=timezone.now() + self.RETRY_DELAYS[self.attempts - 1], problem=problem)
        return True

    def abandon(self, problem):
        """Never try to send the message again."""
        self._record(abandoned_at=timezone.now(), problem=problem, content={})

    def _record(self, problem, **values):
        Message.objects.filter(pk=self.pk).update(problem=single_line(problem), **values)


def send_account_email(address, content):
    """Put an email about an account into the outbox. See :func:`policeapp.accounts.emails.send`."""
    Message.objects.create(kind=Message.Kind.ACCOUNT, recipient=address, content=content)


def delete_account_emails():
    """Delete old emails about accounts, and old reminders, and return their number."""
    cutoff = timezone.now() - Message.ACCOUNT_EMAIL_RETENTION
    kinds = [Message.Kind.ACCOUNT, Message.Kind.REMINDER]
    return Message.objects.filter(kind__in=kinds, created__lt=cutoff).delete()[0]


class NotifiedOpening(models.Model):
    """An opening in a digest. No other digest to the subscriber lists it, unless it opens again at another time."""

    IS_SHOWN = False  # not on any public page

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="notified_openings")
    job = models.ForeignKey("Job", models.CASCADE, related_name="+")
    open_since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscriber", "job", "open_since"], name="notified_once")]

    def __str__(self):
        return str(self.pk)


class SendRun(models.Model):
    """The last run of `send_mail`, with the totals of all runs. The table has at most one row.

    The worker counts a run every few minutes. `problem` says why the last one could not send everything, or is "".
    """

    IS_SHOWN = False  # not on any public page

    SINGLE_PK = 1
    OVERDUE = timedelta(hours=1)  # the worker is broken when no run has ended for this long

    ended_at = models.DateTimeField()
    problem = models.CharField(max_length=300, blank=True)
    sent = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)
    given_up = models.PositiveBigIntegerField(default=0)
    # The last day for which reminders were prepared.
    reminded_on = models.DateField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(id=1), name="send_run_single")]

    def __str__(self):
        return str(self.ended_at)

    @classmethod
    def claim_reminders(cls, day):
        """Return True for the one process that may prepare the reminders of this day. Call it in a transaction."""
        cls.objects.get_or_create(pk=cls.SINGLE_PK, defaults={"ended_at": timezone.now()})
        return cls.objects.exclude(reminded_on__gte=day).update(reminded_on=day) == 1
