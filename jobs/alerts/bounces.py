"""Read delivery reports (RFC 3464) and stop sending to addresses that do not accept email.

Reports arrive at the sender's address. They are read from an mbox file, a Maildir, a folder of `.eml` files, or one
`.eml` file.
"""

import mailbox
import re
from collections import Counter
from contextlib import closing
from email import message_from_binary_file
from email.utils import parseaddr
from enum import Enum
from pathlib import Path

from .models import Message, Subscriber

# The Message-ID that jobs.alerts.emails gives to our emails.
MESSAGE_ID = re.compile(r"<([0-9a-f]{32})@")


class Result(Enum):
    """The result of reading one email in the mailbox."""

    RECORDED = "recorded"
    KNOWN = "already known"
    UNKNOWN_ADDRESS = "about addresses without an alert"
    NOT_FINAL = "about delays or successes"
    NO_REPORT = "not a delivery report"


def record_bounces(path):
    """Record the permanent failures in the mailbox at `path` and return a `Counter` of results.

    Raises OSError if the mailbox cannot be read.
    """
    return Counter(map(_record_report, _emails(Path(path))))


def _emails(path):
    """Yield the emails of the mailbox, as the standard library parses them."""
    if path.is_dir() and (path / "cur").is_dir():
        yield from mailbox.Maildir(path, create=False)
    elif path.is_dir():
        for file in sorted(path.glob("*.eml")):
            yield _read_email(file)
    elif _is_mbox(path):
        with closing(mailbox.mbox(path, create=False)) as box:
            yield from box
    else:
        yield _read_email(path)


def _is_mbox(path):
    with open(path, "rb") as file:
        return file.read(5) == b"From "


def _read_email(path):
    with open(path, "rb") as file:
        return message_from_binary_file(file)


def _record_report(email):
    """Record the failures in one email and return the most important result."""
    if email.get_content_type() != "multipart/report":
        return Result.NO_REPORT
    recipients = list(_recipients(email))
    if not recipients:
        return Result.NO_REPORT
    failures = [(address, answer) for address, action, status, answer in recipients if _is_permanent(action, status)]
    results = {_mark_refused(_find_subscriber(email, address), answer) for address, answer in failures}
    return min(results, key=list(Result).index, default=Result.NOT_FINAL)


def _is_permanent(action, status):
    """Return whether the delivery failed permanently (RFC 3463: status 5; 4 is temporary)."""
    return action == "failed" and status.startswith("5.")


def _mark_refused(subscriber, answer):
    if subscriber is None:
        return Result.UNKNOWN_ADDRESS
    return Result.RECORDED if subscriber.mark_refused(answer) else Result.KNOWN


def _recipients(report):
    """Yield `(address, action, status, mail server's answer)` of each recipient (RFC 3464, 2.3)."""
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            for block in part.get_payload():
                if "Final-Recipient" in block:
                    status = _text(block, "Status")
                    answer = _text_after_type(block, "Diagnostic-Code") or status
                    yield _text_after_type(block, "Final-Recipient"), _text(block, "Action").lower(), status, answer


def _find_subscriber(report, address):
    """Return the subscriber of the returned message, or else the one with this address, or None.

    The message comes first, because a forwarded email fails at an address that we did not send it to.
    """
    keys = {key for text in _references(report) for key in MESSAGE_ID.findall(text)}
    message = Message.objects.filter(key__in=keys).select_related("alert__subscriber").first()
    if message:
        return message.alert.subscriber
    return Subscriber.objects.filter(email__iexact=parseaddr(address)[1].replace("\0", "")).first()


def _references(report):
    """Yield texts that may contain our email's Message-ID: its returned headers, and headers of the report."""
    for part in report.walk():
        for name in ("Message-ID", "Original-Message-ID", "In-Reply-To", "References"):
            yield _text(part, name)
        if part.get_content_type() == "text/rfc822-headers":
            yield str(part.get_payload())


def _text(part, name):
    return str(part.get(name, "")).strip()


def _text_after_type(block, name):
    """Return the value without its type: "alice@example.com" for "rfc822; alice@example.com"."""
    return _text(block, name).partition(";")[2].strip()
