"""A department's page in a browser: what opens, what rings, what prints."""

import pytest
from playwright.sync_api import expect

from .. import factories

WESTPORT = "/departments/ct/westport-police-department/"
TEN = [
    "Bike Patrol",
    "Computer Forensics Laboratory",
    "Crisis Negotiations",
    "Drone",
    "EMT Basic",
    "K-9 Unit",
    "Motorcycle",
    "School Resource Officer",
    "SCUBA/Dive Rescue",
    "SWAT/Tactical",
]

# The elements that hold words of their own and that a person or a printer would see, with their colours.
COLOURS_OF_WORDS = """() => {
    const inked = element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    const seen = element => element.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true});
    return [...document.body.querySelectorAll("*")].filter(element => inked(element) && seen(element)).map(element => {
        const backgrounds = [];
        for (let e = element; e; e = e.parentElement) backgrounds.push(getComputedStyle(e).backgroundColor);
        const solid = backgrounds.find(colour => !colour.startsWith("rgba(") || !colour.endsWith(" 0)"));
        return [element.textContent.trim().slice(0, 40), getComputedStyle(element).color, solid || "none"];
    });
}"""
SEEN = "element => element.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true})"


def specializations(page):
    return [text for text in page.locator("dl").first.get_by_role("listitem").all_inner_texts() if text]


@pytest.fixture
def twelve(westport):
    """Westport with two specializations more than the ten that its page shows at first."""
    factories.list_specializations(westport, "Marine Unit", "Mounted Patrol")
    westport.listed_specializations.filter(specialization__name__startswith="M", order__lt=2).update(order=20)
    return westport


def test_and_more_opens_and_closes_with_the_mouse(visit, twelve):
    page = visit(WESTPORT)
    rest = page.get_by_role("link", name="Marine Unit")
    expect(rest).to_be_hidden()
    assert specializations(page) == TEN

    page.get_by_text("And more...").click()
    expect(rest).to_be_visible()
    expect(page.get_by_text("Ask the department at 203-341-6000.")).to_be_visible()
    assert specializations(page) == [*TEN, "Marine Unit", "Mounted Patrol"]

    page.get_by_text("And more...").click()
    expect(rest).to_be_hidden()


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_and_more_opens_and_closes_with_the_keyboard(visit, twelve, key):
    page = visit(WESTPORT)
    rest = page.get_by_role("link", name="Marine Unit")
    page.get_by_role("link", name="SWAT/Tactical").focus()

    page.keyboard.press("Tab")
    page.keyboard.press(key)
    expect(rest).to_be_visible()
    page.keyboard.press("Tab")
    expect(rest).to_be_focused()

    page.keyboard.press("Shift+Tab")
    page.keyboard.press(key)
    expect(rest).to_be_hidden()


def test_where_the_rest_is_not_known_it_says_whom_to_ask_and_invents_nothing(visit, westport):
    page = visit(WESTPORT)
    page.get_by_text("And more...").click()
    expect(page.get_by_text("This list is not complete.")).to_be_visible()
    assert specializations(page) == TEN


def test_a_specialization_leads_to_the_departments_that_have_it(visit, westport):
    page = visit(WESTPORT)
    page.get_by_role("link", name="EMT Basic").click()
    expect(page.get_by_role("heading", name="One department")).to_be_visible()
    expect(page.get_by_role("link", name="Westport Police Department")).to_be_visible()
    expect(page.get_by_label("Specialization")).to_have_value("emt-basic")


def test_the_telephone_numbers_can_be_rung(visit, westport):
    page = visit(WESTPORT)
    expect(page.get_by_role("link", name="203-341-6000").first).to_have_attribute("href", "tel:+1-203-341-6000")
    emergency = page.locator("dl").get_by_role("link", name="911")
    expect(emergency).to_have_attribute("href", "tel:911")
    number = page.get_by_role("link", name="203-341-6000").first.bounding_box()
    assert abs(emergency.bounding_box()["y"] - number["y"]) < number["height"], "911 stands beside the number"


def test_the_logo_is_drawn_and_described(visit, westport):
    logo = visit(WESTPORT).get_by_role("img", name="Logo for: Westport Police Department")
    expect(logo).to_be_visible()
    assert logo.evaluate("image => image.complete && image.naturalWidth > 0")


def test_the_printed_page_has_the_facts_and_neither_navigation_nor_forms(visit, twelve, neighbourhood):
    page = visit(WESTPORT)
    page.emulate_media(media="print")

    for words in ("Foti Koskinas", "50 Jesup Road", "203-341-6000", "There are currently no open jobs", "Traffic Unit"):
        expect(page.get_by_text(words).first).to_be_visible()
    for selector in ("nav", "form", "button", "header.top", "footer"):
        for element in page.locator(selector).all():
            expect(element).to_be_hidden()
    for words in ("Search Nearby Jobs", "Directions", "Skip to the content"):
        expect(page.get_by_text(words)).to_be_hidden()


def test_the_printed_page_has_what_and_more_holds_though_nobody_opened_it(visit, twelve):
    page = visit(WESTPORT)
    page.emulate_media(media="print")
    assert page.get_by_role("link", name="Mounted Patrol").evaluate(SEEN)
    assert page.get_by_text("This list is not complete.").evaluate(SEEN)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_printed_page_is_black_on_white(visit, neighbourhood, scheme):
    page = visit(WESTPORT, color_scheme=scheme)
    page.emulate_media(media="print")
    words = page.evaluate(COLOURS_OF_WORDS)
    assert len(words) > 40
    assert [word for word in words if word[1:] != ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]] == []


def test_the_printed_page_breaks_no_opening_in_two(visit, neighbourhood):
    page = visit(WESTPORT)
    page.emulate_media(media="print")
    for card in page.locator(".card").all():
        expect(card).to_have_css("break-inside", "avoid")


def test_the_printed_page_keeps_labels_and_small_words_smaller_than_the_text(visit, neighbourhood):
    page = visit(WESTPORT)
    page.emulate_media(media="print")
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    text = page.get_by_text("Foti Koskinas").evaluate(size)
    assert page.get_by_text("Chief:").evaluate(size) < text
    assert page.locator(".card .small").first.evaluate(size) < text
