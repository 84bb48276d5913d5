"""Read delivery reports (RFC 3464) and stop sending to addresses that do not accept email.

Reports arrive at the sender's address, where anybody can write. So a report counts only if it contains the Message-ID
of an email of ours, which nobody can guess; the addresses in it do not count. Reports are read from an mbox file, a
Maildir, a folder of `.eml` files, or one `.eml` file.
"""

import logging
import mailbox
import re
from collections import Counter
from contextlib import closing
from email import message_from_bytes
from enum import Enum
from itertools import islice
from pathlib import Path

from policeapp.database.unavailable import is_temporary

from .messages import Message

logger = logging.getLogger(__name__)

# Larger than any report, which returns at most one of our emails.
MAX_BYTES = 500_000
# A report is about one email. Others may be mentioned in References.
MAX_MESSAGE_IDS = 20
# The Message-ID that jobs.alerts.emails gives to our emails.
MESSAGE_ID = re.compile(rb"<([0-9a-f]{32})@")


class Result(Enum):
    """The result of reading one email in the mailbox."""

    RECORDED = "recorded"
    KNOWN = "already known"
    NOT_OURS = "not about our messages"
    NOT_FINAL = "about delays or successes"
    NO_REPORT = "not a delivery report"
    UNREADABLE = "too large or damaged"


def record_bounces(path):
    """Record the permanent failures in the mailbox at `path` and return a `Counter` of results.

    An email that cannot be read is counted and skipped. Raises OSError if the mailbox cannot be read.
    """
    return Counter(_try_to_record(name, open_email) for name, open_email in _emails(Path(path)))


def _emails(path):
    """Yield `(name, function that opens it as a binary file)` of each email in the mailbox."""
    if path.is_dir() and (path / "cur").is_dir():
        yield from _files_in(mailbox.Maildir(path, create=False))
    elif path.is_dir():
        for file in sorted(path.glob("*.eml")):
            yield file.name, lambda file=file: open(file, "rb")
    elif _is_mbox(path):
        with closing(mailbox.mbox(path, create=False)) as box:
            yield from _files_in(box)
    else:
        yield path.name, lambda: open(path, "rb")


def _files_in(box):
    for key in box.iterkeys():
        yield key, lambda key=key: box.get_file(key)


def _is_mbox(path):
    with open(path, "rb") as file:
        return file.read(5) == b"From "


def _try_to_record(name, open_email):
    """Record the failures in one email and return the result. Only a database that is away stops the run."""
    try:
        with closing(open_email()) as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise ValueError("it is too large")
        message = _find_message(content)
        return Result.NOT_OURS if message is None else _record_report(message_from_bytes(content), message)
    except Exception as error:
        if is_temporary(error):
            raise
        logger.warning("The email %s could not be read: %s", name, type(error).__name__)
        return Result.UNREADABLE


def _find_message(content):
    """Return our message whose Message-ID is in the bytes of an email, with its subscriber, or None.

    Looking for it first spares parsing what strangers send.
    """
    keys = {found[1].decode() for found in islice(MESSAGE_ID.finditer(content), MAX_MESSAGE_IDS)}
    return Message.objects.filter(key__in=keys).select_related("alert__subscriber").first()


def _record_report(email, message):
    """Record the failure that an email reports about our message, and return the result.

    A message counts once: an old report in the mailbox must not undo that the owner has cleared the refusal since.
    """
    if email.get_content_type() != "multipart/report":
        return Result.NO_REPORT
    recipients = list(_recipients(email))
    if not recipients:
        return Result.NO_REPORT
    failures = [answer for action, status, answer in recipients if _is_permanent(action, status)]
    if not failures:
        return Result.NOT_FINAL
    if message.abandoned_at:
        return Result.KNOWN
    message.abandon(failures[0])
    is_known = message.alert and not message.alert.subscriber.mark_refused(failures[0])
    return Result.KNOWN if is_known else Result.RECORDED


def _is_permanent(action, status):
    """Return whether the delivery failed permanently (RFC 3463: status 5; 4 is temporary)."""
    return action == "failed" and status.startswith("5.")


def _recipients(report):
    """Yield `(action, status, mail server's answer)` of each recipient (RFC 3464, 2.3)."""
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            for block in part.get_payload():
                if "Final-Recipient" in block:
                    status = _text(block, "Status")
                    # After the type, such as in "smtp; 550 No such user".
                    answer = _text(block, "Diagnostic-Code").partition(";")[2].strip()
                    yield _text(block, "Action").lower(), status, answer or status


def _text(part, name):
    return str(part.get(name, "")).strip()
