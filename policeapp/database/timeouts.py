"""Time limits for PostgreSQL in processes that serve requests. Commands have none."""

from contextlib import contextmanager
from threading import BoundedSemaphore
from time import monotonic

import psycopg
from django.conf import settings
from django.db import connection

# Every request can wait this long (seconds) for a connection or for an answer. At most two of a worker's four threads
# can wait longer for an answer, so threads are always free for requests that need no database, such as /healthz.
SHORT_WAIT, LONG_WAITS = 0.4, BoundedSemaphore(2)


def limit_database_waits():
    """Limit each wait for an answer to ``DATABASE_TIMEOUT`` seconds. Call this before the first connection."""
    database = settings.DATABASES["default"]
    if "postgresql" not in database["ENGINE"]:
        return
    ms, options = 1000 * settings.DATABASE_TIMEOUT, database["OPTIONS"]
    # The second limit releases the rows that a process had locked when it, or its machine, stopped.
    limits = f"-c statement_timeout={ms} -c idle_in_transaction_session_timeout={6 * ms}"
    options["options"] = f"{options.get('options', '')} {limits}".strip()
    options["pool"] |= {"connection_class": DeadlineConnection, "timeout": SHORT_WAIT}


class DeadlineConnection(psycopg.Connection):
    """A connection that fails when the server does not answer at all, not even with a ``statement_timeout`` error.

    A stopped server (SIGSTOP) still acknowledges packets, so TCP timeouts do not notice it.
    """

    has_limit = True

    def wait(self, generator, *args, **kwargs):
        if not self.has_limit:
            return super().wait(generator, *args, **kwargs)
        try:
            return super().wait(with_deadline(generator), *args, **kwargs)
        except NoAnswer:
            self.close()
            raise


class NoAnswer(psycopg.OperationalError):
    """The server did not answer in time."""


def with_deadline(generator):
    """Run a psycopg generator. While nothing arrives, psycopg resumes it with 0 ten times a second."""
    end, has_long_wait, ready = monotonic() + SHORT_WAIT, False, None
    try:
        while True:
            ready = yield generator.send(ready)
            if not ready and monotonic() > end:
                if has_long_wait or not LONG_WAITS.acquire(blocking=False):
                    raise NoAnswer("The database server does not answer.")
                has_long_wait, end = True, end + settings.DATABASE_TIMEOUT
    except StopIteration as done:
        return done.value
    finally:
        if has_long_wait:
            LONG_WAITS.release()


@contextmanager
def without_time_limit():
    """Lift the time limit for the queries of an import."""
    connection.ensure_connection()
    database = connection.connection
    if not isinstance(database, DeadlineConnection):
        yield
        return
    database.has_limit = False
    database.execute("SET statement_timeout = 0")
    try:
        yield
    finally:
        database.has_limit = True
        if not database.closed:
            database.execute("RESET statement_timeout")
