"""The site works with only a keyboard: the focus is always visible and moves in reading order."""

import re
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import expect

from .. import factories
from .conftest import go
from .scenes import GROUPS

MAX_STOPS = 120

# Opens all <details>, lists the focusable elements in document order, and records where the focus goes. Tab reaches
# only the checked one of several radio buttons.
PREPARE = """() => {
    document.querySelectorAll("details").forEach(details => { details.open = true });
    window.stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
        .filter(e => e.tabIndex >= 0 && (e.type !== "radio" || e.checked))
        .filter(e => e.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true}));
    window.path = [];
    addEventListener("focusin", ({target}) => {
        // The pins of a map are in the order of the list, wherever they are on the map.
        const box = (target.closest("svg") || target).getBoundingClientRect();
        path.push({
            index: stops.indexOf(target),
            text: (target.innerText || target.name || "").trim(),
            top: box.top + scrollY,
            left: box.left,
        });
    });
    return stops.length;
}"""

# Focuses each element and returns its outline. Browsers show the outline because the keyboard moved the focus first.
LOOKS = """() => stops.map(e => {
    const before = getComputedStyle(e).outlineStyle;
    e.focus();
    const style = getComputedStyle(e);
    let behind = e.parentElement;
    while (behind.parentElement && getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)")
        behind = behind.parentElement;
    return {
        text: (e.innerText || e.name || "").trim(),
        before, outline: style.outlineStyle, width: parseFloat(style.outlineWidth),
        color: style.outlineColor, background: getComputedStyle(behind).backgroundColor,
    };
})"""


def tab_to(page, target):
    """Press Tab until the target has the focus."""
    for _ in range(MAX_STOPS):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab never reaches {target}")


def contrast(first, second):
    """Return the contrast ratio of two CSS colors, by WCAG's formula."""

    def luminance(color):
        channels = [int(channel) / 255 for channel in re.findall(r"\d+", color)[:3]]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def test_a_job_is_found_from_the_home_page_without_a_mouse(visit, neighborhood):
    page = visit("/")
    tab_to(page, page.get_by_label("ZIP, city or department"))
    page.keyboard.type("06880")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="within 25 miles of Westport, CT 06880")).to_be_visible()

    tab_to(page, page.get_by_role("link", name="Westport Police Department", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Westport Police Department")

    tab_to(page, page.get_by_role("link", name="Search Nearby Jobs"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="jobs within 25 miles of Westport, CT 06880")).to_be_visible()

    tab_to(page, page.get_by_role("link", name="Police Officer"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Police Officer")
    expect(page.get_by_role("heading", name="How to apply")).to_be_visible()


def test_the_search_for_jobs_is_chosen_on_the_home_page_without_a_mouse(visit, neighborhood):
    page = visit("/")
    tab_to(page, page.get_by_role("radio", name="Departments"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Jobs")).to_be_focused()
    tab_to(page, page.get_by_label("ZIP, city or job title"))
    page.keyboard.type("06880")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="3 jobs within 25 miles of Westport, CT 06880")).to_be_visible()


def test_a_search_is_refined_and_a_place_is_chosen_without_a_mouse(visit, neighborhood):
    page = visit("/jobs/?near=06880")
    tab_to(page, page.get_by_label("Within"))
    page.keyboard.type("50")
    tab_to(page, page.get_by_text("More filters"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Job type"))
    page.keyboard.type("Entry")
    tab_to(page, page.get_by_role("button", name="Search", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="5 jobs within 50 miles of Westport, CT 06880")).to_be_visible()

    go(page, "/jobs/?near=Springfield")
    tab_to(page, page.get_by_role("link", name="Springfield, Greene County, MO"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="within 25 miles of Springfield, MO")).to_be_visible()


def test_the_first_tab_shows_the_skip_link(visit, neighborhood):
    page = visit("/departments/")
    skip = page.get_by_role("link", name="Skip to the content")
    assert skip.bounding_box()["width"] <= 1, "it is hidden until it has the focus"

    page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    assert skip.bounding_box()["width"] > 100
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("ZIP, city or department")).to_be_focused()


@pytest.mark.parametrize("group", GROUPS)
def test_the_focus_is_visible_on_every_element(visit, session, scenes, group):
    visitor = visit()
    staff = visit(storage_state=session(factories.make_alice()))
    found = []
    for scene in scenes(group):
        if scene.press:
            continue  # PREPARE opens everything
        page = staff if scene.staff else visitor
        scene.enter(page)
        page.evaluate(PREPARE)
        page.keyboard.press("Tab")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.evaluate("stops.at(-1).focus()")
            for look in page.evaluate(LOOKS):
                appears = look["before"] == "none" and look["outline"] == "solid" and look["width"] >= 2
                if not appears or contrast(look["color"], look["background"]) < 3:
                    found.append(f"{scene}, {scheme}: {look}")
    assert not found, "\n".join(found)


def view_of(path):
    """Return the name of the view for this path, or None if there is none."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return None


@pytest.mark.parametrize("group", GROUPS)
def test_tab_reaches_every_element_from_top_to_bottom(visit, scenes, group):
    page = visit(width=390)
    walked = set()
    for scene in scenes(group):
        if scene.press or scene.staff:
            continue
        scene.enter(page)
        number = page.evaluate(PREPARE)
        # Without positive tabindexes, the order is that of the document. So it is enough to press Tab on one page of
        # each view, and to focus the elements by script on its other pages.
        assert page.locator("[tabindex]:not([tabindex='0'], [tabindex='-1'])").count() == 0, scene
        view = view_of(scene.path)
        if view in walked:
            page.evaluate("stops.forEach(stop => stop.focus())")
        else:
            walked.add(view)
            # A date has a stop for its month, day, year and calendar each.
            dates = page.locator("[type=date]").count()
            for _ in range(number + 3 * dates):
                page.keyboard.press("Tab")
        path = page.evaluate("path")
        assert [stop["index"] for stop in path] == list(range(number)), scene
        # Links on one line can differ by a few pixels, and a list in two columns continues at the top of the second.
        upwards = [
            (before["text"], after["text"])
            for before, after in pairwise(path)
            if after["top"] < before["top"] - 8 and after["left"] < before["left"] + 100
        ]
        assert upwards == [], scene
