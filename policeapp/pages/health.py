"""Health checks for load balancers and monitoring."""

from django.db import Error
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from departments.models import Place
from jobs.alerts import outbox

from ..operations.checks import unapplied_migrations


@never_cache
@require_safe
def healthz(request):
    """Return 200 if the process is alive. Nothing else is checked."""
    return HttpResponse("alive\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request):
    """Return 200 if the database answers, has all migrations and has places; otherwise 503 and the missing part.

    A second line says if alerts are overdue. It does not change the status.
    """
    try:
        missing = _missing()
        overdue = "" if missing or not outbox.is_overdue(outbox.last_run()) else "\nalerts: run manage.py send_mail"
    except Error:
        missing, overdue = "database: it does not answer", ""
    text = f"{missing or 'ready'}{overdue}\n"
    return HttpResponse(text, status=503 if missing else 200, content_type="text/plain; charset=utf-8")


def _missing():
    if unapplied_migrations():
        return "migrations: run manage.py migrate"
    return "" if Place.objects.exists() else "places: run manage.py load_places"
