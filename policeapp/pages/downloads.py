"""Downloads: lists as CSV, and the file of all departments with the page that describes it."""

from datetime import UTC, datetime

from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe

from departments import exports as department_exports
from departments.search.forms import DepartmentSearchForm
from jobs import exports as job_exports
from jobs.feeds.forms import FeedSearchForm
from jobs.models import Job

from ..caching.decorators import public_page
from ..web.pagination import MAX_DOWNLOAD
from ..web.routes import absolute_url


@public_page(*DepartmentSearchForm.base_fields)
@require_safe
def departments_csv(request):
    """The departments that the directory's search finds; 400 with a message if the search is invalid."""
    form = DepartmentSearchForm(request.GET)
    found = form.results(Job.objects.open().real())[: MAX_DOWNLOAD + 1]
    return _csv_response("departments", form, found.values_list("pk", flat=True), department_exports.csv_of)


@public_page(*FeedSearchForm.base_fields)
@require_safe
def jobs_csv(request):
    """The open jobs that the job search finds, without samples, the newest first."""
    form = FeedSearchForm(request.GET, "newest")
    found = form.results()[: MAX_DOWNLOAD + 1]
    return _csv_response("jobs", form, (job.pk for job in found), job_exports.csv_of)


def _csv_response(name, form, ids, write):
    if form.errors:
        return _refuse(form.error_text())
    ids = list(ids)
    if len(ids) > MAX_DOWNLOAD:
        message = _("This list has more than %(number)s rows. Choose a state, or download all departments: %(url)s")
        return _refuse(message % {"number": f"{MAX_DOWNLOAD:,}", "url": absolute_url("/data/")})
    response = StreamingHttpResponse(write(ids), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{timezone.now().date()}.csv"'
    return response


def _refuse(message):
    return HttpResponse(f"{message.strip()}\n", status=400, content_type="text/plain; charset=utf-8")


@public_page()
@require_safe
def data(request):
    """Describe the data that people and programs can download."""
    path = department_exports.archive()
    context = {
        "columns": department_exports.columns(),
        "licenses": department_exports.LICENSES,
        "size": path.stat().st_size if path.is_file() else None,
        "made": _time_of_archive(request),
    }
    response = render(request, "pages/data.html", context)
    # Not in the page cache, because the file changes without a write to the database.
    response["Cache-Control"] = "public, max-age=0"
    return response


def _time_of_archive(request):
    path = department_exports.archive()
    return datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.is_file() else None


@require_safe
@condition(last_modified_func=_time_of_archive)
def archive(request):
    """Return the file of all departments."""
    path = department_exports.archive()
    if not path.is_file():
        raise Http404(_("The file has not been made yet."))
    return FileResponse(path.open("rb"), as_attachment=True)
