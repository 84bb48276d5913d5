"""The plane of the maps, the shapes on it, and the script that draws them."""

import csv
import json
import re
from math import hypot

import pytest
from django.conf import settings

from departments.geo import maps, plane, states
from departments.geo.geometry import draw
from departments.geo.points import Point, miles_between
from departments.imports.cleaning import counties
from departments.names import slug_of

WESTPORT = Point(41.1434, -73.3496)
# A place of each projection, with its neighbors to the north, east, south and west.
ROSES = {
    "Denver": (Point(39.74, -104.99), [(40.5, -104.99), (39.74, -104), (39, -104.99), (39.74, -106)]),
    "Boston": (Point(42.36, -71.06), [(43, -71.06), (42.36, -70.3), (41.7, -71.06), (42.36, -71.8)]),
    "Anchorage": (Point(61.22, -149.9), [(62, -149.9), (61.22, -148), (60.5, -149.9), (61.22, -152)]),
    "Adak": (Point(51.88, -176.65), [(52.5, -176.65), (51.9, -175.5), (51.3, -176.65), (51.9, -178)]),
    "Attu, beyond the antimeridian": (Point(52.9, 173.1), [(53.5, 173.1), (52.9, 174), (52.3, 173.1), (52.9, 172.2)]),
    "Honolulu": (Point(21.31, -157.86), [(21.8, -157.86), (21.31, -157.2), (20.9, -157.86), (21.31, -158.5)]),
}  # fmt: skip


# The plane and its shapes


@pytest.mark.parametrize(
    ("point", "x", "y"),
    [
        # The results of d3-geo's geoAlbersUsa().scale(1300).translate([487.5, 305]).
        (Point(38.7, -96.6), 487.5, 305),
        (Point(40.7128, -74.006), 869.7, 215.8),
        (Point(61.2181, -149.9003), 112.3, 544.4),
        (Point(21.3069, -157.8583), 266.9, 549.2),
    ],
)
def test_points_lie_on_the_plane_of_the_boundaries(point, x, y):
    assert plane.conic_of(point).project(*point) == (pytest.approx(x, abs=0.3), pytest.approx(y, abs=0.3))


@pytest.mark.parametrize(("middle", "around"), ROSES.values(), ids=ROSES)
def test_north_is_up_and_distances_are_right_all_around(middle, around):
    locator = maps.LocatorMap(middle, 100, [])
    for (latitude, longitude), (right, down) in zip(around, [(0, -1), (1, 0), (0, 1), (-1, 0)], strict=True):
        point = Point(latitude, longitude)
        x, y = locator.place(*locator.conic.project(*point))
        pixels = miles_between(middle, point) / 100 * locator.ring
        assert hypot(x - locator.middle, y - locator.middle) == pytest.approx(pixels, rel=0.02)
        assert x - locator.middle == pytest.approx(right * pixels, abs=0.06 * pixels)
        assert y - locator.middle == pytest.approx(down * pixels, abs=0.06 * pixels)


def corners(path, matrix="1 0 0 1 0 0"):
    """Return the rings of SVG path data as lists of points, transformed by the matrix."""
    a, b, c, d, e, f = map(float, matrix.split())
    rings, x, y, start = [], 0, 0, (0, 0)
    for letter, numbers in re.findall(r"([Mmlz])([^Mmlz]*)", path):
        numbers = [int(number) for number in re.findall(r"-?\d+", numbers)]
        if letter == "z":
            x, y = start
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = (dx, dy) if letter == "M" else (x + dx, y + dy)
            if letter in "Mm":
                rings.append([])
                start = x, y
            rings[-1].append((a * x + c * y + e, b * x + d * y + f))
    return rings


def is_inside(rings, x, y):
    """Return whether a ray from the point crosses the rings an odd number of times."""
    crossings = 0
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
            crossings += (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
    return crossings % 2 == 1


@pytest.mark.parametrize("miles", [10, 25, 50, 100, 250, 900])
@pytest.mark.parametrize(
    ("place", "on_land"),
    [(Point(41.35, -73.4), True), (Point(41.05, -73.0), False), (Point(37.0, -95.0), True), (Point(61.5, -150), True)],
)
def test_a_place_is_on_land_or_in_the_water_at_every_radius(place, on_land, miles):
    locator = maps.LocatorMap(place, miles, [])
    land = corners(locator.land.land, locator.land.matrix)
    # On a large map, the Sound is too narrow to see.
    if on_land or miles <= 100:
        assert is_inside(land, locator.middle, locator.middle) == on_land


@pytest.mark.parametrize("miles", [10, 250])
def test_only_visible_shapes_are_drawn(miles):
    locator = maps.LocatorMap(WESTPORT, miles, [])
    shapes = list(locator.within(plane.shapes("counties")))
    assert 0 < len(shapes) < len(plane.shapes("counties")) / 5
    for shape in shapes:
        x, y = locator.place(shape.x, shape.y)
        assert max(abs(x - 200), abs(y - 200)) < 200 + shape.radius * locator.scale


@pytest.mark.parametrize(
    ("place", "miles", "seen", "unseen"),
    [
        (Point(31.76, -106.49), 900, {"TX", "CA", "UT"}, {"AK", "HI"}),
        (Point(61.22, -149.9), 1500, {"AK"}, {"CA", "HI", "WA"}),
        (Point(21.31, -157.86), 900, {"HI"}, {"AK", "TX"}),
    ],
)
def test_shapes_that_are_near_only_on_the_plane_are_left_out(place, miles, seen, unseen):
    """On the plane, Alaska and Hawaii are below California and Texas."""
    found = {shape.state for shape in maps.LocatorMap(place, miles, []).within(plane.shapes("states"))}
    assert seen <= found and not found & unseen


def test_neighbors_share_their_border():
    """Each inland line of the counties belongs to two of them: no gaps, no overlaps."""
    sides = {}
    for shape in plane.shapes("counties"):
        for ring in corners(shape.path) if shape.state else []:
            for side in zip(ring, ring[1:] + ring[:1], strict=True):
                sides[frozenset(side)] = sides.get(frozenset(side), 0) + 1
    assert set(sides.values()) <= {1, 2}
    assert sum(number == 2 for number in sides.values()) > len(sides) / 2


def test_every_county_and_state_is_there():
    assert {shape.state for shape in plane.shapes("states")} == set(states.STATES) - {"PR", "GU", "VI", "AS", "MP"}
    assert sum(map(len, plane.county_shapes().values())) == 3142


@pytest.mark.parametrize("name", ["states", "counties"])
def test_the_files_name_the_source_of_the_shapes(name):
    source = json.loads((plane.GEOMETRY / f"{name}.json").read_text())["source"]
    assert "Census Bureau" in source and "us-atlas 3.0.1 (ISC)" in source


# Three squares in a row from (0, 0) to (30, 10). The middle one has a bend that is too small to matter.
TOPOLOGY = {
    "transform": {"scale": [1, 1], "translate": [0, 0]},
    "arcs": [
        [[10, 0], [0, 10]],
        [[20, 0], [0, 10]],
        [[10, 10], [-10, 0], [0, -10], [10, 0]],
        [[10, 0], [5, 0], [5, 0]],
        [[20, 10], [-10, 0]],
        [[20, 0], [10, 0], [0, 10], [-10, 0]],
    ],
    "objects": {
        "states": {"geometries": []},
        "counties": {
            "geometries": [
                {"type": "Polygon", "id": "39001", "properties": {"name": "West"}, "arcs": [[0, 2]]},
                {"type": "Polygon", "id": "39002", "properties": {"name": "Middle"}, "arcs": [[3, 1, 4, -1]]},
                {"type": "MultiPolygon", "id": "18001", "properties": {"name": "East"}, "arcs": [[[5, -2]]]},
            ]
        },
    },
}
INDIANA = {"type": "Polygon", "id": "18", "properties": {"name": "Indiana"}, "arcs": [[5, -2]]}
OHIO = {"type": "Polygon", "id": "39", "properties": {"name": "Ohio"}, "arcs": [[0, 2]]}


@pytest.fixture
def drawn(tmp_path, monkeypatch):
    """``drawn(topology)`` runs the script and returns ``(states, counties)``."""

    def run(topology):
        monkeypatch.setattr(draw, "GEOMETRY", tmp_path)
        (tmp_path / "in.json").write_text(json.dumps(topology))
        draw.main(tmp_path / "in.json", tmp_path / "in.json")
        return [json.loads((tmp_path / f"{name}.json").read_text())["shapes"] for name in ("states", "counties")]

    return run


def test_the_script_draws_states_counties_and_the_lines_between_states(drawn):
    topology = TOPOLOGY | {"objects": TOPOLOGY["objects"] | {"states": {"geometries": [OHIO, INDIANA]}}}
    [_indiana, ohio], [east, west, middle, border] = drawn(topology)
    assert ohio[:4] == ["OH", "Ohio", 5, 5]
    assert west[:4] == ["OH", "West", 5, 5]
    assert [sorted(ring) for ring in corners(west[5])] == [[(0, 0), (0, 200), (200, 0), (200, 200)]], "in steps of 1/20"
    assert [sorted(ring) for ring in corners(middle[6])] == [[(10, 0), (10, 10), (20, 0), (20, 10)]]
    assert [shape[:2] for shape in (middle, east)] == [["OH", "Middle"], ["IN", "East"]]
    assert border[:2] == ["", ""] and sorted(corners(border[6])[0]) == [(20, 0), (20, 10)]


@pytest.mark.parametrize(
    ("id", "name", "known_as"),
    [
        ("51059", "Fairfax", "Fairfax"),
        ("51600", "Fairfax", "Fairfax City"),
        ("24510", "Baltimore", "Baltimore City"),
        ("29189", "St. Louis", "St. Louis"),
        ("32510", "Carson City", "Carson City"),
    ],
)
def test_cities_that_are_no_part_of_a_county_are_named_like_in_the_directory(id, name, known_as):
    assert draw.county_name({"id": id, "properties": {"name": name}}) == known_as


def test_a_city_of_which_the_source_has_only_a_line_is_a_small_square(drawn):
    thin = {"type": "Polygon", "id": "39003", "properties": {"name": "Thin"}, "arcs": [[0, -1]]}
    objects = {"states": {"geometries": [OHIO]}, "counties": {"geometries": [thin]}}
    _, [found] = drawn(TOPOLOGY | {"objects": objects})
    assert [sorted(ring) for ring in corners(found[5])] == [[(195, 95), (195, 105), (205, 95), (205, 105)]]


# The counties of departments


@pytest.mark.parametrize(
    ("state", "slug", "name"),
    [
        ("CT", "fairfield", "Fairfield"),
        ("VA", "fairfax", "Fairfax"),
        ("VA", "fairfax-city", "Fairfax City"),
        ("VA", "alexandria", "Alexandria City"),
        ("VA", "james-city", "James City"),
        ("MD", "baltimore", "Baltimore"),
        ("MO", "st-louis-city", "St. Louis City"),
        ("NV", "carson-city", "Carson City"),
        ("AK", "kenai-peninsula-borough", "Kenai Peninsula"),
        ("AK", "bethel-census-area", "Bethel"),
        ("AK", "anchorage", "Anchorage"),
        ("IN", "la-porte", "LaPorte"),
        ("NM", "dona-ana", "Doña Ana"),
        ("SD", "shannon", "Oglala Lakota"),
        ("DC", "", "District of Columbia"),
    ],
)
def test_the_county_of_a_department_has_its_shape(state, slug, name):
    shape = plane.find_county(state, slug)
    assert (shape.state, shape.name) == (state, name)


@pytest.mark.parametrize(("state", "slug"), [("CT", "nowhere"), ("CT", ""), ("PR", "ponce"), ("VA", "city")])
def test_an_unknown_county_has_no_shape(state, slug):
    assert plane.find_county(state, slug) is None


def test_every_county_in_the_agency_file_has_a_shape():
    """Except for two of the planning regions that replaced the counties of Connecticut after 2017."""
    known, unknown = set(), set()
    with (settings.BASE_DIR / "fixtures" / "agencies.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for county in counties(row["county"]) if plane.county_shapes().get(row["state"]) else ():
                found = plane.find_county(row["state"], slug_of(county, ""))
                (known if found else unknown).add((row["state"], county))
    assert len(known) > 3000
    assert all(state == "CT" and county.endswith(" Planning Region") for state, county in unknown)
