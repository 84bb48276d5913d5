""" "Am I eligible?": the one page on which visitors say something of themselves."""

from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from policeapp.limits import searching
from policeapp.pagination import paginate

from . import evaluation as eligibility
from .forms import EligibilityForm

PER_PAGE = 50  # so many are sorted together


@require_safe
@searching
@cache_control(no_store=True)
def eligible(request):
    """The openings whose minimums a visitor meets, those that state none, and those whose minimums they don't meet.

    What they say stands in the page's address: no cache keeps it, and the browser tells it to no other page.
    """
    form = EligibilityForm(request.GET)
    page = paginate(request, form.results(), PER_PAGE)
    groups = eligibility.sort(page.object_list, form.person)
    response = render(request, "jobs/eligible.html", {"form": form, "page": page, "groups": groups})
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
