"""The small map of a profile."""

import re

import pytest
from django.template.loader import render_to_string

from departments.geo import maps, plane
from tests.departments.pages import compressed_size
from tests.factories import make_department

from .test_plane import corners, is_inside

KILOBYTES = 6


def make_neighbors(at, number=6, step=0.05):
    """Return departments in the four directions from a place, in degrees."""
    latitude, longitude = at
    steps = [(0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (-1, -1), (0, 2), (2, 0)][:number]
    return [
        make_department(f"Department {n}", at=(latitude + up * step, longitude + right * step))
        for n, (up, right) in enumerate(steps)
    ]


def draw(department, neighbors=()):
    """Return the HTML of the map."""
    drawn = maps.profile_map(department, neighbors)
    return render_to_string("departments/_profile_map.html", {"profile_map": drawn, "department": department})


def test_the_map_shows_the_county_with_the_department_in_it(westport):
    drawn = maps.profile_map(westport, [])
    county = corners(drawn.land.county, drawn.land.matrix)
    xs, ys = zip(*(corner for ring in county for corner in ring), strict=True)
    assert min(xs) >= 0 and min(ys) >= 0 and max(xs) <= drawn.side and max(ys) <= drawn.side, "all of Fairfield County"
    assert max(max(xs) - min(xs), max(ys) - min(ys)) > drawn.side * 0.8
    # Westport is on the coast.
    x, y = drawn.here
    assert is_inside(county, x, y - 10) and not is_inside(county, x, y + 40)
    assert drawn.land.state and drawn.land.land and drawn.land.borders, "Connecticut and New York"


def test_neighbors_are_links_with_their_names(westport):
    north = make_department("Weston Police Department", at=(41.2, -73.37))
    east = make_department("Fairfield Police Department", at=(41.16, -73.25))
    first, second = maps.profile_map(westport, [north, east]).pins
    here = maps.profile_map(westport, [north, east]).here
    assert first.y < here[1] - 10 and second.x > here[0] + 10
    page = draw(westport, [north, east])
    found = re.findall(r'<a href="([^"]*)" tabindex="-1">\s*<title>([^<]*)</title>', page)
    assert found == [(each.get_absolute_url(), each.name) for each in (north, east)]
    assert re.search(r"<svg [^>]*aria-hidden=\"true\"", page), "the list of nearby departments has the same links"


def test_the_caption_explains_the_map(westport):
    alone, beside = (" ".join(draw(westport, near).split()) for near in ([], make_neighbors(westport.point)))
    assert "Star: this department. Shaded: Fairfield County. </figcaption>" in alone
    assert "Shaded: Fairfield County. Dots: nearby departments. </figcaption>" in beside


def test_the_caption_says_that_a_star_is_only_the_middle_of_an_area(westport):
    westport.precision = "zip"
    assert "Star: the middle of the ZIP code." in draw(westport) and "this department" not in draw(westport)


def test_dots_at_one_place_can_be_tapped_one_by_one(westport):
    neighbors = [make_department(f"Campus {n}", at=westport.point) for n in range(6)]
    drawn = maps.profile_map(westport, neighbors)
    spots = [drawn.here, *((pin.x, pin.y) for pin in drawn.pins)]
    for i, (x, y) in enumerate(spots):
        assert all(max(abs(x - u), abs(y - v)) >= maps.TARGET for u, v in spots[:i])
    assert draw(westport, neighbors).count('class="line"') == 6


def test_neighbors_without_a_location_or_far_away_are_left_out(westport):
    far = make_department("Boston Police Department", state="MA", at=(42.36, -71.06))
    unknown = make_department("Nowhere Police Department")
    hawaii = make_department("Maui Police Department", state="HI", at=(20.89, -156.47))
    near = make_department("Weston Police Department", at=(41.2, -73.37))
    drawn = maps.profile_map(westport, [near, far, unknown, hawaii])
    assert drawn.neighbors == [near]


def test_a_neighbor_just_outside_the_county_is_on_the_map(westport):
    outside = make_department("New Haven Police Department", at=(41.31, -72.92))
    drawn = maps.profile_map(westport, [outside])
    [pin] = drawn.pins
    assert 14 <= pin.x <= drawn.side - 14 and pin.x > drawn.here[0] + 50


def test_without_a_known_county_the_state_is_shaded(db):
    department = make_department("Cisco College Police", state="TX", county="", at=(32.39, -98.98))
    drawn = maps.profile_map(department, [])
    assert drawn.outline is plane.state_shapes()["TX"]
    assert is_inside(corners(drawn.land.county, drawn.land.matrix), *drawn.here)
    assert "Shaded: Texas." in draw(department)


@pytest.mark.parametrize("at", [(34.05, -118.24), (21.3, -157.86)], ids=["California", "Hawaii"])
def test_a_department_far_from_its_state_has_a_map_of_its_surroundings(db, at):
    department = make_department("Lost Police", state="ME", county="Penobscot", at=at)
    drawn = maps.profile_map(department, [])
    assert (drawn.outline, drawn.area, drawn.reach) == (None, "", pytest.approx(maps.PROFILE_MILES))
    assert "Shaded" not in draw(department)


@pytest.mark.parametrize("at", [(18.4, -66.1), (13.45, 144.79), None], ids=["Puerto Rico", "Guam", "unknown"])
def test_territories_and_unknown_locations_have_no_map(db, at):
    department = make_department("Police", state="PR", at=at) if at else make_department("Police")
    assert maps.profile_map(department, []) is None
    assert "<svg" not in draw(department)


# Kinds of counties with heavy outlines, and the largest county of Alaska.
HEAVY = {
    "a coast with many bays": ("MD", "Talbot", (38.77, -76.08)),
    "islands": ("AK", "Prince of Wales-Hyder", (55.48, -133.15)),
    "small cities all around": ("VA", "Norfolk City", (36.85, -76.29)),
    "the largest county": ("AK", "Yukon-Koyukuk", (64.73, -156.9)),
    "the county of a state": ("TX", "", (31.8, -99.4)),
    "an office far from its county": ("SC", "Oconee", (34.0, -81.03)),
    "the corner of three states": ("MT", "Gallatin", (44.66, -111.1)),
    "long names": ("MN", "Lake of the Woods", (48.71, -94.6)),
}


@pytest.mark.parametrize(("state", "county", "at"), HEAVY.values(), ids=HEAVY)
def test_the_heaviest_maps_are_small(db, state, county, at):
    department = make_department("Police", state=state, county=county, at=at)
    neighbors = [
        make_department(f"Metropolitan Regional Airport Authority Police Department {n}", at=(at[0], at[1] + n / 50))
        for n in range(8)
    ]
    drawn = maps.profile_map(department, neighbors)
    size = compressed_size("departments/_profile_map.html", profile_map=drawn)
    assert size <= KILOBYTES * 1024
