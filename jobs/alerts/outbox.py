"""Send the messages in the outbox. A sender leases each message first, so that no other sender sends it too.

If a sender dies before the mail server accepts a message, the lease ends and another sender tries again. If it dies
before it records the success, the message is sent twice. Both copies have the same Message-ID, so mailboxes can
recognize the duplicate.
"""

import logging
from collections import Counter
from contextlib import suppress
from enum import Enum
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPResponseException
from time import monotonic
from typing import NamedTuple

from django.conf import settings
from django.core import mail
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from policeapp.operations.logs import redact

from . import emails
from .matching import prepare_digests, prepare_renewals
from .models import Alert, Message, SendRun, delete_unconfirmed, single_line

logger = logging.getLogger(__name__)

BATCH_SIZE = 100  # messages


class Outcome(Enum):
    """The result of an attempt to send a message."""

    SENT = "sent"
    REFUSED = "refused"  # permanently, by the mail server
    RETRY = "to retry"
    GIVEN_UP = "given up"
    EMPTY = "dropped because all jobs closed"
    SKIPPED = "skipped"  # another sender has it, or it is no longer wanted


class RunReport(NamedTuple):
    """The result of a run.

    `digests`, `renewals` and `waiting` are numbers of messages. `outcomes` is a `Counter`. `problem` says why sending
    stopped early, or is "".
    """

    digests: int
    renewals: int
    outcomes: Counter
    waiting: int
    problem: str


def run(seconds, limit=None):
    """Prepare all messages that are due and send them, and return a `RunReport`.

    Starts nothing new after `seconds`, and tries to send at most `limit` messages (None: all).
    """
    end = monotonic() + seconds

    def has_time():
        return monotonic() < end

    delete_unconfirmed()
    renewals = prepare_renewals()
    digests = prepare_digests(has_time)
    outcomes, problem = send_waiting(limit, has_time)
    record_run(outcomes, problem)
    return RunReport(digests, renewals, outcomes, Message.objects.to_send().count(), problem)


def deliver(message):
    """Try once to send the message now, and return whether it was sent.

    Never raises an error. A message that was not sent stays in the outbox.
    """
    if not settings.SENDS_EMAIL:
        return False
    connection = mail.get_connection()
    try:
        connection.open()
        return _try_to_send(message, connection) == Outcome.SENT
    except Exception:
        logger.exception("Message %s could not be sent immediately", message.key)
        return False
    finally:
        _close(connection)


def send_waiting(limit=None, has_time=lambda: True):
    """Send free messages, at most `limit` of them (None: all), while `has_time()` is true.

    Return `(Counter of outcomes, problem)`. The problem says why the mail server cannot be used, or is "".
    """
    outcomes = Counter()
    connection = mail.get_connection()
    try:
        for message in _free_messages():
            if not has_time() or outcomes.total() - outcomes[Outcome.SKIPPED] == limit:
                break
            connection.open()
            outcomes[_try_to_send(message, connection)] += 1
    except OSError as error:  # includes smtplib's errors
        return outcomes, _("the mail server does not accept messages: %s") % _error_text(error)
    finally:
        _close(connection)
    return outcomes, ""


def record_run(outcomes, problem):
    """Record that a run of `send_alerts` ended, with its `Counter` of outcomes and why it stopped early, or ""."""
    now = timezone.now()
    SendRun.objects.get_or_create(pk=SendRun.SINGLE_PK, defaults={"ended_at": now})
    SendRun.objects.update(
        ended_at=now,
        # This row stays when subscribers are deleted, so it must not contain their addresses.
        problem=single_line(redact(problem)),
        sent=F("sent") + outcomes[Outcome.SENT],
        refused=F("refused") + outcomes[Outcome.REFUSED],
        given_up=F("given_up") + outcomes[Outcome.GIVEN_UP],
    )


def last_run():
    """Return the :class:`~jobs.alerts.models.SendRun` of `send_alerts`, or None before the first run. One query."""
    return SendRun.objects.first()


def is_overdue(run):
    """Return whether alerts were waiting for a whole day and no run ended.

    `run` is the last one, or None. Takes at most one query.
    """
    day_ago = timezone.now() - SendRun.OVERDUE
    is_recent = run is not None and run.ended_at > day_ago
    return settings.SENDS_EMAIL and not is_recent and Alert.objects.active().filter(confirmed_at__lte=day_ago).exists()


def _free_messages():
    """Yield free messages, oldest first. A failed message is rescheduled, so each appears once."""
    while messages := list(Message.objects.to_send().free(timezone.now()).order_by("pk")[:BATCH_SIZE]):
        yield from messages


def _try_to_send(message, connection):
    """Send the message unless another sender does, record the result and return the `Outcome`."""
    if not message.lease():
        return Outcome.SKIPPED
    messages = Message.objects.select_related("alert__subscriber", "alert__department")
    message = messages.to_send().filter(pk=message.pk).first()
    if message is None:
        return Outcome.SKIPPED
    try:
        email = emails.compose(message)
        if email is None:
            message.abandon(_("All jobs in it have closed."))
            return Outcome.EMPTY
        connection.send_messages([email])
    except (SMTPRecipientsRefused, SMTPDataError) as refusal:
        return _record_refusal(message, refusal, connection)
    except (OSError, SMTPException) as error:
        _close(connection)
        return _record_failure(message, _error_text(error))
    except Exception as error:
        # A message that cannot be composed must not block the others.
        logger.exception("Message %s cannot be sent", message.key)
        return _record_failure(message, f"{type(error).__name__}: {error}")
    message.mark_sent()
    return Outcome.SENT


def _record_refusal(message, refusal, connection):
    """Retry later after a temporary refusal (4xx). After a permanent one (5xx), abandon the message.

    If the server permanently refused the recipient, send nothing more to that address.
    """
    is_about_recipient = isinstance(refusal, SMTPRecipientsRefused)
    code, text = next(iter(refusal.recipients.values())) if is_about_recipient else refusal.args
    answer = f"{code} {text.decode(errors='replace')}"
    if code == 421:  # the server closes the connection
        _close(connection)
    if code < 500:
        return _record_failure(message, answer)
    message.abandon(answer)
    if is_about_recipient:
        message.alert.subscriber.mark_refused(answer)
    return Outcome.REFUSED


def _record_failure(message, problem):
    return Outcome.RETRY if message.schedule_retry(problem) else Outcome.GIVEN_UP


def _error_text(error):
    if isinstance(error, SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    return str(error) or type(error).__name__


def _close(connection):
    """Close the connection, whatever its state. It can be opened again."""
    with suppress(OSError):
        connection.close()
