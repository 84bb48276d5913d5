"""The map of the country, the maps of the states, and the locator map beside results near a place."""

import re
from html import unescape
from math import hypot

import pytest
from django.template.loader import render_to_string

from departments.geo import maps, plane, states
from departments.geo.geometry.paths import corners
from departments.geo.points import Point, miles_between
from departments.names import slug_of
from tests.departments.pages import cards, compressed_size, html
from tests.factories import make_department, make_job, make_place, text_of

WESTPORT = Point(41.1434, -73.3496)


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
    assert ways == {"/departments/tx/": "Texas: 2 departments", "/departments/ct/": "Connecticut: 1 department"}
    shades = dict(re.findall(r'<a href="([^"]*)".*?class="(shade\d)"', drawing, re.DOTALL))
    assert shades == {"/departments/tx/": "shade4", "/departments/ct/": "shade3"}


def test_states_without_departments_are_gray_and_no_links(client, db):
    make_department("Waco Police", state="TX")
    [drawing] = re.findall(r"<svg.*?</svg>", html(client.get("/departments/")), re.DOTALL)
    gray = re.findall(r'<g>\s*<title>([^<]*)</title>\s*<path class="shade0"', drawing)
    assert len(gray) == drawing.count("shade0") == 50
    assert "Wyoming: no departments" in gray and drawing.count("<a ") == 1


def test_the_map_is_hidden_from_assistive_technology_and_the_list_is_not(client, db):
    for code in states.STATES:
        make_department("Capital Police", state=code)
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


def pins(response):
    """Return the labels of the pins."""
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
    assert pins(page) == ["1", "2", "3", "4"]
    assert '<ol class="cards numbered" start="1">' in html(page)


def test_pins_are_links_to_the_cards_with_the_name_of_the_department(client, around_westport):
    make_job(around_westport["North"], "Dispatcher")
    names = dict(re.findall(r'<a href="(#r\d+)" aria-label="([^"]*)">', drawing(client.get("/jobs/?near=06880"))))
    assert names == {"#r1": "1–2: North", "#r3": "3: East", "#r4": "4: East too", "#r5": "5: West"}


def test_the_keyboard_can_skip_the_pins(client, around_westport):
    """The map comes before the list, so that its pins are in the order of the list and of the screen."""
    page = drawing(client.get("/departments/?near=06880"))
    assert re.findall(r'href="([^"]*)"', page) == ["#r1", "#r1", "#r2", "#r3", "#r4"]
    assert '<a class="skip" href="#r1">Skip the map</a>' in page
    assert 'role="img"' not in page, "links in an image are hidden from screen readers"


def test_jobs_of_one_department_share_a_pin(client, around_westport):
    make_job(around_westport["North"], "Dispatcher")
    page = client.get("/jobs/?near=06880")
    assert pins(page) == ["1–2", "3", "4", "5"]
    assert '<ol class="cards numbered" start="1">' in html(page)


def test_numbers_continue_on_the_next_page(client, places):
    for number in range(22):
        make_job(make_department(f"Department {number:02}", at=(41.1434 + number / 100, -73.3496)))
    for url in ("/jobs/?near=06880&page=2", "/departments/?near=06880&page=2"):
        page = client.get(url)
        assert 'start="21"' in html(page)
        assert pins(page) == ["21", "22"]


def test_the_map_has_a_name_a_ring_and_a_legend(client, around_westport):
    page = client.get("/jobs/?near=06880&within=25")
    assert 'role="group"' in drawing(page) and 'aria-labelledby="map-name"' in drawing(page)
    assert "Map of the area around Westport, CT 06880" in drawing(page)
    assert '<circle class="ring"' in drawing(page)
    assert "Circle: 25 miles around Westport, CT 06880 (+)." in text_of(page)


def test_a_search_anywhere_maps_the_page_without_a_ring(client, around_westport):
    page = client.get("/jobs/?near=06880&within=any")
    assert pins(page) == ["1", "2", "3", "4"]
    assert "ring" not in drawing(page)
    assert "Westport, CT 06880 is at the +." in text_of(page)


def test_a_map_of_results_that_are_all_near_has_a_smaller_ring(client, places):
    make_job(make_department("Norwalk Police", at=(41.1, -73.42)), "Officer")  # 4.8 miles away
    page = client.get("/jobs/?near=06880&within=50")
    assert "Circle: 5 miles around Westport, CT 06880 (+)." in text_of(page)
    locator = maps.LocatorMap(WESTPORT, 50, [(Point(41.1, -73.42), [1], "Norwalk Police")])
    x, y = locator.pixels(Point(41.1, -73.42))
    assert hypot(x - locator.middle, y - locator.middle) == pytest.approx(4.8 / 5 * locator.ring, abs=4)


@pytest.mark.parametrize(("within", "ring"), [(10, 10), (25, 25), (250, 25)])
def test_the_ring_is_never_larger_than_the_search(within, ring):
    at = Point(41.3, -73.2) if within > 10 else Point(41.2, -73.2)  # 13 and 8.7 miles away
    assert maps.LocatorMap(WESTPORT, within, [(at, [1], "North")]).miles == ring


def test_pins_leave_the_cross_free():
    locator = maps.LocatorMap(WESTPORT, 25, [(WESTPORT, [1], "Westport Police")])
    [pin] = locator.pins
    assert max(abs(pin.x - locator.middle), abs(pin.y - locator.middle)) >= (maps.CROSS + maps.PIN_HEIGHT) / 2
    assert pin.is_moved


def test_pins_are_in_their_direction_and_inside_the_ring(around_westport):
    found = list(around_westport.values())
    locator = maps.locator_map(make_place(), 25, found)
    north, east, _, west = locator.pins
    middle = locator.middle
    assert north.y < middle - 50 and abs(north.x - middle) < 10
    assert east.x > middle + 50 and west.x < middle - 50
    for pin, department in ((north, found[0]), (east, found[1]), (west, found[3])):
        miles = miles_between(WESTPORT, department.point)
        assert hypot(pin.x - middle, pin.y - middle) == pytest.approx(miles / 25 * locator.ring, abs=3)


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
    assert pins(page) == ["1"]


def test_a_map_from_coast_to_coast_shows_states(client, places):
    make_job(make_department("Seattle Police", state="WA", at=(47.6, -122.3)))
    locator = maps.locator_map(make_place(), None, [make_department("Seattle", state="WA", at=(47.6, -122.3))])
    assert locator.land.borders == ""
    assert pins(client.get("/jobs/?near=06880&within=any")) == ["1"]


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


# The map of a state


def test_the_map_of_a_state_has_its_counties_as_links_shaded_by_their_number():
    drawn = maps.county_map("CT", {"fairfield": 24, "hartford": 25, "litchfield": 1})
    counties = {county.title: county for county in drawn.counties}
    assert len(counties) == 8
    assert counties["Fairfield County: 24 departments"].url == "/departments/ct/county/fairfield/"
    assert counties["Hartford County: 25 departments"].shade == "shade4"
    assert counties["Litchfield County: 1 department"].shade == "shade1"
    assert counties["Windham County: no departments"][1:3] == ("", "shade0")


def test_counties_without_departments_are_gray_and_no_links():
    drawn = render_to_string("departments/_county_map.html", {"county_map": maps.county_map("CT", {"fairfield": 2})})
    assert drawn.count("<a ") == drawn.count('tabindex="-1"') == 1
    assert drawn.count("shade0") == drawn.count("no departments") == 7
    assert 'aria-hidden="true"' in drawn and "Gray ones have none." in drawn


def test_gray_is_explained_only_where_it_is():
    everywhere = maps.county_map("DE", {"kent": 1, "new-castle": 2, "sussex": 3})
    drawn = render_to_string("departments/_county_map.html", {"county_map": everywhere})
    assert "Bluer counties have more departments." in drawn and "Gray" not in drawn


def test_counties_lie_as_on_the_earth_and_fill_the_map():
    drawn = maps.county_map("WA", {})
    boxes = {county.title.split(" County")[0]: box(county.path) for county in drawn.counties}
    assert boxes["Clallam"][0] < boxes["King"][0] < boxes["Spokane"][0], "west to east"
    assert boxes["Whatcom"][1] < boxes["King"][1] < boxes["Clark"][1], "north to south"
    # In the east the border with Oregon and the one with Canada are straight: north is up.
    assert abs(boxes["Pend Oreille"][1] - boxes["Whatcom"][1]) < 12
    lefts, tops, rights, bottoms = zip(*boxes.values(), strict=True)
    left, top, right, bottom = min(lefts), min(tops), max(rights), max(bottoms)
    assert (left, top) == (0, 0)
    assert max(right, bottom) == maps.STATE_SIDE
    assert abs(right - drawn.width) <= 1 and abs(bottom - drawn.height) <= 1


def box(path):
    """Return the ``(left, top, right, bottom)`` of path data."""
    xs, ys = zip(*(corner for ring in corners(path) for corner in ring), strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def test_counties_with_room_have_their_names():
    labels = {name: (x, y) for name, x, y in maps.county_map("CT", {}).labels}
    assert set(labels) == {
        "Fairfield",
        "Hartford",
        "Litchfield",
        "Middlesex",
        "New Haven",
        "New London",
        "Tolland",
        "Windham",
    }
    assert labels["Litchfield"][1] < labels["Fairfield"][1] and labels["Litchfield"][0] < labels["Windham"][0]
    assert "Storey" not in {name for name, *_ in maps.county_map("NV", {}).labels}, "it is too small"
    assert maps.county_map("TX", {}).labels == [], "only two of 254 have room"


@pytest.mark.parametrize(
    ("at", "width"),
    [((50, 50), 100), ((20, 50), 40), ((50, 2), 0), ((150, 50), 0)],
    ids=["middle", "side", "top", "out"],
)
def test_a_label_has_the_room_inside_its_county(at, width):
    assert maps.room([(0, 0), (100, 0), (100, 100), (0, 100)], *at) == width


def test_a_county_under_two_spellings_links_to_the_one_with_more_departments():
    drawn = maps.county_map("AK", {"anchorage": 1, "anchorage-municipality": 3})
    [anchorage] = [county for county in drawn.counties if county.url]
    assert (anchorage.title, anchorage.url) == (
        "Anchorage: 3 departments",
        "/departments/ak/county/anchorage-municipality/",
    )


@pytest.mark.parametrize("code", ["PR", "GU", "VI", "AS", "MP", "DC"])
def test_the_territories_and_the_capital_have_no_map_of_counties(code):
    assert maps.county_map(code, {"": 3, "san-juan": 2}) is None


def test_the_map_of_texas_is_at_most_12_kilobytes():
    """Texas has the most counties: 254."""
    numbers = {slug_of(shape.name, ""): 2 for shape in plane.county_shapes()["TX"].values()}
    drawn = maps.county_map("TX", numbers)
    assert len(drawn.counties) == 254 and all(county.url for county in drawn.counties)
    assert compressed_size("departments/_county_map.html", county_map=drawn) <= 12 * 1024
