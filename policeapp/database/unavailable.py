"""What is answered while the database does not: 503 and a page that needs neither the database nor a session."""

import errno
import logging
import sqlite3
from time import monotonic

from django.db import InterfaceError, InternalError, OperationalError, connection
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers

from .timeouts import SHORT_WAIT

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5
# How long nobody waits for a connection after a request has failed without one.
REST_SECONDS = 1
# What passes by itself, among PostgreSQL's errors that are else the programmer's: a server that only reads, as one does
# until it takes over, and a transaction that was ended because nothing happened in it.
PASSING = ("25006", "25P03")
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def passes(problem):
    """Whether an exception means that something outside of the program is wrong: a database that does not answer, a
    lock that others hold, a full disk. A wrong statement does not pass."""
    if isinstance(problem, OSError):
        return problem.errno in FULL
    cause = problem.__cause__
    if isinstance(problem, OperationalError):
        # SQLite's general error is a statement that is wrong, or names what is not there.
        return not isinstance(cause, sqlite3.Error) or _code(cause) != sqlite3.SQLITE_ERROR
    if isinstance(problem, InternalError):
        return getattr(cause, "sqlstate", None) in PASSING
    return isinstance(problem, InterfaceError)


def _code(problem):
    """SQLite's code of an error; what the Python module says of its own accord has none."""
    return getattr(problem, "sqlite_errorcode", sqlite3.SQLITE_ERROR)


def page(request):
    """The answer: when to come again, and what becomes of what was sent.

    A form comes with the page, to be sent again: browsers forget what was typed in pages that they may not keep.
    """
    sent = request.method == "POST"
    # Secrets are not written out, and files would have to be chosen again.
    again = sent and not request.FILES and not hasattr(request, "sensitive_post_parameters")
    context = {"sent": sent, "path": request.get_full_path(), "fields": list(request.POST.lists()) if again else []}
    response = HttpResponse(render_to_string("503.html", context), status=503)
    response["Retry-After"] = RETRY_SECONDS
    add_never_cache_headers(response)
    return response


def _is_connected():
    return connection.connection is not None and not connection.connection.closed


class Unavailable:
    """Answers 503 where a view fails with what passes; one line in the log, for there may be many a second.

    After a request has failed without a connection to PostgreSQL, nobody waits for one until a second has passed.
    """

    def __init__(self, get_response):
        self.get_response, self.rests_until = get_response, 0

    def __call__(self, request):
        pool = getattr(connection, "pool", None)
        if pool is None:
            return self.get_response(request)
        rests = monotonic() < self.rests_until
        pool.timeout = 0 if rests else SHORT_WAIT
        response = self.get_response(request)
        if response.status_code == 503 and not rests and not _is_connected():
            self.rests_until = monotonic() + REST_SECONDS
        return response

    def process_exception(self, request, problem):
        if not passes(problem):
            return None
        logger.error("%s: %s", type(problem).__name__, str(problem).partition("\n")[0])
        return page(request)
