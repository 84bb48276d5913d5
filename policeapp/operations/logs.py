"""Log formats without private data.

Query strings, which show where people live, email addresses and the tokens of signed links are removed. Each line of a
request has the request's id.
"""

import logging
import re
from contextvars import ContextVar
from datetime import datetime
from urllib.parse import quote, unquote

from pythonjsonlogger.json import JsonFormatter

QUERY = re.compile(r"\?\S+")
# The signed links in emails: anyone who has one can use it. A decoded path may contain spaces, so everything up to the
# end of the line, or of the quoted request, belongs to the token.
FOLDERS = ("/alerts", "/claims", "/invitations", "/password")
LINK = re.compile(
    rf"((?:{'|'.join(FOLDERS)})[^/\\\n]*[/\\]+(?:(?! HTTP/)[^/\\\n])+)[/\\](?! HTTP/).+?(?= HTTP/|$)",
    re.I | re.M,
)
# Match only from the beginning of a word; from each of its letters, a long path would take a second.
EMAIL_CHARACTER = r"[^\s@<>\"'=,;:()/]"
EMAIL = re.compile(rf"(?<!{EMAIL_CHARACTER}){EMAIL_CHARACTER}+@{EMAIL_CHARACTER}+")
# A path or another word, which may be percent-encoded.
WORD = re.compile(r"[^\s\"'<>]+")
# A percent sign that is encoded once or more often.
PERCENT = re.compile(r"%(?:25)+")

# The id of the current request, or "-" outside of requests.
request_id = ContextVar("request_id", default="-")


def redact(text):
    """Return the text without query strings, the tokens of links and email addresses, also if they are encoded."""
    text = _redact_plain(text)
    return WORD.sub(_redact_encoded, text) if "%" in text else text


def _redact_encoded(match):
    """Return a word redacted as if it were decoded, or unchanged if there is nothing private in it."""
    plain = word = match[0]
    if "%" not in word:
        return word
    for _ in range(3):
        plain = unquote(PERCENT.sub("%", plain))
    plain = re.sub(r"\s", "_", plain)
    redacted = _redact_plain(plain)
    return word if redacted == plain else quote(redacted, safe="/[]():;,=@")


def _redact_plain(text):
    # Most lines have none of these, and looking for a character is faster than a regular expression.
    if "?" in text:
        text = QUERY.sub("", text)
    lower = text.lower()
    if any(folder in lower for folder in FOLDERS):
        text = LINK.sub(r"\1/[token]", text)
    if "@" in text:
        text = EMAIL.sub("[email]", text)
    return text


class RedactingFormatter(logging.Formatter):
    """Redacts the whole formatted record with its traceback."""

    def format(self, record):
        return redact(super().format(record))


class RedactingJsonFormatter(JsonFormatter):
    """Writes a record as one line of JSON with redacted text.

    It contains the record's own fields and the text and numbers in ``extra``. Other values, such as requests and query
    parameters, are left out because they may contain private data.
    """

    def process_log_record(self, log_data):
        return {
            name: redact(value) if isinstance(value, str) else value
            for name, value in log_data.items()
            if isinstance(value, (str, int, float, datetime))
        }


class RequestIDFilter(logging.Filter):
    """Adds the current ``request_id`` to each record that has none."""

    def filter(self, record):
        if not hasattr(record, "request_id"):
            # Django logs some failures after the request has ended, with the request as an attribute.
            record.request_id = getattr(getattr(record, "request", None), "id", request_id.get())
        return True


FORMATTERS = {
    "text": {
        "()": "policeapp.operations.logs.RedactingFormatter",
        "format": "%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s",
    },
    "json": {
        "()": "policeapp.operations.logs.RedactingJsonFormatter",
        "fmt": ["levelname", "name", "request_id", "message"],
        "rename_fields": {"levelname": "level", "name": "logger", "exc_info": "traceback"},
        "timestamp": "time",
    },
}


def logging_config(log_format, level):
    """Return a ``dictConfig`` that writes all records from ``level`` up to standard error, as "text" or "json"."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"redacted": FORMATTERS[log_format]},
        "filters": {"request id": {"()": "policeapp.operations.logs.RequestIDFilter"}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "redacted", "filters": ["request id"]},
        },
        "root": {"handlers": ["console"], "level": level},
    }
