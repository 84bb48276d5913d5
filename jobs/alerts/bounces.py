"""Delivery reports (RFC 3464) tell which addresses take no e-mail, so that nothing more is sent to them.

They come to the address that the e-mails are from, and are read from a mailbox: an mbox file, a Maildir, a folder of
``.eml`` files, or one such file.
"""

import mailbox
import re
from collections import Counter
from contextlib import closing
from email import message_from_binary_file
from email.utils import parseaddr
from enum import Enum
from pathlib import Path

from .messages import Message
from .models import Subscriber

# Of ours, as jobs.alerts.emails makes them.
MESSAGE_ID = re.compile(r"<([0-9a-f]{32})@")


class Found(Enum):
    """What an e-mail of the mailbox is."""

    RECORDED = "recorded"
    KNOWN = "known already"
    STRANGER = "about addresses that have no alert"
    NOT_FINAL = "of delays or successes"
    NO_REPORT = "no delivery reports"


def record(path):
    """Record the refusals that the mailbox tells of; a Counter of what its e-mails are. Raises OSError."""
    return Counter(map(_record, _letters(Path(path))))


def _letters(path):
    """The e-mails of a mailbox, each as the standard library reads it."""
    if path.is_dir() and (path / "cur").is_dir():
        yield from mailbox.Maildir(path, create=False)
    elif path.is_dir():
        for file in sorted(path.glob("*.eml")):
            yield _letter(file)
    elif _is_mbox(path):
        with closing(mailbox.mbox(path, create=False)) as box:
            yield from box
    else:
        yield _letter(path)


def _is_mbox(path):
    with open(path, "rb") as file:
        return file.read(5) == b"From "


def _letter(path):
    with open(path, "rb") as file:
        return message_from_binary_file(file)


def _record(letter):
    """Record what this e-mail says; which kind of e-mail it is."""
    if letter.get_content_type() != "multipart/report":
        return Found.NO_REPORT
    recipients = list(_recipients(letter))
    if not recipients:
        return Found.NO_REPORT
    failures = [(address, said) for address, action, status, said in recipients if _is_final(action, status)]
    outcomes = {_refuse(_subscriber(letter, address), said) for address, said in failures}
    return min(outcomes, key=list(Found).index, default=Found.NOT_FINAL)


def _is_final(action, status):
    """Whether it has failed for good (RFC 3463: 4 would be for now)."""
    return action == "failed" and status.startswith("5.")


def _refuse(subscriber, said):
    if subscriber is None:
        return Found.STRANGER
    return Found.RECORDED if subscriber.refuse(said) else Found.KNOWN


def _recipients(report):
    """``(address, action, status, what was said)`` of each recipient (RFC 3464, 2.3)."""
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            for block in part.get_payload():
                if "Final-Recipient" in block:
                    status = _text(block, "Status")
                    said = _typed(block, "Diagnostic-Code") or status
                    yield _typed(block, "Final-Recipient"), _text(block, "Action").lower(), status, said


def _subscriber(report, address):
    """Who got the message of ours that the report is about, under whatever address in the end; else whose address it
    is; or None."""
    keys = {key for text in _references(report) for key in MESSAGE_ID.findall(text)}
    message = Message.objects.filter(key__in=keys).select_related("alert__subscriber").first()
    if message:
        return message.alert.subscriber
    return Subscriber.objects.filter(email__iexact=parseaddr(address)[1].replace("\0", "")).first()


def _references(report):
    """Where the Message-ID of what was sent may stand: in what is returned of it, or where answers have it."""
    for part in report.walk():
        for name in ("Message-ID", "Original-Message-ID", "In-Reply-To", "References"):
            yield _text(part, name)
        if part.get_content_type() == "text/rfc822-headers":
            yield str(part.get_payload())


def _text(part, name):
    return str(part.get(name, "")).strip()


def _typed(block, name):
    """What follows the type in "rfc822; alice@example.com"."""
    return _text(block, name).partition(";")[2].strip()
