"""The page of a department: its specializations, phone numbers, logo and printout."""

import pytest
from django.utils import timezone
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

# The text, color and background of each visible element that contains text.
TEXT_COLORS = """() => {
    const hasText = element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    const visible = element => element.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true});
    const elements = [...document.body.querySelectorAll("*")].filter(e => hasText(e) && visible(e));
    return elements.map(element => {
        const backgrounds = [];
        for (let e = element; e; e = e.parentElement) backgrounds.push(getComputedStyle(e).backgroundColor);
        const solid = backgrounds.find(color => !color.startsWith("rgba(") || !color.endsWith(" 0)"));
        return [element.textContent.trim().slice(0, 40), getComputedStyle(element).color, solid || "none"];
    });
}"""
IS_VISIBLE = "element => element.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true})"


def specializations(page):
    return [text for text in page.locator(".facts .tags").get_by_role("listitem").all_inner_texts() if text]


@pytest.fixture
def twelve(westport):
    """Westport with twelve specializations: its page shows ten at first."""
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


def test_and_more_says_that_the_list_is_not_complete(visit, westport):
    page = visit(WESTPORT)
    page.get_by_text("And more...").click()
    expect(page.get_by_text("This list is not complete.")).to_be_visible()
    assert specializations(page) == TEN


def test_a_specialization_links_to_the_departments_that_have_it(visit, westport):
    page = visit(WESTPORT)
    page.get_by_role("link", name="EMT Basic").click()
    expect(page.get_by_role("heading", name="One department")).to_be_visible()
    expect(page.get_by_role("link", name="Westport Police Department", exact=True)).to_be_visible()
    expect(page.get_by_label("Specialization")).to_have_value("emt-basic")


def test_phone_numbers_are_links(visit, westport):
    page = visit(WESTPORT)
    expect(page.get_by_role("link", name="203-341-6000").first).to_have_attribute("href", "tel:+1-203-341-6000")
    emergency = page.locator("dl").get_by_role("link", name="911")
    expect(emergency).to_have_attribute("href", "tel:911")
    number = page.get_by_role("link", name="203-341-6000").first.bounding_box()
    assert abs(emergency.bounding_box()["y"] - number["y"]) < number["height"], "911 is beside the number"


def test_the_badge_is_shown_and_described(visit, westport):
    logo = visit(WESTPORT).get_by_role("img", name="Logo for: PoliceApp")
    expect(logo).to_be_visible()
    assert logo.evaluate("image => image.complete && image.naturalWidth > 0")


def test_the_printed_page_has_the_facts_without_navigation_and_forms(visit, twelve, neighborhood):
    page = visit(WESTPORT)
    page.emulate_media(media="print")

    for text in ("Foti Koskinas", "50 Jesup Road", "203-341-6000", "There are currently no open jobs", "Traffic Unit"):
        expect(page.get_by_text(text).first).to_be_visible()
    for selector in ("nav", "form", "button", "header.top", "footer"):
        for element in page.locator(selector).all():
            expect(element).to_be_hidden()
    for text in ("Search Nearby Jobs", "Directions", "Skip to the content"):
        expect(page.get_by_text(text)).to_be_hidden()


def test_the_printed_page_includes_the_closed_and_more(visit, twelve):
    page = visit(WESTPORT)
    page.emulate_media(media="print")
    assert page.get_by_role("link", name="Mounted Patrol").evaluate(IS_VISIBLE)
    assert page.get_by_text("This list is not complete.").evaluate(IS_VISIBLE)


def test_the_printed_page_has_the_urls_of_links_and_ends_with_its_own_and_the_day(visit, neighborhood):
    westport = neighborhood
    westport.website = "https://www.westportct.gov/police"
    westport.save()
    page = visit(WESTPORT)
    page.emulate_media(media="print")
    after = "element => getComputedStyle(element, '::after').content"
    website = page.get_by_role("link", name="westportct.gov")
    assert website.evaluate(after) == '" (https://www.westportct.gov/police)"'
    assert page.get_by_role("link", name="203-341-6000").first.evaluate(after) == "none"
    now = timezone.now()
    printed = f"PoliceApp, https://police.example.org{WESTPORT}, {now:%B} {now.day}, {now.year}"
    expect(page.locator("main")).to_have_attribute("data-printed", printed)
    assert page.locator("main").evaluate(after) == f'"{printed}"'
    page.emulate_media(media="screen")
    assert page.locator("main").evaluate(after) == website.evaluate(after) == "none"


def test_contact_and_map_stand_beside_the_facts_on_a_wide_screen_only(visit, westport):
    def corners(width):
        page = visit(WESTPORT, width=width)
        boxes = [
            page.get_by_text(text, exact=True).first.bounding_box()
            for text in ("Chief:", "Phone:", "Number of Officers:")
        ]
        return [box["x"] for box in boxes], [box["y"] for box in boxes]

    (chief, phone, officers), tops = corners(1280)
    assert chief == officers < phone and abs(tops[0] - tops[1]) < 150
    lefts, tops = corners(390)
    assert max(lefts) - min(lefts) < 30 and tops == sorted(tops)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_printed_page_is_black_on_white(visit, neighborhood, scheme):
    page = visit(WESTPORT, color_scheme=scheme)
    page.emulate_media(media="print")
    texts = page.evaluate(TEXT_COLORS)
    assert len(texts) > 40
    assert [text for text in texts if text[1:] != ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]] == []


def test_the_printed_page_of_a_job_is_black_on_white(visit, westport):
    job = factories.make_job(westport, apply_url="https://example.com/apply")
    page = visit(job.get_absolute_url())
    page.emulate_media(media="print")
    texts = {text: colors for text, *colors in page.evaluate(TEXT_COLORS)}
    assert texts["Apply on the department's website"] == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert all(colors == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"] for colors in texts.values())


def test_the_printed_page_can_split_the_long_list_of_specializations(visit, twelve):
    page = visit(WESTPORT)
    page.emulate_media(media="print")
    facts = page.locator(".facts > div")
    expect(facts.filter(has_text="Number of Officers:")).to_have_css("break-inside", "avoid")
    expect(facts.filter(has_text="Specializations:")).to_have_css("break-inside", "auto")


def test_the_printed_page_does_not_split_an_opening(visit, neighborhood):
    page = visit(WESTPORT)
    page.emulate_media(media="print")
    for card in page.locator(".card").all():
        expect(card).to_have_css("break-inside", "avoid")


def test_the_printed_page_keeps_labels_and_small_text_small(visit, neighborhood):
    page = visit(WESTPORT)
    page.emulate_media(media="print")
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    text = page.get_by_text("Foti Koskinas").evaluate(size)
    assert page.get_by_text("Chief:").evaluate(size) < text
    assert page.locator(".card .small").first.evaluate(size) < text
