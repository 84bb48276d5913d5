"""Error pages. A temporary error of the database is answered with 503 instead of 400 or 500."""

import sys

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpResponseServerError
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_BAD_REFERER
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views import csrf, defaults

from ..database.unavailable import is_temporary, unavailable_page
from ..web import unsaved

# How Django's reasons begin for a form that was sent from another site.
ELSEWHERE = tuple(reason.partition(" - ")[0] for reason in (REASON_BAD_ORIGIN, REASON_BAD_REFERER))


def bad_request(request, exception):
    """Return 400, or 503 if a session could not be saved. Django raises the same error as for a deleted session."""
    while isinstance(exception, SessionInterrupted | UpdateError):
        exception = exception.__context__
    if is_temporary(exception):
        return unavailable_page(request)
    return defaults.bad_request(request, exception)


def not_found(request, exception=None):
    """Return 404 with links to other pages."""
    return render(request, "404.html", status=404)


def server_error(request):
    """Return 500, or 503 for a temporary error. The page needs no database, session or user."""
    if is_temporary(sys.exception()):
        return unavailable_page(request)
    return HttpResponseServerError(render_to_string("500.html"))


def csrf_failure(request, reason=""):
    """Return to a form of the admin and show what was typed, or return 403 with what to do.

    Signing in again makes the forms invalid that were opened before it. Browsers send our cookies with a form of a
    sibling of our domain, too, so what was sent from another site must not be shown.
    """
    if not reason.startswith(ELSEWHERE) and unsaved.keep(request):
        return redirect(request.get_full_path())
    return csrf.csrf_failure(request, reason)
