"""What may stand in a log: no query string, for it tells where a person lives, no e-mail address, and no link that only
its receiver may follow."""

import logging
import re

QUERY = re.compile(r"\?\S+")
# The signed links of e-mails: who has one may do what it is for.
TOKEN = re.compile(r"(/alerts/+(?!new\b)\w+)/[^\s\"']+")
EMAIL = re.compile(r"[^\s@<>\"'=,;:()/]+(?:@|%40)[^\s@<>\"'=,;:()/]+")


def redact(text):
    """The text with query strings and the tokens of links cut off, and e-mail addresses replaced."""
    return EMAIL.sub("[e-mail]", TOKEN.sub(r"\1/[token]", QUERY.sub("", text)))


class PrivateFormatter(logging.Formatter):
    """Redacts the whole record as it will be written, its traceback too."""

    def format(self, record):
        return redact(super().format(record))
