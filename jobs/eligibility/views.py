"""The "Am I eligible?" page, the only page that asks visitors about themselves."""

from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from policeapp.web.pagination import CappedPaginator, page_number, paginate

from .evaluation import group_jobs
from .forms import EligibilityForm

PER_PAGE = 50  # openings that are grouped together


@require_safe
@cache_control(no_store=True)
def eligible(request):
    """Show openings in three groups: requirements met, not met, and unknown.

    The visitor's answers are in the page's URL. No cache stores the page, and the browser sends its URL to no other
    page.
    """
    number = page_number(request)
    form = EligibilityForm(request.GET)
    page = paginate(form.results(), number, PER_PAGE, CappedPaginator)
    groups = group_jobs(page.object_list, form.applicant)
    response = render(request, "jobs/eligible.html", {"form": form, "page": page, "groups": groups})
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
