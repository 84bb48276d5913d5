"""Departments and places as plain data for JSON. An unknown value is None."""

from django.urls import reverse

from policeapp.web.routes import absolute_url

# The facts of a department in lists.
FACTS = (
    "name", "kind", "ori", "chief_name", "chief_title", "street1", "street2", "city", "state", "zip", "county", "phone",
    "email", "website", "website_kind", "sworn_officers", "sworn_year", "population", "population_year",
    "population_basis", "county_population", "county_population_year", "latitude", "longitude", "precision",
    "time_zone",
)  # fmt: skip
LIST_FIELDS = (*FACTS, "slug", "logo", "sources")
# Those that only the department itself has. Texts are Markdown.
MORE_FACTS = ("alias", "about", "mission", "mission_is_summary", "special_units_intro", "more_specializations")


def or_none(value):
    """Return the value, or None for a blank text."""
    return None if value == "" else value


def reference(department):
    """Return what identifies a department, for data about something else."""
    return {
        "name": department.name,
        "state": department.state,
        "city": or_none(department.city),
        "url": absolute_url(department.get_absolute_url()),
        "api_url": absolute_url(reverse("api department", args=[department.state, department.slug])),
    }


def summary(department):
    """Return a department in a list. ``count_open_jobs`` has counted its jobs.

    ``miles`` is its distance from the place of the search. ``sources`` has the source of each fact that has one.
    """
    facts = {name: or_none(getattr(department, name)) for name in FACTS}
    facts["chief_title"] = facts["chief_name"] and facts["chief_title"]
    return {
        **reference(department),
        **facts,
        "logo": absolute_url(department.logo.url) if department.logo else None,
        "miles": None if department.miles is None else round(department.miles, 1),
        "open_jobs": department.open_jobs,
        "sources": public_sources(department, (*FACTS, "logo")),
    }


def profile(department, openings):
    """Return everything on a department's profile; ``openings`` are plain data. Three queries."""
    facts = {name: or_none(getattr(department, name)) for name in MORE_FACTS}
    listed = department.listed_specializations.with_names()
    parts = ("specializations", "divisions", "special_units", "parent", *MORE_FACTS)
    data = summary(department)
    return data | {
        **facts,
        "specializations": [row.specialization.name for row in listed],
        "divisions": list(department.divisions.values("name", "responsibilities")),
        "special_units": list(department.special_units.values("name", "description")),
        "parent": reference(department.parent) if department.parent and department.parent.is_published else None,
        "openings": openings,
        "checked_on": department.checked_on and department.checked_on.isoformat(),
        "modified": department.modified.isoformat(),
        "sources": data["sources"] | public_sources(department, parts),
    }


def public_sources(sourced, facts):
    """Return the sources of those of these facts that have one, as ``{fact: {"source", "as_of", "guessed"}}``."""
    return {
        fact: {"source": origin.source, "as_of": or_none(origin.as_of), "guessed": origin.guessed}
        for fact, origin in sourced.published_sources().items()
        if fact in facts
    }


def place(found):
    """Return a place. ``near`` is the text that finds it and no other."""
    return {
        "name": found.name,
        "state": or_none(found.state),
        "county": or_none(found.county),
        "zip": or_none(found.zip),
        "latitude": found.latitude,
        "longitude": found.longitude,
        "near": found.search_text,
    }
