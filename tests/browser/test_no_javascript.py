"""The public site works without JavaScript."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def page(visit, neighborhood):
    return visit("/", java_script_enabled=False)


def test_a_department_is_found_from_the_home_page(page):
    page.get_by_label("ZIP, city or department").fill("westport")
    page.get_by_role("button", name="Find departments").click()
    page.get_by_role("link", name="Westport Police Department", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Westport Police Department")


def test_jobs_are_found_from_the_home_page(page):
    expect(page.get_by_role("button", name="Find jobs")).to_be_hidden()
    page.get_by_role("radio", name="Jobs").check()
    expect(page.get_by_role("button", name="Find departments")).to_be_hidden()
    page.get_by_label("ZIP, city or job title").fill("06880")
    page.get_by_role("button", name="Find jobs").click()
    expect(page.get_by_role("heading", name="3 jobs within 25 miles of Westport, CT 06880")).to_be_visible()
    assert page.locator(".card h3").all_inner_texts() == ["Police Officer", "Dispatcher", "Beach Patrol Officer"]


def test_who_polices_a_zip_code_is_answered_and_its_campus_police_open(visit, scenes):
    scenes("directory")
    page = visit("/departments/?q=22030", java_script_enabled=False)
    expect(page.get_by_role("heading", name="Who polices Fairfax, VA 22030?")).to_be_visible()
    expect(page.locator(".answer")).to_contain_text("We don't know which of these serves your address")
    campus = page.locator(".answer").get_by_role("link", name="George Mason University", exact=True)
    expect(campus).to_be_hidden()
    page.get_by_text("Campus, transit and tribal police here (1)").click()
    expect(campus).to_be_visible()


def test_search_nearby_jobs_and_a_wider_radius(page):
    page.goto("/departments/ct/westport-police-department/")
    page.get_by_role("link", name="Search Nearby Jobs").click()
    page.get_by_label("Within").select_option("50 miles")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("heading", name="5 jobs within 50 miles of Westport, CT 06880")).to_be_visible()
    page.get_by_role("link", name="School Safety Agent").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("School Safety Agent")
    expect(page.get_by_text("Write to us.")).to_be_visible()


def test_and_more_opens(page):
    page.goto("/departments/ct/westport-police-department/")
    rest = page.get_by_text("This list is not complete.")
    expect(rest).to_be_hidden()
    page.get_by_text("And more...").click()
    expect(rest).to_be_visible()


@pytest.mark.parametrize("path", ["/departments/", "/jobs/"])
def test_more_filters_open_and_narrow_the_search(page, path):
    page.goto(path)
    state = page.get_by_label("State", exact=True)
    expect(state).to_be_hidden()
    page.get_by_text("More filters").click()
    state.select_option("New York")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator(".card")).to_have_count(1)
    expect(page.locator(".card")).to_contain_text("New York City Police Department")
    expect(state).to_have_value("NY")


@pytest.mark.parametrize("path", ["/departments/", "/jobs/"])
def test_an_ambiguous_name_offers_the_towns(page, path):
    page.goto(path)
    page.get_by_label("Near", exact=True).fill("Springfield")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("link", name="Springfield, Sangamon County, IL").click()
    expect(page.get_by_role("heading", name="within 25 miles of Springfield, IL")).to_be_visible()


def test_an_unknown_place_is_explained(page):
    page.goto("/jobs/?near=Atlantis")
    expect(page.get_by_text("We don't know “Atlantis”.")).to_be_visible()


def test_controls_that_need_javascript_are_absent(page):
    for path in ("/", "/departments/", "/jobs/"):
        page.goto(path)
        expect(page.get_by_text("Use my location")).to_have_count(0)
