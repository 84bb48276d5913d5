"""The map of the country, and the locator map beside results near a place."""

import json
import re
from html import unescape
from math import hypot

import pytest

from departments.geo import maps, states
from departments.geo.geometry import draw
from departments.geo.points import Point, miles_between
from tests.departments.pages import cards, html
from tests.factories import make_department, make_job, make_place, text_of

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
    assert maps.conic_of(point).project(*point) == (pytest.approx(x, abs=0.3), pytest.approx(y, abs=0.3))


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
    land = corners(locator.layer.land, locator.layer.matrix)
    # On a large map, the Sound is too narrow to see.
    if on_land or miles <= 100:
        assert is_inside(land, locator.middle, locator.middle) == on_land


@pytest.mark.parametrize("miles", [10, 250])
def test_only_visible_shapes_are_drawn(miles):
    locator = maps.LocatorMap(WESTPORT, miles, [])
    shapes = list(locator.within(maps.shapes("counties")))
    assert 0 < len(shapes) < len(maps.shapes("counties")) / 5
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
    found = {shape.name for shape in maps.LocatorMap(place, miles, []).within(maps.shapes("states"))}
    assert seen <= found and not found & unseen


def test_neighbors_share_their_border():
    """Each inland line of the counties belongs to two of them: no gaps, no overlaps."""
    sides = {}
    for shape in maps.shapes("counties"):
        for ring in corners(shape.path) if shape.name == "county" else []:
            for side in zip(ring, ring[1:] + ring[:1], strict=True):
                sides[frozenset(side)] = sides.get(frozenset(side), 0) + 1
    assert set(sides.values()) <= {1, 2}
    assert sum(number == 2 for number in sides.values()) > len(sides) / 2


def test_every_county_and_state_is_there():
    assert {shape.name for shape in maps.shapes("states")} == set(states.STATES) - {"PR", "GU", "VI", "AS", "MP"}
    assert sum(shape.name == "county" for shape in maps.shapes("counties")) > 3100


@pytest.mark.parametrize("name", ["states", "counties"])
def test_the_files_name_the_source_of_the_shapes(name):
    source = json.loads((maps.GEOMETRY / f"{name}.json").read_text())["source"]
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
                {"type": "Polygon", "id": "01001", "properties": {"name": "West"}, "arcs": [[0, 2]]},
                {"type": "Polygon", "id": "01002", "properties": {"name": "Middle"}, "arcs": [[3, 1, 4, -1]]},
                {"type": "MultiPolygon", "id": "02001", "properties": {"name": "East"}, "arcs": [[[5, -2]]]},
            ]
        },
    },
}
OHIO = {"type": "Polygon", "properties": {"name": "Ohio"}, "arcs": [[0, 2]]}


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
    topology = TOPOLOGY | {"objects": TOPOLOGY["objects"] | {"states": {"geometries": [OHIO]}}}
    [ohio], [west, middle, east, border] = drawn(topology)
    assert ohio[:3] == ["OH", 5, 5]
    assert west[:3] == ["county", 5, 5]
    assert [sorted(ring) for ring in corners(west[4])] == [[(0, 0), (0, 200), (200, 0), (200, 200)]], "in steps of 1/20"
    assert [sorted(ring) for ring in corners(middle[5])] == [[(10, 0), (10, 10), (20, 0), (20, 10)]]
    assert [shape[0] for shape in (west, middle, east)] == ["county"] * 3
    assert border[0] == "border" and sorted(corners(border[5])[0]) == [(20, 0), (20, 10)]


# The map of the country


def test_the_directory_has_a_map_with_links_to_states_and_counts(client, db):
    for name, state in (
        ("Westport Police", "CT"),
        ("Waco Police", "TX"),
        ("Houston Police", "TX"),
        ("Agana Police", "GU"),
    ):
        make_department(name, state=state)
    page = html(client.get("/departments/"))
    [drawing] = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    ways = dict(re.findall(r'<a href="([^"]*)"[^>]*>\s*<title>([^<]*)</title>', drawing))
    assert len(ways) == 51
    assert ways["/departments/tx/"] == "Texas: 2 departments"
    assert ways["/departments/ct/"] == "Connecticut: one department"
    assert ways["/departments/wy/"] == "Wyoming: 0 departments"
    shades = dict(re.findall(r'<a href="([^"]*)".*?class="(shade\d)"', drawing, re.DOTALL))
    assert shades["/departments/tx/"] == "shade4"
    assert shades["/departments/wy/"] == "shade0"


def test_the_map_is_hidden_from_assistive_technology_and_the_list_is_not(client, db):
    page = html(client.get("/departments/"))
    [figure] = re.findall(r'<figure class="country".*?</figure>', page, re.DOTALL)
    assert 'aria-hidden="true"' in figure
    assert figure.count("<a ") == figure.count('tabindex="-1"')
    listed = re.findall(r'<li>\s*<a href="/departments/(..)/">', page)
    assert listed == [code.lower() for code in states.STATES]


@pytest.mark.parametrize("query", ["hiring=on", "q=westport", "page=2"])
def test_a_search_has_neither_the_map_nor_the_list_of_states_nor_the_letters(client, db, query):
    for number in range(21):
        make_department(f"Westport Precinct {number}")
    page = client.get(f"/departments/?{query}")
    assert "<svg" not in html(page)
    assert "By state" not in text_of(page)
    assert "/departments/a-to-z/" not in html(page)


# The locator map


def drawing(response):
    """Return the HTML of the page's locator map, or "" without one."""
    return "".join(re.findall(r'<figure class="locator">.*?</figure>', html(response), re.DOTALL))


def dots(response):
    """Return the labels of the dots."""
    return [unescape(text) for text in re.findall(r"<text [^>]*>([^<]*)</text>", drawing(response))]


@pytest.fixture
def around_westport(places):
    """Departments with jobs north, east and west of Westport, two of them at one address in the east."""
    found = {
        "North": make_department("North", at=(41.30, -73.35)),
        "East": make_department("East", at=(41.20, -73.1)),
        "East too": make_department("East too", at=(41.20, -73.1)),
        "West": make_department("West", at=(41.0, -73.7)),
    }
    for department in found.values():
        make_job(department)
    return found


def test_results_near_a_place_are_numbered_on_a_map_and_in_the_list(client, around_westport):
    page = client.get("/departments/?near=06880")
    assert cards(page) == ["North", "East", "East too", "West"]
    assert dots(page) == ["1", "2–3", "4"]
    assert '<ol class="cards numbered" start="1">' in html(page)


def test_jobs_of_one_department_share_a_dot(client, around_westport):
    make_job(around_westport["North"], "Dispatcher")
    page = client.get("/jobs/?near=06880")
    assert dots(page) == ["1–2", "3–4", "5"]
    assert '<ol class="cards numbered" start="1">' in html(page)


def test_numbers_continue_on_the_next_page(client, places):
    for number in range(22):
        make_job(make_department(f"Department {number:02}", at=(41.1434 + number / 100, -73.3496)))
    for url in ("/jobs/?near=06880&page=2", "/departments/?near=06880&page=2"):
        page = client.get(url)
        assert 'start="21"' in html(page)
        assert dots(page) == ["21–22"]


def test_the_map_has_a_name_a_ring_and_a_legend(client, around_westport):
    page = client.get("/jobs/?near=06880&within=50")
    assert 'role="img"' in drawing(page) and 'aria-labelledby="map-name"' in drawing(page)
    assert "Map of the area around Westport, CT 06880" in drawing(page)
    assert '<circle class="ring"' in drawing(page)
    assert "Circle: 50 miles around Westport, CT 06880 (+)." in text_of(page)


def test_a_search_anywhere_maps_the_page_without_a_ring(client, around_westport):
    page = client.get("/jobs/?near=06880&within=any")
    assert dots(page) == ["1", "2–3", "4"]
    assert "ring" not in drawing(page)
    assert "Westport, CT 06880 is at the +." in text_of(page)


def test_dots_are_in_their_direction_and_inside_the_ring(around_westport):
    found = list(around_westport.values())
    locator = maps.locator_map(make_place(), 25, found)
    north, east, west = locator.dots
    middle = locator.middle
    assert north.y < middle - 50 and abs(north.x - middle) < 10
    assert east.x > middle + 50 and west.x < middle - 50
    for dot, department in ((north, found[0]), (east, found[1]), (west, found[3])):
        miles = miles_between(WESTPORT, department.point)
        assert hypot(dot.x - middle, dot.y - middle) == pytest.approx(miles / 25 * locator.ring, abs=3)


def test_dots_that_would_touch_are_merged(db):
    found = [make_department(f"Department {n}", at=(41.14 + n % 5 / 30, -73.35 + n // 5 / 30)) for n in range(20)]
    locator = maps.locator_map(make_place(), 25, found)
    assert sorted(number for dot in locator.dots for number in dot.numbers) == list(range(1, 21))
    assert not [(a, b) for a in locator.dots for b in locator.dots if a is not b and a.touches(b)]


@pytest.mark.parametrize(
    ("numbers", "label"),
    [
        ([7], "7"),
        ([1, 2, 5], "1–2, 5"),
        ([1, 3, 5], "1, 3, 5"),
        ([1, 3, 5, 7, 8, 9], "1, 3, …"),
        (list(range(1, 21)), "1–20"),
    ],
)
def test_the_label_of_a_dot_is_short(numbers, label):
    assert maps.Dot(0, 0, numbers).label == label


def test_the_title_of_a_dot_has_all_numbers():
    assert maps.Dot(0, 0, [1, 3, 5, 7, 8, 9]).title == "1, 3, 5, 7–9"


@pytest.mark.parametrize("at", [(18.4, -66.1), (13.45, 144.79), (0, 0), (90, 0), (-90, 180), (51.5, -0.1)])
def test_the_territories_have_no_locator_map(client, db, at):
    make_place("San Juan", "PR", "00901", at=at)
    make_job(make_department("San Juan Police", state="PR", at=at))
    for url in ("/jobs/?near=00901", "/departments/?near=00901"):
        page = client.get(url)
        assert page.status_code == 200 and not drawing(page)
        assert '<ul class="cards">' in html(page)


def test_a_search_anywhere_leaves_the_territories_off_the_map(client, places):
    make_job(make_department("Norwalk Police", at=(41.1, -73.42)), "Officer")
    make_job(make_department("Agana Police", state="GU", at=(13.45, 144.79)), "Officer")
    page = client.get("/jobs/?near=06880&within=any")
    assert cards(page) == ["Officer", "Officer"]
    assert dots(page) == ["1"]


def test_a_map_from_coast_to_coast_shows_states(client, places):
    make_job(make_department("Seattle Police", state="WA", at=(47.6, -122.3)))
    locator = maps.locator_map(make_place(), None, [make_department("Seattle", state="WA", at=(47.6, -122.3))])
    assert locator.layer.borders == ""
    assert dots(client.get("/jobs/?near=06880&within=any")) == ["1"]


@pytest.mark.parametrize(
    "url", ["/jobs/?near=06880&q=nothing", "/departments/?near=06880&q=zzz", "/jobs/", "/departments/?q=north"]
)
def test_no_map_without_a_place_or_results(client, around_westport, url):
    assert not drawing(client.get(url))


def test_the_map_needs_no_query(client, around_westport, queries_of):
    make_place("San Juan", "PR", "00901", at=(18.4, -66.1))
    make_job(make_department("San Juan Police", state="PR", at=(18.4, -66.1)))
    for url in ("/jobs/?near={}", "/departments/?near={}"):
        assert queries_of(url.format("06880")) == queries_of(url.format("00901"))
