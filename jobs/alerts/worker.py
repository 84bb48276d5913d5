"""The worker of `manage.py send_mail`: it prepares the messages that are due and sends what waits in the outbox.

Requests only write to the outbox, so nobody waits for the mail server. Several workers can run at the same time. It
also tries connectors, so nobody waits for other websites either.
"""

import logging
from collections import Counter
from time import monotonic, sleep
from typing import NamedTuple

from django.db import close_old_connections

from departments.corrections.emails import announce
from policeapp.database.unavailable import is_temporary

from ..imports.connectors.runs import run_trials
from ..reminders.messages import prepare_reminders
from . import outbox
from .matching import prepare_digests, prepare_renewals
from .messages import Message
from .models import delete_unconfirmed

logger = logging.getLogger(__name__)

# How often the worker looks into the outbox and for connectors to try, which takes a query each, and how often it
# prepares messages that are due.
POLL_SECONDS, PREPARE_SECONDS = 2, 600
# For how long it prepares messages before it sends, and sends before it records that it runs.
MAX_PREPARE_SECONDS, MAX_SEND_SECONDS = 3, 60
# How long it waits while the database or the mail server fails.
PROBLEM_SECONDS = 5
# How long it takes at most to notice that it must stop.
STOP_SECONDS = 0.2


class RunReport(NamedTuple):
    """The result of a run.

    `digests`, `renewals` and `waiting` are numbers of messages. `outcomes` is a `Counter`. `problem` says what went
    wrong, or is "".
    """

    digests: int
    renewals: int
    outcomes: Counter
    waiting: int
    problem: str


def run_once():
    """Prepare all messages that are due, send everything that waits, and return a `RunReport`."""
    prepared, problem = prepare()
    outcomes, mail_problem = outbox.send_waiting()
    problem = mail_problem or problem
    outbox.record_run(outcomes, problem)
    waiting = Message.objects.to_send().count()
    return RunReport(prepared["digests"], prepared["renewal requests"], outcomes, waiting, problem)


def run(is_stopped):
    """Send each message within seconds, and prepare those that are due, until `is_stopped()` is true.

    Errors are logged, and the work goes on, because the database or the mail server may come back.
    """
    prepare_at, failed, problem = 0, "", ""
    while not is_stopped():
        known, outcomes = problem, {}
        try:
            close_old_connections()
            run_trials(limit=1)
            outcomes, problem = outbox.send_waiting(_timer(MAX_SEND_SECONDS, is_stopped))
            if is_due := monotonic() >= prepare_at:
                has_time = _timer(MAX_PREPARE_SECONDS, is_stopped)
                _numbers, failed = prepare(has_time)
                prepare_at = monotonic() + PREPARE_SECONDS if has_time() else 0
            if outcomes or problem or is_due:
                outbox.record_run(outcomes, problem or failed)
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
            if not is_temporary(error):
                logger.exception("The mail worker failed")
        if problem and problem != known:
            logger.error("Email cannot be sent: %s", problem)
        if problem or not (outcomes or prepare_at == 0):
            _wait(PROBLEM_SECONDS if problem else POLL_SECONDS, is_stopped)


def _timer(seconds, is_stopped):
    """Return a function that returns whether the time has not passed and the worker need not stop."""
    end = monotonic() + seconds
    return lambda: monotonic() < end and not is_stopped()


def _wait(seconds, is_stopped):
    has_time = _timer(seconds, is_stopped)
    while has_time():
        sleep(STOP_SECONDS)


def prepare(has_time=lambda: True):
    """Put digests, reminders and renewal requests that are due into the outbox while `has_time()` is true.

    Return `(Counter of messages, problem)`. A step that fails is logged, and does not stop the others.
    """
    steps = {
        "unconfirmed alerts": delete_unconfirmed,
        "renewal requests": prepare_renewals,
        "reminders": prepare_reminders,
        "emails about corrections": announce,
        "digests": lambda: prepare_digests(has_time),
    }
    numbers, problem = Counter(), ""
    for name, step in steps.items():
        try:
            numbers[name] = step()
        except Exception as error:
            if is_temporary(error):
                raise
            logger.exception("%s failed", name)
            problem = f"{name} failed: {type(error).__name__}"
    return numbers, problem
