"""Signed tokens in the links of reminders. Each is for one message, one job and one answer."""

from datetime import timedelta

from policeapp.web.secret_links import Tokens

from ..models import Verb

ANSWERS = (Verb.CONFIRM, Verb.EXTEND, Verb.FILL)

# As long as messages are stored, and until the next reminder of the same job.
_tokens = Tokens("policeapp.reminders", dict.fromkeys(ANSWERS, timedelta(days=30)))


def make_token(verb, message, job):
    return _tokens.make(verb, f"{message.key}.{job.pk}")


def read_token(verb, token):
    """Return the keys of the message and of the job as texts; both are "" if the token is not valid."""
    message, _dot, job = (_tokens.read(verb, token) or "").partition(".")
    return message, job
