"""The "Am I eligible?" page, the only page that asks visitors about themselves."""

from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from policeapp.operations.rate_limits import limit_searches
from policeapp.web.pagination import CappedPaginator, paginate

from .evaluation import group_jobs
from .forms import EligibilityForm

PER_PAGE = 50  # openings that are grouped together


@require_safe
@limit_searches
@cache_control(no_store=True)
def eligible(request):
    """Show openings in three groups: requirements met, not met, and unknown.

    The visitor's answers are in the page's URL. No cache stores the page, and the browser sends its URL to no other
    page.
    """
    form = EligibilityForm(request.GET)
    page = paginate(request, form.results(), PER_PAGE, CappedPaginator)
    groups = group_jobs(page.object_list, form.applicant)
    response = render(request, "jobs/eligible.html", {"form": form, "page": page, "groups": groups})
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
