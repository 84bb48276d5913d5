"""What may stand in a log: no query string, for it tells where a person lives, no e-mail address, and no link that only
its receiver may follow. Each line of a request carries the request's id."""

import logging
import re
from contextvars import ContextVar
from datetime import datetime

from pythonjsonlogger.json import JsonFormatter

QUERY = re.compile(r"\?\S+")
# The signed links of e-mails: who has one may do what it is for.
TOKEN = re.compile(r"(/alerts/+(?!new\b)\w+)/[^\s\"']+")
# From where a word begins: from each of its letters on, a long path would take a second.
OF_EMAIL = r"[^\s@<>\"'=,;:()/]"
EMAIL = re.compile(rf"(?<!{OF_EMAIL}){OF_EMAIL}+(?:@|%40){OF_EMAIL}+")

# Of the request that is being answered; "-" outside of one.
request_id = ContextVar("request_id", default="-")


def redact(text):
    """The text with query strings and the tokens of links cut off, and e-mail addresses replaced."""
    # Most lines have none of these: an expression that finds nothing takes longer than to see that there is nothing.
    if "?" in text:
        text = QUERY.sub("", text)
    if "/alerts/" in text:
        text = TOKEN.sub(r"\1/[token]", text)
    if "@" in text or "%40" in text:
        text = EMAIL.sub("[e-mail]", text)
    return text


class PrivateFormatter(logging.Formatter):
    """Redacts the whole record as it will be written, its traceback too."""

    def format(self, record):
        return redact(super().format(record))


class PrivateJsonFormatter(JsonFormatter):
    """Writes a record as one line of JSON: its own fields, and those given as ``extra`` that are text or numbers.

    All text is redacted. What is neither is left out: a request, or what a query was given, tells too much.
    """

    def process_log_record(self, log_data):
        return {
            name: redact(value) if isinstance(value, str) else value
            for name, value in log_data.items()
            if isinstance(value, (str, int, float, datetime))
        }


class RequestId(logging.Filter):
    """Gives each record the ``request_id`` of the request that it is about, unless it brings one."""

    def filter(self, record):
        if not hasattr(record, "request_id"):
            # Django says of some answers that they are failures when the request is over, and names it.
            record.request_id = getattr(getattr(record, "request", None), "id", request_id.get())
        return True


FORMATTERS = {
    "text": {
        "()": "policeapp.operations.logs.PrivateFormatter",
        "format": "%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s",
    },
    "json": {
        "()": "policeapp.operations.logs.PrivateJsonFormatter",
        "fmt": ["levelname", "name", "request_id", "message"],
        "rename_fields": {"levelname": "level", "name": "logger", "exc_info": "traceback"},
        "timestamp": "time",
    },
}


def to_stderr(log_format, level):
    """A ``dictConfig`` by which everything from ``level`` on goes to standard error, as "text" or as "json"."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"private": FORMATTERS[log_format]},
        "filters": {"request id": {"()": "policeapp.operations.logs.RequestId"}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "private", "filters": ["request id"]},
        },
        "root": {"handlers": ["console"], "level": level},
    }
