"""The pages that compare departments or openings side by side."""

from urllib.parse import urlencode

from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from departments.models import Department
from departments.search import ranking
from policeapp.caching.decorators import public_page

from ..models import Job, JobQuerySet
from .columns import department_columns, job_columns
from .forms import AddForm
from .selection import MAX_COLUMNS, comparison_query, select_departments, select_jobs

FOUND_SHOWN = 8
NEAREST_SHOWN = 5
NEAR_MILES = 50


@public_page("d*", "q")
@require_safe
def compare_departments(request):
    """Compare the departments in ``?d=ct/westport-police-department&d=...``; ``?q=`` searches for one to add."""
    chosen, notices = select_departments(request.GET.getlist("d"))
    form = AddForm(request.GET, _("Add a department"), _("Its name or its town"))
    others = Department.objects.published().exclude(pk__in=[department.pk for department in chosen])
    found = ranking.rank(others, form.words)[:FOUND_SHOWN] if form.words else []
    first = next((department for department in chosen if department.point), None)
    nearest = others.near(first.point, NEAR_MILES)[:NEAREST_SHOWN] if first and len(chosen) < MAX_COLUMNS else []
    context = _context(chosen, department_columns(chosen), notices, form, found, nearest)
    return _response(request, "departments/compare.html", chosen, context)


@public_page("j*", "q")
@require_safe
def compare_jobs(request):
    """Compare the openings in ``?j=12&j=15``; ``?q=`` searches for one to add."""
    chosen, notices = select_jobs(request.GET.getlist("j"))
    form = AddForm(request.GET, _("Add a job"), _("A title, a job type or a department"))
    others = Job.objects.open().exclude(pk__in=[job.pk for job in chosen]).listed()
    found = others.best_match(form.words, JobQuerySet.newest)[:FOUND_SHOWN] if form.words else []
    alike = others.filter(kind=chosen[0].kind) if chosen else []
    nearest = alike.close_to(chosen[0].department, NEAREST_SHOWN) if 0 < len(chosen) < MAX_COLUMNS else []
    context = _context(chosen, job_columns(chosen), notices, form, found, nearest)
    return _response(request, "jobs/compare.html", chosen, context)


def _response(request, template, chosen, context):
    """Return the page. It is cached only for one spelling of the query string, without errors."""
    response = render(request, template, context)
    typed = [(name, key) for name in ("d", "j") for key in request.GET.getlist(name)]
    if context["form"].errors or urlencode(typed, safe="/") != comparison_query(chosen):
        add_never_cache_headers(response)
    return response


def _context(chosen, columns, notices, form, found, nearest):
    """Return the context of both pages. ``found`` and ``nearest`` are pairs of an object and the query that adds it."""
    return {
        "columns": columns,
        "has_shared": any(is_shared for column in columns for _specialization, is_shared in column.specializations),
        "has_converted": any(pay.is_converted for column in columns for pay in column.pay),
        "notices": notices,
        "form": form,
        "is_full": len(chosen) == MAX_COLUMNS,
        "found": [(item, comparison_query([*chosen, item])) for item in found],
        "nearest": [(item, comparison_query([*chosen, item])) for item in nearest],
    }
