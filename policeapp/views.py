"""Home, what machines ask of the site, and the pages that are shown when something is wrong."""

import re
import sys

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.files.storage import default_storage
from django.db import Error
from django.http import FileResponse, Http404, HttpResponse, HttpResponseServerError
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from departments.models import Place
from departments.search import counts
from departments.search.forms import DepartmentSearchForm
from jobs.alerts import outbox
from jobs.models import Job

from . import unavailable
from .checks import unapplied_migrations
from .pagination import CappedPaginator
from .public import public_page
from .structured_data import website

LATEST_SHOWN = 6
# The names that departments.logos gives, and nothing else that may lie in the folder.
LOGO_NAME = re.compile(r"[0-9a-f]{32}\.png\Z")


@public_page()
@require_safe
def home(request):
    """One search box, the latest openings, and ways in."""
    context = {
        "form": DepartmentSearchForm(),
        "latest": CappedPaginator(Job.objects.open().listed().newest(), LATEST_SHOWN).page(1),
        "department_count": sum(counts.by_state().values()),
        "structured_data": website(request.build_absolute_uri),
    }
    return render(request, "home.html", context)


@require_safe
def logo(request, name):
    """A department's logo. Its name changes with its content, so that it may be kept for good."""
    path = f"logos/{name}"
    if not LOGO_NAME.match(name) or not default_storage.exists(path):
        raise Http404(_("There is no such logo."))
    response = FileResponse(default_storage.open(path))
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@require_safe
def robots(request):
    """What robots may read: everything but the admin; and where the sitemap is."""
    sitemap = request.build_absolute_uri(reverse("sitemap"))
    return HttpResponse(f"User-agent: *\nDisallow: /admin/\n\nSitemap: {sitemap}\n", content_type="text/plain")


@require_safe
def favicon(request):
    """Browsers ask here when no page told them of the icon."""
    return redirect(static("img/icon.svg"))


@never_cache
@require_safe
def healthz(request):
    """The process is alive; nothing else is asked."""
    return HttpResponse("alive\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request):
    """200 when the database answers, its migrations are applied and places are loaded; else 503 and what is missing.

    A second line says when alerts are overdue, which keeps nobody from being served.
    """
    try:
        missing = _missing()
        overdue = "" if missing or not outbox.is_overdue(outbox.last_run()) else "\nalerts: run manage.py send_alerts"
    except Error:
        missing, overdue = "database: it does not answer", ""
    text = f"{missing or 'ready'}{overdue}\n"
    return HttpResponse(text, status=503 if missing else 200, content_type="text/plain; charset=utf-8")


def _missing():
    if unapplied_migrations():
        return "migrations: run manage.py migrate"
    return "" if Place.objects.exists() else "places: run manage.py load_places"


def bad_request(request, exception):
    """400, or 503 where a session could not be saved, which Django takes for one that somebody has deleted."""
    while isinstance(exception, SessionInterrupted | UpdateError):
        exception = exception.__context__
    if unavailable.passes(exception):
        return unavailable.page(request)
    return defaults.bad_request(request, exception)


def not_found(request, exception=None):
    """404, with ways to go on."""
    return render(request, "404.html", status=404)


def server_error(request):
    """500, or 503 for what passes by itself: needs no database, no session and no user."""
    if unavailable.passes(sys.exception()):
        return unavailable.page(request)
    return HttpResponseServerError(render_to_string("500.html"))
