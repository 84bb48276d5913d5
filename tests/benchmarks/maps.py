"""The maps: the CPU time of their data and their templates. The shapes are read before."""

from django.template.loader import render_to_string

from departments.geo import maps, plane, states
from departments.models import Department, Place
from departments.names import slug_of

from .directory import cpu_ms
from .table import Bar, Row, Size

SIZES = [Size(0, 0)]
MAX_MS = 3
NORFOLK, NEW_YORK = (36.85, -76.29), (40.75, -74.0)


def rows(case):
    """Measure each kind of map where it is largest."""
    for name, draw in DRAWN.items():
        ms = cpu_ms(draw)
        yield Row(f"map: {name}", case, {"CPU ms": ms}, [Bar("CPU ms", ms, MAX_MS)])


def draw_country():
    regions = maps.regions({code: number for number, code in enumerate(states.STATES)})
    return render_to_string("departments/_us_map.html", {"regions": regions})


def draw_counties():
    numbers = {slug_of(shape.name, ""): 3 for shape in plane.county_shapes()["TX"].values()}
    return lambda: render_to_string("departments/_county_map.html", {"county_map": maps.county_map("TX", numbers)})


def draw_profile():
    department, *neighbors = departments_at(NORFOLK, 9, state="VA", county_slug="norfolk-city")
    return lambda: render_to_string(
        "departments/_profile_map.html",
        {"department": department, "profile_map": maps.profile_map(department, neighbors)},
    )


def draw_results():
    found = departments_at(NEW_YORK, 20)
    latitude, longitude = NEW_YORK
    place = Place(zip="10001", name="New York", state="NY", latitude=latitude, longitude=longitude)
    return lambda: render_to_string("_locator_map.html", {"map": maps.locator_map(place, 100, found)})


def departments_at(at, number, **fields):
    """Return unsaved departments, all at one place, so that their pins must be spread."""
    latitude, longitude = at
    values = {"state": "NY", "slug": "police", "latitude": latitude, "longitude": longitude} | fields
    return [Department(pk=pk, name=f"Police {pk}", **values) for pk in range(1, number + 1)]


DRAWN = {
    "the states": draw_country,
    "the counties of Texas": draw_counties(),
    "a profile": draw_profile(),
    "results at one place": draw_results(),
}
