"""Maps: their contrast, their links for the mouse, and their position beside the list."""

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import expect

from departments.geo import maps

from .. import factories
from .test_keyboard import contrast, tab_to

# The values of a CSS property of all elements that match a selector.
COLORS = """([selector, name]) => [...document.querySelectorAll(selector)].map(e => getComputedStyle(e)[name])"""


def lowest_contrast(page, front, behind):
    """Return the lowest contrast between the colors of two parts, each ``(selector, property)``."""
    fronts, behinds = (set(page.evaluate(COLORS, part)) for part in (front, behind))
    assert fronts and behinds
    return min(contrast(front, behind) for front in fronts for behind in behinds)


@pytest.fixture
def show(visit):
    """``show(template, context, scheme)``: a page of the site with only this part in its middle."""

    def place(template, context, scheme="light"):
        page = visit("/privacy/", color_scheme=scheme)
        part = render_to_string(template, context)
        page.evaluate("part => { document.querySelector('main').innerHTML = part }", part)
        return page

    return place


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_map_of_states_has_enough_contrast(visit, neighborhood, scheme):
    page = visit("/departments/", color_scheme=scheme)
    assert lowest_contrast(page, (".country text", "fill"), (".country path", "fill")) >= 4.5
    assert lowest_contrast(page, (".country path", "stroke"), ("body", "backgroundColor")) >= 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_locator_map_has_enough_contrast(visit, neighborhood, scheme):
    page = visit("/jobs/?near=06880&within=10", color_scheme=scheme)
    numbers, pins = (".locator text", "fill"), (".locator rect", "fill")
    assert lowest_contrast(page, numbers, pins) >= 4.5
    for background in ((".locator .land", "fill"), (".locator svg", "backgroundColor")):
        for part in (pins, (".locator .ring", "stroke"), (".locator .here", "stroke")):
            assert lowest_contrast(page, part, background) >= 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_map_of_a_profile_has_enough_contrast(show, neighborhood, scheme):
    near = [factories.make_department(f"Campus {n}", at=neighborhood.point) for n in range(2)]
    drawn = maps.profile_map(neighborhood, near)
    page = show("departments/_profile_map.html", {"profile_map": drawn, "department": neighborhood}, scheme)
    for background in ((".locator .land", "fill"), (".locator svg", "backgroundColor")):
        for part in ((".dot", "fill"), (".star", "fill"), (".line", "stroke"), (".spot", "fill")):
            assert lowest_contrast(page, part, background) >= 3
    assert lowest_contrast(page, (".home", "stroke"), (".home", "fill")) >= 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_map_of_counties_has_enough_contrast(show, scheme):
    drawn = maps.county_map("CT", {"fairfield": 16, "hartford": 9, "new-haven": 4, "tolland": 1})
    page = show("departments/_county_map.html", {"county_map": drawn}, scheme)
    assert lowest_contrast(page, (".country path", "stroke"), ("body", "backgroundColor")) >= 3
    fills = page.evaluate(COLORS, (".country path", "fill"))
    assert len(set(fills)) == 5, "gray and four shades"
    gray = page.evaluate(COLORS, (".shade0", "fill"))[0]
    assert len(set(gray.removeprefix("rgb(").removesuffix(")").split(", "))) == 1


def test_the_map_of_a_tall_state_fits_the_screen(show):
    page = show("departments/_county_map.html", {"county_map": maps.county_map("DE", {})})
    assert page.locator(".counties svg").bounding_box()["height"] <= 600


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_each_pin_can_be_tapped_with_a_thumb(visit, places, width):
    """Also those of departments at one place: a circle of 24 pixels around each pin touches no other one."""
    for number in range(20):
        factories.make_department(f"Department {number:02}", at=(41.1434 + number // 5 / 50, -73.3496))
    page = visit("/departments/?near=06880", width=width)
    if width < 1280:
        page.get_by_text("Map", exact=True).click()
    boxes = [pin.bounding_box() for pin in page.locator(".locator rect").all()]
    assert len(boxes) == 20
    middles = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes]
    for i, (x, y) in enumerate(middles):
        assert all(max(abs(x - u), abs(y - v)) >= 24 for u, v in middles[:i])
    if width > 320:
        assert min(min(box["width"], box["height"]) for box in boxes) >= 24


def test_pins_lead_to_the_cards_by_mouse_and_by_keyboard(visit, neighborhood):
    page = visit("/departments/?near=06880")
    page.get_by_role("link", name="2: Norwalk Police Department").click()
    assert page.evaluate("location.hash") == "#r2"
    page = visit("/departments/?near=06880")
    tab_to(page, page.get_by_role("link", name="1: Westport Police Department"))
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#r1"


def test_the_keyboard_can_skip_the_map(visit, neighborhood):
    page = visit("/departments/?near=06880")
    skip = page.get_by_role("link", name="Skip the map")
    tab_to(page, skip)
    assert skip.bounding_box()["height"] >= 24
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#r1"


def test_clicking_a_state_on_the_map_opens_its_page(visit, neighborhood):
    page = visit("/departments/")
    # Connecticut is too small to click reliably.
    page.locator('.country a[href="/departments/ny/"]').click(position={"x": 60, "y": 40})
    expect(page.get_by_role("heading", level=1)).to_have_text("Police departments in New York")


def test_the_list_is_numbered(visit, neighborhood):
    page = visit("/jobs/?near=06880")
    first = page.get_by_role("listitem").filter(has=page.get_by_role("heading", level=3)).first
    assert first.evaluate("e => getComputedStyle(e).listStyleType") == "decimal"
    assert first.evaluate("e => getComputedStyle(e).display") == "list-item"


@pytest.mark.parametrize("width", [390, 1280])
def test_the_locator_map_is_beside_the_list_or_above_it(visit, neighborhood, width):
    page = visit("/jobs/?near=06880", width=width)
    if width == 390:
        page.get_by_text("Map", exact=True).click()
    map_box, list_box = (page.locator(part).bounding_box() for part in (".locator svg", "ol.numbered"))
    assert map_box["width"] >= 300
    if width == 390:
        assert map_box["y"] + map_box["height"] <= list_box["y"]
    else:
        assert list_box["x"] + list_box["width"] <= map_box["x"]
        assert abs(map_box["y"] - list_box["y"]) < 40


def test_the_list_follows_the_notice_about_samples_beside_the_map(visit, neighborhood):
    factories.make_job(neighborhood, is_sample=True, source="samples", external_id="1")
    page = visit("/jobs/?near=06880")
    notice_box, list_box = (page.locator(part).bounding_box() for part in (".mapped .notice", "ol.numbered"))
    assert 0 <= list_box["y"] - (notice_box["y"] + notice_box["height"]) < 40
