"""Suggestions under the search boxes: by keyboard, mouse and touch, and for screen readers."""

import pytest
from playwright.sync_api import expect

from departments.models import Place

from .. import factories
from .test_axe import findings

BOX = "ZIP, city or department"
LATE = {"departments": [{"name": "Late", "town": "Late", "url": "/"}], "places": []}


@pytest.fixture(autouse=True)
def no_towns(neighborhood):
    """Delete the towns, so that only departments are suggested."""
    Place.objects.filter(zip="").delete()


@pytest.fixture(params=["/", "/departments/"])
def page(request, visit, neighborhood):
    """Each page that has the box."""
    return visit(request.param)


def options(page):
    return page.get_by_role("listbox", name="Suggestions").get_by_role("option")


def type_into(page, text):
    """Type the text key by key and return the box."""
    box = page.get_by_role("combobox", name=BOX)
    box.press_sequentially(text)
    return box


def active(box):
    """Return the text of the active option, which the box names in ``aria-activedescendant``."""
    return box.evaluate("e => document.getElementById(e.getAttribute('aria-activedescendant'))?.innerText || ''")


def test_typing_suggests_departments_and_enter_opens_the_chosen_one(page):
    box = type_into(page, "nor")
    expect(options(page)).to_have_text(["Norwalk Police Department Norwalk, CT"])
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status").filter(has_text="Suggestions: 1")).to_have_count(1)
    assert active(box) == ""
    box.press("ArrowDown")
    assert "Norwalk Police Department" in active(box)
    expect(options(page)).to_have_attribute("aria-selected", "true")
    expect(box).to_be_focused()
    expect(box).to_have_value("nor")
    box.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Norwalk Police Department")


def test_the_arrow_keys_wrap_around_through_the_box(visit, neighborhood):
    page = visit("/departments/")
    for name in ("Stamford Police", "Stamford Harbor Police"):
        factories.make_department(name, city="Stamford")
    box = type_into(page, "stam")
    expect(options(page)).to_have_count(2)
    box.press("ArrowUp")
    assert "Stamford Police" in active(box)
    box.press("ArrowUp")
    assert "Harbor" in active(box)
    box.press("ArrowUp")
    assert active(box) == ""
    box.press("ArrowDown")
    assert "Harbor" in active(box)
    box.press("Home")
    assert active(box) == ""
    assert box.evaluate("e => e.selectionStart") == 0, "Home moves the cursor to the start of the text"


def test_enter_searches_when_nothing_is_chosen(page):
    box = type_into(page, "nor")
    expect(options(page)).to_have_count(1)
    box.press("Enter")
    page.wait_for_url("**/departments/?**")
    expect(page.locator(".card")).to_have_count(1)
    expect(page.get_by_label(BOX)).to_have_value("nor")


def test_escape_closes_the_list_and_keeps_the_text(page):
    box = type_into(page, "nor")
    expect(options(page)).to_have_count(1)
    box.press("Escape")
    expect(options(page)).to_be_hidden()
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("nor")
    box.press("ArrowDown")
    expect(options(page)).to_be_visible()
    box.press("Tab")
    expect(options(page)).to_be_hidden()


def test_a_click_opens_the_department(page):
    type_into(page, "nor")
    options(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Norwalk Police Department")


def test_a_tap_opens_the_department(visit, neighborhood):
    page = visit("/", width=390, has_touch=True, is_mobile=True)
    type_into(page, "nor")
    options(page).tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Norwalk Police Department")


def test_the_list_fits_the_screen_and_moves_no_other_element(visit, neighborhood):
    page = visit("/", width=390)
    button = page.get_by_role("button", name="Find departments")
    before = button.bounding_box()
    box = type_into(page, "nor")
    expect(options(page)).to_be_visible()
    assert button.bounding_box() == before
    field, option = box.bounding_box(), options(page).bounding_box()
    assert option["y"] >= field["y"] + field["height"]
    assert field["x"] <= option["x"] and option["x"] + option["width"] <= field["x"] + field["width"]
    assert option["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_axe_finds_nothing_while_the_list_is_open(page):
    box = type_into(page, "nor")
    expect(options(page)).to_have_count(1)
    box.press("ArrowDown")
    # axe cannot measure the colors of elements that the list covers.
    assert [finding for finding in findings(page) if "overlapped by another element" not in finding] == []


def test_a_late_response_to_an_earlier_text_is_ignored(visit, neighborhood):
    """The first response is delayed until the second has arrived."""
    page = visit("/departments/")
    delayed = []
    page.route("**/suggest/?q=me", lambda route: delayed.append(route))
    with page.expect_request("**/suggest/?q=me"):
        type_into(page, "me")
    with page.expect_response("**/suggest/?q=nor"):
        page.get_by_role("combobox", name=BOX).fill("nor")
    expect(options(page)).to_have_text(["Norwalk Police Department Norwalk, CT"])
    for route in delayed:
        route.fulfill(json=LATE)
    expect(options(page)).to_have_text(["Norwalk Police Department Norwalk, CT"])


def test_one_letter_sends_no_request(visit, neighborhood):
    page = visit("/departments/")
    urls = []
    page.on("request", lambda request: urls.append(request.url))
    box = type_into(page, "n")
    box.press("Backspace")
    box.press_sequentially("no")
    expect(options(page)).to_have_count(1)
    assert [url.partition("?")[2] for url in urls if "suggest" in url] == ["q=no"]


@pytest.mark.parametrize("path", ["/", "/departments/"])
def test_without_javascript_the_box_is_a_plain_input(visit, neighborhood, path):
    page = visit(path, java_script_enabled=False)
    expect(page.get_by_label(BOX)).to_be_editable()
    expect(page.get_by_role("combobox", name=BOX)).to_have_count(0)
    expect(page.get_by_role("listbox")).to_have_count(0)


def test_a_town_can_be_chosen(visit, neighborhood):
    factories.make_place()
    page = visit("/departments/")
    box = type_into(page, "westp")
    expect(options(page).filter(has_text="Departments near this town")).to_have_count(1)
    box.press("ArrowUp")
    assert "Departments near this town" in active(box)
    box.press("Enter")
    expect(page.get_by_label(BOX)).to_have_value("Westport, Fairfield County, CT")


def test_escape_before_the_answer_stops_it(visit, neighborhood):
    page = visit("/departments/")
    waiting = []
    page.route("**/suggest/**", lambda route: waiting.append(route))
    with page.expect_request("**/suggest/**"):
        box = type_into(page, "nor")
    box.press("Escape")
    for route in waiting:
        route.fulfill(json=LATE)
    page.evaluate("() => fetch('/robots.txt').then(() => new Promise(requestAnimationFrame))")
    expect(options(page)).to_have_count(0)


def test_a_failed_request_leaves_no_old_suggestions(visit, neighborhood):
    page = visit("/departments/")
    box = type_into(page, "nor")
    expect(options(page)).to_have_count(1)
    page.route("**/suggest/**", lambda route: route.abort())
    box.press_sequentially("w")
    expect(options(page)).to_have_count(0)
