"""With nothing but a keyboard: every way can be gone, the focus can be seen, and it goes where the eye goes."""

import re
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import expect

from .. import factories
from .conftest import go
from .scenes import GROUPS

MOST_STOPS = 120

# Opens all that can be opened; what can have the focus, in the document's order.
PREPARE = """() => {
    document.querySelectorAll("details").forEach(details => { details.open = true });
    window.stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
        .filter(e => e.tabIndex >= 0)
        .filter(e => e.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true}));
    window.way = [];
    addEventListener("focusin", ({target}) => way.push({
        index: stops.indexOf(target),
        words: (target.innerText || target.name || "").trim(),
        top: target.getBoundingClientRect().top + scrollY,
        left: target.getBoundingClientRect().left,
    }));
    return stops.length;
}"""

# How each of them looks with the focus. It is shown because the keyboard gave it to the one before.
LOOKS = """() => stops.map(e => {
    const before = getComputedStyle(e).outlineStyle;
    e.focus();
    const style = getComputedStyle(e);
    let behind = e.parentElement;
    while (behind.parentElement && getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)")
        behind = behind.parentElement;
    const look = {
        words: (e.innerText || e.name || "").trim(),
        before, outline: style.outlineStyle, width: parseFloat(style.outlineWidth),
        colour: style.outlineColor, background: getComputedStyle(behind).backgroundColor,
    };
    return look;
})"""


def tab_to(page, target):
    """Press Tab until the target has the focus."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab never comes to {target}")


def contrast(one, other):
    """The contrast ratio of two CSS colours, by WCAG's formula."""

    def luminance(colour):
        channels = [int(channel) / 255 for channel in re.findall(r"\d+", colour)[:3]]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_way_from_the_start_page_to_an_opening_needs_no_mouse(visit, neighbourhood):
    page = visit("/")
    tab_to(page, page.get_by_label("ZIP, city or department"))
    page.keyboard.type("06880")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="within 25 miles of Westport, CT 06880")).to_be_visible()

    tab_to(page, page.get_by_role("link", name="Westport Police Department"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Westport Police Department")

    tab_to(page, page.get_by_role("link", name="Search Nearby Jobs"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="jobs within 25 miles of Westport, CT 06880")).to_be_visible()

    tab_to(page, page.get_by_role("link", name="Police Officer"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Police Officer")
    expect(page.get_by_role("heading", name="How to apply")).to_be_visible()


def test_a_search_is_refined_and_a_place_chosen_without_a_mouse(visit, neighbourhood):
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


def test_the_first_press_offers_to_skip_to_the_content(visit, neighbourhood):
    page = visit("/departments/")
    skip = page.get_by_role("link", name="Skip to the content")
    assert skip.bounding_box()["width"] <= 1, "it stays out of sight until it has the focus"

    page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    assert skip.bounding_box()["width"] > 100
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("ZIP, city or department")).to_be_focused()


@pytest.mark.parametrize("group", GROUPS)
def test_the_focus_can_be_seen_wherever_it_is(visit, session, scenes, group):
    visitor = visit()
    staff = visit(storage_state=session(factories.make_charlie()))
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
                if not appears or contrast(look["colour"], look["background"]) < 3:
                    found.append(f"{scene}, {scheme}: {look}")
    assert not found, "\n".join(found)


def view_of(path):
    """The name of the view that answers, None where there is none."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return None


@pytest.mark.parametrize("group", GROUPS)
def test_the_focus_goes_from_top_to_bottom_and_leaves_nothing_out(visit, scenes, group):
    page = visit(width=390)
    walked = set()
    for scene in scenes(group):
        if scene.press or scene.staff:
            continue
        scene.enter(page)
        number = page.evaluate(PREPARE)
        # Nothing takes a place of its own in the order, which then is the document's: Tab goes through one page of each
        # view, and scripts through the others.
        assert page.locator("[tabindex]:not([tabindex='0'], [tabindex='-1'])").count() == 0, scene
        view = view_of(scene.path)
        if view in walked:
            page.evaluate("stops.forEach(stop => stop.focus())")
        else:
            walked.add(view)
            for _ in range(number):
                page.keyboard.press("Tab")
        way = page.evaluate("way")
        assert [stop["index"] for stop in way] == list(range(number)), scene
        # Links of one line may differ by a hair, and a list of two columns goes on at the top of the second.
        upwards = [
            (one["words"], other["words"])
            for one, other in pairwise(way)
            if other["top"] < one["top"] - 8 and other["left"] < one["left"] + 100
        ]
        assert upwards == [], scene
