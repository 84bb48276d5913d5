"""Departments or openings side by side."""

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from departments import search
from departments.models import Department
from policeapp.limits import searching
from policeapp.public import public_page

from ..forms import AddForm
from ..models import Job
from . import columns as comparing

FOUND_SHOWN = 8
NEAREST_SHOWN = 5
NEAR_MILES = 50


@public_page("d*", "q")
@require_safe
@searching
def compare_departments(request):
    """Those that ``?d=ct/westport-police-department&d=...`` names; ``?q=`` looks for another one to add."""
    chosen, said = comparing.departments_named(request.GET.getlist("d"), request.user)
    form = AddForm(request.GET, _("Add a department"), _("Its name or its town"))
    others = Department.objects.published().exclude(pk__in=[department.pk for department in chosen])
    found = search.ranked(others, form.words)[:FOUND_SHOWN] if form.words else []
    first = next((department for department in chosen if department.point), None)
    nearest = others.near(first.point, NEAR_MILES)[:NEAREST_SHOWN] if first and len(chosen) < comparing.MOST else []
    context = _context(chosen, comparing.of_departments(chosen), said, form, found, nearest)
    return render(request, "departments/compare.html", context)


@public_page("j*", "q")
@require_safe
@searching
def compare_openings(request):
    """Those that ``?j=12&j=15`` names; ``?q=`` looks for another one to add."""
    chosen, said = comparing.openings_named(request.GET.getlist("j"), request.user)
    form = AddForm(request.GET, _("Add an opening"), _("A title, a kind or a department"))
    others = Job.objects.open().exclude(pk__in=[job.pk for job in chosen]).listed()
    found = others.matching(form.words).newest()[:FOUND_SHOWN] if form.words else []
    alike = others.filter(kind=chosen[0].kind) if chosen else []
    nearest = alike.close_to(chosen[0].department, NEAREST_SHOWN) if 0 < len(chosen) < comparing.MOST else []
    context = _context(chosen, comparing.of_openings(chosen), said, form, found, nearest)
    return render(request, "jobs/compare.html", context)


def _context(chosen, columns, said, form, found, nearest):
    """What both pages have; each that may be added comes with the query string of the comparison with it."""
    return {
        "columns": columns,
        "shares": any(is_shared for column in columns for skill, is_shared in column.specializations),
        "converts": any(pay.is_converted for column in columns for pay in column.pay),
        "said": said,
        "form": form,
        "is_full": len(chosen) == comparing.MOST,
        "found": [(thing, comparing.address([*chosen, thing])) for thing in found],
        "nearest": [(thing, comparing.address([*chosen, thing])) for thing in nearest],
    }
