"""Lists on a phone and on paper: results come first, search forms fold, and maps are beside lists or folded."""

import pytest
from playwright.sync_api import expect

from jobs.models import Job

from .. import factories
from .test_keyboard import tab_to

PHONE = 390
# A phone shows this many pixels of a page at first, without the bars of its browser.
SCREEN = 500
SEARCHES = [
    "/departments/?near=06880",
    "/departments/?q=norwalk+police",
    "/departments/?near=Springfield%2C+MO&within=10",
    "/jobs/?near=06880",
    "/jobs/?q=officer&kind=entry_level",
    "/jobs/eligible/?age=21&near=06880&within=any",
    "/departments/a-to-z/w/",
]


def top_of(locator):
    return locator.bounding_box()["y"]


@pytest.mark.parametrize("path", SEARCHES)
def test_the_first_result_is_on_the_first_screen_of_a_phone(visit, neighborhood, path):
    town = factories.make_jurisdiction("Westport", "CT", "town", "Fairfield County", [neighborhood])
    factories.add_zip_part("06880", town, 1.0)
    for job in Job.objects.all():
        factories.make_requirements(job, minimum_age=18)
    page = visit(path, width=PHONE)
    assert top_of(page.locator(".card").first) < SCREEN


def test_the_first_result_is_on_the_first_screen_if_there_are_several_pages(visit, neighborhood):
    for number in range(51):
        factories.make_requirements(factories.make_job(neighborhood, f"Officer {number}"), minimum_age=18)
    page = visit("/jobs/eligible/?age=21&near=06880", width=PHONE)
    expect(page.get_by_role("status")).to_contain_text("See the other pages for more.")
    assert top_of(page.locator(".card").first) < SCREEN


@pytest.mark.parametrize("path", ["/departments/?near=06880", "/jobs/?near=06880"])
@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["with scripts", "without scripts"])
def test_a_search_form_unfolds_on_a_phone_and_searches_again(visit, neighborhood, path, java_script_enabled):
    page = visit(path, width=PHONE, java_script_enabled=java_script_enabled)
    near = page.get_by_label("Near", exact=True)
    expect(near).to_be_hidden()
    page.get_by_text("Search: 06880").click()
    expect(near).to_have_value("06880")
    near.fill("Norwalk, CT")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("heading", name="within 25 miles of Norwalk, CT")).to_be_visible()
    expect(near).to_be_hidden()
    expect(page.get_by_text("Search: Norwalk, CT")).to_be_visible()


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_search_form_unfolds_with_the_keyboard(visit, neighborhood, key):
    page = visit("/departments/?near=06880", width=PHONE)
    line = page.locator("summary", has_text="Search: 06880")
    tab_to(page, line)
    page.keyboard.press(key)
    page.keyboard.press("Tab")
    expect(page.get_by_label("ZIP, city or department")).to_be_focused()


def test_the_answers_about_eligibility_unfold_on_a_phone(visit, neighborhood):
    page = visit("/jobs/eligible/?age=21", width=PHONE)
    expect(page.get_by_label("Your age")).to_be_hidden()
    page.get_by_text("Your answers", exact=True).click()
    expect(page.get_by_label("Your age")).to_have_value("21")
    expect(page.get_by_text("We don't store your answers.")).to_be_visible()


@pytest.mark.parametrize("path", ["/departments/", "/jobs/", "/departments/?near=Nowhere", "/jobs/?q=Springfield"])
def test_an_empty_form_and_one_with_errors_are_open_on_a_phone(visit, neighborhood, path):
    page = visit(path, width=PHONE)
    expect(page.get_by_label("Near", exact=True)).to_be_visible()
    expect(page.get_by_text("Change", exact=True)).to_have_count(0)


@pytest.mark.parametrize("path", ["/departments/?near=06880", "/jobs/?near=06880", "/jobs/eligible/?age=21&near=06880"])
def test_a_wide_page_always_shows_the_form_and_the_map(visit, neighborhood, path):
    page = visit(path, width=1280)
    near = page.get_by_label("Near", exact=True)
    expect(near).to_be_visible()
    for line in page.locator(".fold > summary").all():
        expect(line).to_be_hidden()
    tab_to(page, near)
    if "eligible" not in path:
        expect(page.locator(".locator svg")).to_be_visible()
    # A phone that is turned gets the folded form.
    page.set_viewport_size({"width": PHONE, "height": 844})
    expect(near).to_be_hidden()


def test_screen_readers_find_the_form_of_a_wide_page(visit, neighborhood):
    page = visit("/departments/?near=06880")
    snapshot = page.locator("main").aria_snapshot()
    assert '- textbox "Near"' in snapshot and "Change" not in snapshot
    page.set_viewport_size({"width": PHONE, "height": 844})
    assert '- textbox "Near"' not in page.locator("main").aria_snapshot()


def test_the_map_unfolds_on_a_phone(visit, neighborhood):
    page = visit("/departments/?near=06880", width=PHONE)
    drawing = page.locator(".locator svg")
    expect(drawing).to_be_hidden()
    page.get_by_text("Map", exact=True).click()
    expect(drawing).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_card_that_the_url_names_stands_out(visit, neighborhood, scheme):
    page = visit("/departments/?near=06880#r2", color_scheme=scheme)
    first, second = (page.locator(f"#r{number}") for number in (1, 2))
    color = "element => getComputedStyle(element).backgroundColor"
    assert first.evaluate(color) != second.evaluate(color)


@pytest.mark.parametrize("path", ["/departments/?near=06880", "/jobs/?near=06880"])
def test_a_printed_list_is_compact_and_has_the_paths_of_its_pages(visit, neighborhood, path):
    page = visit(path, width=720)
    height = page.locator(".cards").bounding_box()["height"]
    page.emulate_media(media="print")
    assert page.locator(".cards").bounding_box()["height"] < height * 0.7
    link = page.locator(".card h3 a").first
    assert link.get_attribute("href") in link.evaluate("link => getComputedStyle(link, '::after').content")
    for part in page.locator("summary, form").all():
        expect(part).to_be_hidden()
    expect(page.locator(".locator svg")).to_be_visible()


def test_a_printed_list_has_no_links_to_other_lists_but_says_which_page_it_is(visit, neighborhood):
    for number in range(21):
        factories.make_department(f"Precinct {number}", county="Fairfield")
    factories.make_department("Hartford Police Department", city="Hartford", county="Hartford", at=(41.76, -72.67))
    for path in ("/departments/ct/", "/departments/ct/county/fairfield/", "/departments/"):
        page = visit(path)
        links = page.locator("nav a")
        assert links.count() > 3, path
        page.emulate_media(media="print")
        assert [link.text_content() for link in links.all() if link.is_visible()] == [], path
        expect(page.get_by_text("Page 1 of 2")).to_be_visible()


@pytest.mark.parametrize("path", ["/departments/?near=06880", "/jobs/?near=06880"])
def test_the_names_on_cards_are_large_targets(visit, neighborhood, path):
    page = visit(path, width=PHONE)
    for name in page.locator(".card h3 a").all():
        assert name.bounding_box()["height"] >= 28


def test_a_phone_number_is_one_tap_away(visit, neighborhood):
    neighborhood.phone, neighborhood.website = "203-341-6000", "https://westportct.gov/police"
    neighborhood.save()
    page = visit("/departments/?near=06880", width=PHONE)
    phone = page.get_by_role("link", name="203-341-6000, Westport Police Department")
    expect(phone).to_have_attribute("href", "tel:+1-203-341-6000")
    assert phone.bounding_box()["height"] >= 30
    assert page.get_by_role("link", name="westportct.gov, Westport Police Department").bounding_box()["height"] >= 30


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_tabs_of_the_home_page_stand_side_by_side(visit, neighborhood, width):
    tabs = visit("/", width=width).locator(".tabs label").all()
    departments, jobs = (tab.bounding_box() for tab in tabs)
    assert departments["y"] == jobs["y"] and departments["height"] == jobs["height"] < 60
