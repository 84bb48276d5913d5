"""The JSON API of departments and places. policeapp/pages/openapi.json describes it."""

from django import forms
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from jobs.feeds.responses import get_department_or_404
from jobs.models import Job, count_open_jobs
from jobs.serializers import opening
from policeapp.caching.decorators import public_page
from policeapp.web.api import form_problem, json_response, page_response
from policeapp.web.pagination import page_number, paginate

from . import serializers
from .models import Place
from .search import places
from .search.forms import MAX_SEARCH_LENGTH, DepartmentSearchForm

MAX_PLACES = 20


class PlaceForm(forms.Form):
    """The parameters of the list of places."""

    q = forms.CharField(max_length=MAX_SEARCH_LENGTH)


@csrf_exempt
@public_page(*DepartmentSearchForm.base_fields, "page")
@require_safe
def department_list(request):
    """A page of the departments that the directory's search finds. ``hiring`` means real openings, not samples."""
    number = page_number(request)
    form = DepartmentSearchForm(request.GET)
    openings = Job.objects.open().real()
    found = form.results(openings).only(*serializers.LIST_FIELDS)
    if form.errors:
        return form_problem(form)
    page = paginate(found, number, keys_first=form.place is not None and form.miles is None)
    count_open_jobs(page.object_list, openings)
    results = [serializers.summary(department) for department in page.object_list]
    return page_response(request, page, results, form)


@csrf_exempt
@public_page()
@require_safe
def department(request, state, slug):
    """A department with its openings. A former slug redirects to the current one."""
    found = get_department_or_404(state, slug)
    if (found.state, found.slug) != (state, slug):
        return redirect("api department", found.state, found.slug, permanent=True)
    jobs = found.jobs.open().real().with_department().select_related("structured_requirements").by_deadline()
    openings = [opening(job) for job in jobs]
    found.open_jobs = len(openings)
    return json_response(serializers.profile(found, openings))


@csrf_exempt
@public_page("q")
@require_safe
def place_list(request):
    """The places that a text names, or else the towns that start with it; at most 20."""
    form = PlaceForm(request.GET)
    if not form.is_valid():
        return form_problem(form)
    text = form.cleaned_data["q"]
    found = places.find(text) or Place.objects.starting_with(text)
    return json_response({"results": [serializers.place(place) for place in found[:MAX_PLACES]]})
