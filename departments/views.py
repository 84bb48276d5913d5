"""The directory and the profiles of departments."""

from urllib.parse import urlencode

from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jobs.models import HiringStep, Job, count_open_jobs, with_open_jobs
from policeapp.caching.decorators import public_page
from policeapp.web.pagination import page_number, paginate

from . import breadcrumbs
from .changes import recent_changes
from .geo import maps, states
from .models import Department, Place, SlugRedirect, divisions_and_units
from .names import county_label
from .policing import answer
from .search import counts, ranking
from .search.forms import DepartmentSearchForm
from .structured_data import organization

# The number of specializations before "Show more" on a profile.
SPECIALIZATIONS_SHOWN = 10
# The number of nearest departments if a search has none.
NEAREST_SHOWN = 5
# What a profile shows of its surroundings, and how far they reach.
NEIGHBORS_SHOWN, NEARBY_JOBS_SHOWN, NEARBY_MILES = 5, 3, 100
SUGGESTIONS_SHOWN = 8
# On the pages of states and counties: the largest and hiring departments, and the nearest counties.
LARGEST_SHOWN = 10
HIRING_SHOWN = 5
COUNTIES_SHOWN = 8
PLACES_SUGGESTED = 4


@public_page(*DepartmentSearchForm.base_fields, "page")
@require_safe
def directory(request):
    """List all departments or search them. If none are near enough, suggest the nearest."""
    number = page_number(request)
    form = DepartmentSearchForm(request.GET)
    found = form.results(Job.objects.open()).for_cards()
    page = paginate(found, number, keys_first=form.place is not None and form.miles is None)
    nearest = []
    if form.place and not page.object_list and form.miles is not None:
        nearest = with_open_jobs(form.nearest(Job.objects.open()).for_cards())[:NEAREST_SHOWN]
    police = answer.for_search(form) if number == 1 else None
    count_open_jobs([*page.object_list, *(police.all_departments if police else [])])
    context = {"form": form, "page": page, "nearest": nearest, "answer": police}
    if form.place:
        context["map"] = maps.locator_map(form.place, form.miles, page.object_list, page.start_index())
    if not request.GET:
        by_state, context["letters"] = counts.by_state_and_letters()
        context["regions"] = maps.regions(by_state)
    response = render(request, "departments/directory.html", context)
    # The check box sends "on"; any other value means the same.
    if form.errors or request.GET.get("hiring", "on") != "on":
        add_never_cache_headers(response)
    return response


@public_page("q")
@require_safe
def suggest(request):
    """Return suggestions for a partly typed name as JSON.

    ``{"departments": [{"name", "town", "url"}, ...], "places": [{"name", "url"}, ...]}``. The URL of a place is that of
    the search near it.
    """
    typed = request.GET.get("q", "")
    full, others = ranking.short_form(typed)
    name = typed if others else full.partition(", ")[0] or typed
    found = Department.objects.listed().starting_with(name)[:SUGGESTIONS_SHOWN]
    departments = [
        {"name": department.name, "town": department.town, "url": department.get_absolute_url()} for department in found
    ]
    towns = [
        {"name": str(place), "url": f"{reverse('directory')}?{urlencode({'q': place.search_text})}"}
        for place in Place.objects.starting_with(typed)[:PLACES_SUGGESTED]
    ]
    return JsonResponse({"departments": departments, "places": towns})


@public_page("page")
@require_safe
def state(request, state):
    """List the departments of a state. The first page begins with figures and links to parts of the list."""
    departments = Department.objects.listed().filter(state=state)
    page = _page(departments.by_name(), page_number(request))
    context = {
        "breadcrumbs": breadcrumbs.for_state(state),
        "state": states.STATES[state],
        "page": page,
        "letters": counts.letters(state),
    }
    if page.number == 1 and page.paginator.count > 1:
        context |= _overview(state, departments)
    return render(request, "departments/state.html", context)


def _overview(state, departments):
    """Return the figures of a state, a few of its departments and all of its counties. Four queries."""
    brief = departments.only("name", "slug", "state", "sworn_officers").by_officers()
    counties = list(departments.counties())
    return {
        "totals": counts.totals(departments, Department.NATIONWIDE),
        "largest": list(brief.filter(sworn_officers__gt=0).exclude(kind__in=Department.NATIONWIDE)[:LARGEST_SHOWN]),
        "hiring": list(brief.hiring(Job.objects.open().real())[:HIRING_SHOWN]),
        "counties": _county_links(state, counties),
        "county_map": maps.county_map(state, {county.slug: county.number for county in counties}),
    }


@public_page("page")
@require_safe
def county(request, state, county):
    """List the departments of a county by kind. 404 if it has none."""
    departments = Department.objects.listed().in_county(state, county)
    page = paginate(departments.by_kind().for_cards(), page_number(request))
    if not page.object_list:
        raise Http404(_("No departments in a county with this name."))
    label = page.object_list[0].county_label
    found = answer.for_county(state, county) if page.number == 1 else None
    count_open_jobs([*page.object_list, *(found.all_departments if found else [])])
    counties = list(Department.objects.listed().filter(state=state).counties())
    nearest = counts.nearest_counties(counties, county, COUNTIES_SHOWN)
    context = {
        "breadcrumbs": breadcrumbs.for_county(state, county, label),
        "state": states.STATES[state],
        "county_label": label,
        "page": page,
        "answer": found,
        "totals": counts.totals(departments, Department.NATIONWIDE | Department.STATEWIDE),
        "population": departments.county_population(),
        "counties": _county_links(state, nearest),
    }
    return render(request, "departments/county.html", context)


def _county_links(state, counties):
    """Return ``[(URL, label, number of departments)]`` for rows of ``Department.objects.counties()``, as text."""
    # Reversing a URL takes longer than the rest of a list item, and a state has up to 255.
    before, after = reverse("county", args=[state, "-"]).split("-")
    return [
        (f"{before}{county.slug}{after}", county_label(county.name, state), f"{county.number:,}") for county in counties
    ]


@public_page("page")
@require_safe
def letter(request, letter, state=None):
    """List the departments whose names start with a letter, in one state or in all. 404 if there are none."""
    departments = Department.objects.listed().with_initial(letter)
    if state:
        departments = departments.filter(state=state)
    page = _page(departments.by_name(), page_number(request))
    if not page.object_list:
        raise Http404(_("No departments under this letter."))
    context = {
        "breadcrumbs": breadcrumbs.for_letter(letter, state),
        "state": states.STATES.get(state),
        "letter": letter,
        "page": page,
        "letters": counts.letters(state),
    }
    return render(request, "departments/letter.html", context)


@public_page()
@require_safe
def profile(request, state, slug):
    """Show the profile of a department. A former slug redirects to it."""
    published = Department.objects.published()
    department = published.with_place().select_related("parent").filter(state=state, slug=slug).first()
    if department is None:
        moved = get_object_or_404(SlugRedirect, state=state, slug=slug, department__in=published)
        return redirect(moved.department, permanent=True)
    return render_profile(request, department)


def render_profile(request, department, is_preview=False):
    """Return the profile of a department from ``Department.objects.with_place()``."""
    openings = list(department.jobs.open().listed().by_deadline())
    jobs = Job.objects.open().listed()
    nearby = ([], None) if openings else jobs.nearby_or_nearest(department, NEARBY_MILES, NEARBY_JOBS_SHOWN)
    neighbors = Department.objects.listed().neighbors_of(department, NEARBY_MILES, NEIGHBORS_SHOWN)
    specializations = [listed.specialization for listed in department.listed_specializations.with_names()]
    divisions, units = divisions_and_units(department)
    unknown = department.unknown_facts(
        has_specializations=bool(specializations), has_divisions=bool(divisions or units)
    )
    context = {
        "department": department,
        "is_preview": is_preview,
        "place": department.place and Place(**department.place),
        "openings": openings,
        "real_jobs": sum(not job.is_sample for job in openings),
        "nearby_jobs": nearby[0],
        "nearest_job": nearby[1],
        "roadmap": HiringStep.objects.for_departments([department])[department.pk],
        "specializations": specializations[:SPECIALIZATIONS_SHOWN],
        "further_specializations": specializations[SPECIALIZATIONS_SHOWN:],
        "explained": [specialization for specialization in specializations if specialization.explanation],
        "divisions": divisions,
        "special_units": units,
        "posts": list(department.published_posts()),
        "neighbors": neighbors,
        "changes": recent_changes(department, department.jobs.visible().real()),
        "profile_map": maps.profile_map(department, neighbors),
        "unknown_facts": unknown.values(),
        "breadcrumbs": breadcrumbs.for_department(department),
        "structured_data": organization(department),
    }
    return render(request, "departments/profile.html", context)


def _page(departments, number):
    """Return a page of departments, each with ``.open_jobs``."""
    page = paginate(departments.for_cards(), number)
    count_open_jobs(page.object_list)
    return page
