""" "Am I eligible?": the one page on which visitors say something of themselves."""

from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from .eligibility_forms import MOST, EligibilityForm


@require_safe
@cache_control(no_store=True)
def eligible(request):
    """The openings whose minimums a visitor meets, those that state none, and those whose minimums they don't meet.

    What they say stands in the page's address: no cache keeps it, and the browser tells it to no other page.
    """
    form = EligibilityForm(request.GET)
    groups, more = form.results()
    context = {"form": form, "groups": groups, "more": more, "most": MOST}
    response = render(request, "jobs/eligible.html", context)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
