"""The outbox: each message is sent by whoever holds its lease, and tried again until it is.

Where a sender dies before the mail server has accepted a message, nothing is lost: its lease ends. Where it dies
between that and our record of it, the message is sent once more, with the same Message-ID, by which mailboxes know
that they have it.
"""

import logging
from collections import Counter
from contextlib import suppress
from enum import Enum
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core import mail
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from policeapp.logs import redact

from . import emails
from .messages import Message, Run
from .models import Alert, one_line

logger = logging.getLogger(__name__)

AT_ONCE = 100  # keys of messages


class Outcome(Enum):
    """What became of an attempt."""

    SENT = "sent"
    REFUSED = "refused"  # by the mail server, for good
    LATER = "to be tried again"
    GIVEN_UP = "given up"
    NOTHING_LEFT = "with nothing left to say"
    NOT_OURS = "left to others"  # another sender has it, or it is no longer wanted


def deliver(message):
    """Try once to send the message now, for somebody who waits for it; True if it is sent.

    Never raises: what is not sent stays in the outbox.
    """
    if not settings.SENDS_EMAIL:
        return False
    connection = mail.get_connection()
    try:
        connection.open()
        return _attempt(message, connection) == Outcome.SENT
    except Exception:
        logger.exception("Message %s could not be sent at once", message.key)
        return False
    finally:
        _close(connection)


def send_waiting(limit=None, has_time=lambda: True):
    """Send what is free to be sent, at most ``limit`` messages, while there is time.

    Returns ``(Counter of outcomes, problem)``; the problem is what keeps all from being sent, in words, or "".
    """
    outcomes = Counter()
    connection = mail.get_connection()
    try:
        for message in _free():
            if not has_time() or outcomes.total() - outcomes[Outcome.NOT_OURS] == limit:
                break
            connection.open()
            outcomes[_attempt(message, connection)] += 1
    except OSError as problem:  # smtplib's are such too
        return outcomes, _("the mail server does not take messages: %s") % _said(problem)
    finally:
        _close(connection)
    return outcomes, ""


def note_run(outcomes, problem):
    """A run of ``send_alerts`` has ended: keep when, its ``Counter`` of outcomes and what kept it from sending all."""
    now = timezone.now()
    Run.objects.get_or_create(pk=Run.KEY, defaults={"ended_at": now})
    Run.objects.update(
        ended_at=now,
        # The row outlives whoever an address in it belongs to.
        problem=one_line(redact(problem)),
        sent=F("sent") + outcomes[Outcome.SENT],
        refused=F("refused") + outcomes[Outcome.REFUSED],
        given_up=F("given_up") + outcomes[Outcome.GIVEN_UP],
    )


def last_run():
    """The :class:`~.messages.Run` of ``send_alerts`` that ended last, with its ``ended_at``; None before the first.

    One query.
    """
    return Run.objects.first()


def is_overdue(run):
    """Whether somebody has waited for alerts for a day, and the last run (or None) is longer ago: its timer stands.

    At most one query.
    """
    day_ago = timezone.now() - Run.OVERDUE
    runs = run is not None and run.ended_at > day_ago
    return settings.SENDS_EMAIL and not runs and Alert.objects.active().filter(confirmed_at__lte=day_ago).exists()


def _free():
    """The messages that are free, the oldest first, until there are none; who fails rests, and so comes once."""
    while messages := list(Message.objects.to_send().free(timezone.now()).order_by("pk")[:AT_ONCE]):
        yield from messages


def _attempt(message, connection):
    """Send the message if nobody else does, and keep what became of it."""
    if not message.lease():
        return Outcome.NOT_OURS
    whole = Message.objects.select_related("alert__subscriber", "alert__department")
    message = whole.to_send().filter(pk=message.pk).first()
    if message is None:
        return Outcome.NOT_OURS
    try:
        letter = emails.compose(message)
        if letter is None:
            message.end(_("All that it was to tell of has closed."))
            return Outcome.NOTHING_LEFT
        connection.send_messages([letter])
    except (SMTPRecipientsRefused, SMTPDataError) as refusal:
        return _refused(message, refusal, connection)
    except (OSError, SMTPException) as problem:
        _close(connection)
        return _failed(message, _said(problem))
    except Exception as problem:
        # One that cannot be written keeps no other from being sent.
        logger.exception("Message %s cannot be sent", message.key)
        return _failed(message, f"{type(problem).__name__}: {problem}")
    message.note_sent()
    return Outcome.SENT


def _refused(message, refusal, connection):
    """What the mail server refuses for good (5xx) is not tried again, and whom it refuses is sent nothing more."""
    of_recipient = isinstance(refusal, SMTPRecipientsRefused)
    code, said = next(iter(refusal.recipients.values())) if of_recipient else refusal.args
    said = f"{code} {said.decode(errors='replace')}"
    if code == 421:  # it hangs up
        _close(connection)
    if code < 500:
        return _failed(message, said)
    message.end(said)
    if of_recipient:
        message.alert.subscriber.refuse(said)
    return Outcome.REFUSED


def _failed(message, problem):
    return Outcome.LATER if message.note_failure(problem) else Outcome.GIVEN_UP


def _said(problem):
    """A failure in words."""
    if isinstance(problem, SMTPResponseException):
        said = problem.smtp_error
        return f"{problem.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    return str(problem) or type(problem).__name__


def _close(connection):
    """Close it, in whatever state it is; it can be opened again."""
    with suppress(OSError):
        connection.close()
