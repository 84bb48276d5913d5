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

from django.conf import settings
from django.core import mail
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from policeapp.operations.logs import redact

from . import emails
from .messages import Message, SendRun
from .models import Alert, single_line

logger = logging.getLogger(__name__)

BATCH_SIZE = 100  # messages
# After this time, look again for confirmation requests: somebody waits for them.
BATCH_SECONDS = 3


class Outcome(Enum):
    """The result of an attempt to send a message."""

    SENT = "sent"
    REFUSED = "refused"  # permanently, by the mail server
    RETRY = "to retry"
    GIVEN_UP = "given up"
    EMPTY = "dropped because all jobs closed"
    SKIPPED = "skipped"  # another sender has it, or it is no longer wanted


def send_waiting(has_time=lambda: True):
    """Send free messages while `has_time()` is true.

    Return `(Counter of outcomes, problem)`. The problem says why the mail server cannot be used, or is "".
    """
    outcomes = Counter()
    connection = mail.get_connection()
    try:
        for message in _free_messages():
            if not has_time():
                break
            connection.open()
            outcomes[_try_to_send(message, connection)] += 1
    except OSError as error:  # includes smtplib's errors
        return outcomes, _("the mail server does not accept messages: %s") % _error_text(error)
    finally:
        _close(connection)
    return outcomes, ""


def record_run(outcomes, problem):
    """Record that `send_mail` has run, with its `Counter` of outcomes and what went wrong, or ""."""
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
    """Return the :class:`~jobs.alerts.messages.SendRun` of `send_mail`, or None before the first run. One query."""
    return SendRun.objects.first()


def is_overdue(run):
    """Return whether there was something to do, and no run ended for `SendRun.OVERDUE`.

    `run` is the last one, or None. Takes at most two queries.
    """
    since = timezone.now() - SendRun.OVERDUE
    if not settings.SENDS_EMAIL or (run and run.ended_at > since):
        return False
    alerts, messages = Alert.objects.active(), Message.objects.to_send()
    return alerts.filter(confirmed_at__lte=since).exists() or messages.filter(created__lte=since).exists()


def _free_messages():
    """Yield free messages: those that somebody waits for first, which are about accounts and confirmation requests.

    A failed message is rescheduled, so each appears once.
    """
    while messages := list(Message.objects.to_send().free(timezone.now()).order_by("kind", "pk")[:BATCH_SIZE]):
        end = monotonic() + BATCH_SECONDS
        for message in messages:
            yield message
            if monotonic() > end:
                break


def _try_to_send(message, connection):
    """Send the message unless another sender does, record the result and return the `Outcome`."""
    if not message.lease():
        return Outcome.SKIPPED
    messages = Message.objects.select_related("user", "alert__subscriber", "alert__department")
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
    if is_about_recipient and message.alert:
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
