"""What may stand in a log: no query string, for it tells where a person lives, and no e-mail address."""

import logging
import re

QUERY = re.compile(r"\?\S+")
EMAIL = re.compile(r"[^\s@<>\"'=,;:()/]+(?:@|%40)[^\s@<>\"'=,;:()/]+")


def redact(text):
    """The text with query strings cut off and e-mail addresses replaced."""
    return EMAIL.sub("[e-mail]", QUERY.sub("", text))


class PrivateFormatter(logging.Formatter):
    """Redacts the whole record as it will be written, its traceback too."""

    def format(self, record):
        return redact(super().format(record))
