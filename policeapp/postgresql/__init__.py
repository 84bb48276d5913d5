"""Django's PostgreSQL, for a site that goes on answering while its database is away: the ENGINE of such databases.

:mod:`policeapp.postgresql.base` is what Django looks for; ``answer_within`` is for processes that serve requests.
"""

from contextlib import contextmanager

from django.conf import settings
from django.db import connections

# What ``answer_within`` sets, in milliseconds, and ``taking_time`` lifts.
LIMITS = ("statement_timeout", "idle_in_transaction_session_timeout")


def answer_within(seconds):
    """Whatever this process asks of PostgreSQL, it has an answer or an ``OperationalError`` after so many seconds (one
    more where the server says nothing at all). To be called before the first connection.

    Commands do without: an import or a migration may take its time.
    """
    # A transaction whose process has stopped in the midst of it holds up nobody for ever.
    asked = " ".join(f"-c {name}={1000 * value}" for name, value in zip(LIMITS, (seconds, 6 * seconds), strict=True))
    for database in settings.DATABASES.values():
        if database["ENGINE"] == __name__:
            from .base import Connection

            Connection.patience = seconds + 1
            options = database["OPTIONS"]
            options["options"] = f"{options.get('options', '')} {asked}".strip()
            options["pool"]["timeout"] = min(seconds, options["pool"]["timeout"])


@contextmanager
def taking_time(using="default"):
    """What is asked within this takes its time, as in a command: an import that somebody waits for."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        for name in LIMITS:
            cursor.execute(f"SET {name} = 0")
    its_own = connection.connection
    its_own.patience = None
    try:
        yield
    finally:
        del its_own.patience
        if not its_own.closed:
            with connection.cursor() as cursor:
                for name in LIMITS:
                    cursor.execute(f"RESET {name}")
