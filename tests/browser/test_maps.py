"""Maps: their contrast, their links for the mouse, and their position beside the list."""

import pytest
from playwright.sync_api import expect

from .. import factories
from .test_keyboard import contrast

# The values of a CSS property of all elements that match a selector.
COLORS = """([selector, name]) => [...document.querySelectorAll(selector)].map(e => getComputedStyle(e)[name])"""


def lowest_contrast(page, front, behind):
    """Return the lowest contrast between the colors of two parts, each ``(selector, property)``."""
    fronts, behinds = (set(page.evaluate(COLORS, part)) for part in (front, behind))
    assert fronts and behinds
    return min(contrast(front, behind) for front in fronts for behind in behinds)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_map_of_states_has_enough_contrast(visit, neighborhood, scheme):
    page = visit("/departments/", color_scheme=scheme)
    assert lowest_contrast(page, (".country text", "fill"), (".country path", "fill")) >= 4.5
    assert lowest_contrast(page, (".country path", "stroke"), ("body", "backgroundColor")) >= 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_locator_map_has_enough_contrast(visit, neighborhood, scheme):
    page = visit("/jobs/?near=06880", color_scheme=scheme)
    numbers, dots = (".locator text", "fill"), (".locator rect", "fill")
    assert lowest_contrast(page, numbers, dots) >= 4.5
    for background in ((".locator .land", "fill"), (".locator svg", "backgroundColor")):
        for part in (dots, (".locator .ring", "stroke"), (".locator .here", "stroke")):
            assert lowest_contrast(page, part, background) >= 3


def test_clicking_a_state_on_the_map_opens_its_page(visit, neighborhood):
    page = visit("/departments/")
    # Connecticut is too small to click reliably.
    page.locator('.country a[href="/departments/ny/"]').click(position={"x": 60, "y": 40})
    expect(page.get_by_role("heading", level=1)).to_have_text("New York")


def test_the_list_is_numbered(visit, neighborhood):
    page = visit("/jobs/?near=06880")
    first = page.get_by_role("listitem").filter(has=page.get_by_role("heading", level=3)).first
    assert first.evaluate("e => getComputedStyle(e).listStyleType") == "decimal"
    assert first.evaluate("e => getComputedStyle(e).display") == "list-item"


@pytest.mark.parametrize("width", [390, 1280])
def test_the_locator_map_is_beside_the_list_or_above_it(visit, neighborhood, width):
    page = visit("/jobs/?near=06880", width=width)
    if width == 390:
        page.get_by_text("Show", exact=True).click()
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
