"""The 503 page for a database that does not answer. The page needs neither the database nor a session."""

import errno
import logging
import re
import sqlite3
from time import monotonic

from django.db import InterfaceError, InternalError, OperationalError, connection
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers

from .timeouts import SHORT_WAIT

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5
# After a request fails without a connection, no request waits for a connection for this time.
BACKOFF_SECONDS = 1
# PostgreSQL's internal errors that go away by themselves: a read-only server, such as a standby before it takes over,
# and a transaction that the server ended because it was idle.
TEMPORARY_SQLSTATES = ("25006", "25P03")
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# The URL names of the only forms that are written into the 503 page, and names of fields that never are.
FORMS = re.compile(r"admin:(departments|jobs)_[a-z]+_(add|change)|alert (new|manage)")
SECRET_FIELDS = re.compile(r"password|passwd|token|secret", re.IGNORECASE)


def is_temporary(error):
    """Return whether an exception has a cause outside of the program, so that the same request may work later.

    Examples are a database that does not answer, a lock held by another process and a full disk. A wrong SQL statement
    is not temporary.
    """
    if isinstance(error, OSError):
        return error.errno in FULL
    cause = error.__cause__
    if isinstance(error, OperationalError):
        # SQLite's general error means that a statement is wrong, or names a table that does not exist.
        return not isinstance(cause, sqlite3.Error) or _sqlite_code(cause) != sqlite3.SQLITE_ERROR
    if isinstance(error, InternalError):
        return getattr(cause, "sqlstate", None) in TEMPORARY_SQLSTATES
    return isinstance(error, InterfaceError)


def _sqlite_code(error):
    """Return SQLite's error code; errors of the Python module itself have none."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)


def unavailable_page(request):
    """Return a 503 response that says when to try again and whether submitted data was saved.

    The page contains what was typed into the forms of ``FORMS``, because browsers drop the data of pages that must not
    be stored.
    """
    sent = request.method == "POST"
    fields = repeatable_fields(request) if sent else []
    context = {"sent": sent, "path": request.get_full_path(), "fields": fields}
    if fields:
        context["csrf_token"] = get_token(request)
    response = HttpResponse(render_to_string("503.html", context), status=503)
    response["Retry-After"] = RETRY_SECONDS
    add_never_cache_headers(response)
    return response


def repeatable_fields(request):
    """Return ``[(name, values)]`` of a submitted form that the page may contain; [] if it is secret or has files."""
    route = request.resolver_match.view_name if request.resolver_match else ""
    if request.FILES or hasattr(request, "sensitive_post_parameters") or not FORMS.fullmatch(route):
        return []
    return [(name, values) for name, values in request.POST.lists() if not SECRET_FIELDS.search(name)]


def _is_connected():
    return connection.connection is not None and not connection.connection.closed


def respond(request, error):
    """Log a temporary error and return the 503 page; return None for any other error."""
    if not is_temporary(error):
        return None
    logger.error("%s: %s", type(error).__name__, str(error).partition("\n")[0])
    return unavailable_page(request)


class DatabaseUnavailable:
    """Middleware that answers 503 when a view fails with a temporary error, and logs one line for it.

    After a request has failed without a connection to PostgreSQL, no request waits for a connection for a second.
    """

    def __init__(self, get_response):
        self.get_response, self.retry_at = get_response, 0

    def __call__(self, request):
        pool = getattr(connection, "pool", None)
        if pool is None:
            return self.get_response(request)
        backing_off = monotonic() < self.retry_at
        pool.timeout = 0 if backing_off else SHORT_WAIT
        response = self.get_response(request)
        if response.status_code == 503 and not backing_off and not _is_connected():
            self.retry_at = monotonic() + BACKOFF_SECONDS
        return response

    def process_exception(self, request, error):
        return respond(request, error)
