"""The maps as people see them: their colours, and that the mouse may use what the list offers to all."""

import pytest
from playwright.sync_api import expect

from .test_keyboard import contrast

# How the parts of a map are drawn: what must stand out, and from what.
COLOURS = """([selector, name]) => [...document.querySelectorAll(selector)].map(e => getComputedStyle(e)[name])"""


def least_contrast(page, front, behind):
    """The least contrast between the colours of these ``(selector, property)``."""
    fronts, behinds = (set(page.evaluate(COLOURS, part)) for part in (front, behind))
    assert fronts and behinds
    return min(contrast(one, other) for one in fronts for other in behinds)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_map_of_the_country_can_be_read(visit, neighbourhood, scheme):
    page = visit("/departments/", color_scheme=scheme)
    assert least_contrast(page, (".country text", "fill"), (".country path", "fill")) >= 4.5
    assert least_contrast(page, (".country path", "stroke"), ("body", "backgroundColor")) >= 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_locator_map_can_be_read(visit, neighbourhood, scheme):
    page = visit("/jobs/?near=06880", color_scheme=scheme)
    numbers, dots = (".locator text", "fill"), (".locator rect", "fill")
    assert least_contrast(page, numbers, dots) >= 4.5
    for ground in ((".locator .land", "fill"), (".locator svg", "backgroundColor")):
        for part in (dots, (".locator .ring", "stroke"), (".locator .here", "stroke")):
            assert least_contrast(page, part, ground) >= 3


def test_a_state_on_the_map_leads_to_its_page(visit, neighbourhood):
    page = visit("/departments/")
    # The middle of Connecticut's shape is too close to its neighbours to be hit for sure; New York is not.
    page.locator('.country a[href="/departments/ny/"]').click(position={"x": 60, "y": 40})
    expect(page.get_by_role("heading", level=1)).to_have_text("New York")


def test_the_numbers_in_the_list_can_be_seen(visit, neighbourhood):
    page = visit("/jobs/?near=06880")
    first = page.get_by_role("listitem").filter(has=page.get_by_role("heading", level=3)).first
    assert first.evaluate("e => getComputedStyle(e).listStyleType") == "decimal"
    assert first.evaluate("e => getComputedStyle(e).display") == "list-item"


@pytest.mark.parametrize("width", [390, 1280])
def test_the_locator_map_lies_beside_the_list_or_above_it(visit, neighbourhood, width):
    page = visit("/jobs/?near=06880", width=width)
    drawing, results = (page.locator(part).bounding_box() for part in (".locator svg", "ol.numbered"))
    assert drawing["width"] >= 300
    if width == 390:
        assert drawing["y"] + drawing["height"] <= results["y"]
    else:
        assert results["x"] + results["width"] <= drawing["x"]
        assert abs(drawing["y"] - results["y"]) < 40
