"""Find the nearest openings from the page of a department, and search near a place."""

import re

import pytest
from playwright.sync_api import expect

WESTPORT = "/departments/ct/westport-police-department/"


def titles(page):
    return page.locator(".card h3").all_inner_texts()


def search_near(page, place, path="/jobs/"):
    page.goto(path)
    page.get_by_label("Near", exact=True).fill(place)
    page.get_by_role("button", name="Search", exact=True).click()


def test_search_nearby_jobs_lists_the_nearest_jobs(visit, neighborhood):
    page = visit(WESTPORT)
    expect(page.get_by_text("There are currently no open jobs at this department.")).to_be_visible()

    page.get_by_role("link", name="Search Nearby Jobs").click()

    expect(page.get_by_role("heading", name="3 jobs within 25 miles of Westport, CT 06880")).to_be_visible()
    assert titles(page) == ["Police Officer", "Dispatcher", "Beach Patrol Officer"]
    near, _, far = page.locator(".card").all()
    expect(near).to_contain_text("Norwalk Police Department, Norwalk, CT · 5 miles")
    expect(near).to_contain_text("$60,000 to $70,000 a year")
    expect(near).to_contain_text("Closes ")
    expect(far).to_contain_text("Bridgeport Police Department, Bridgeport, CT · 9 miles")


def test_the_page_of_a_department_without_jobs_lists_the_nearest_ones(visit, neighborhood):
    page = visit(WESTPORT)
    assert titles(page) == ["Police Officer", "Dispatcher", "Beach Patrol Officer"]
    distances = [re.search(r"(\d+) miles", card)[1] for card in page.locator(".card").all_inner_texts()]
    assert distances == ["4", "4", "9"]


def test_a_wider_radius_finds_more_and_a_narrower_one_fewer(visit, neighborhood):
    page = visit("/jobs/?near=06880")
    assert len(titles(page)) == 3

    page.get_by_label("Within").select_option("50 miles")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("heading", name="5 jobs within 50 miles of Westport, CT 06880")).to_be_visible()
    assert titles(page)[-2:] == ["Police Recruit", "School Safety Agent"]

    page.get_by_label("Within").select_option("10 miles")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("heading", name="3 jobs within 10 miles of Westport, CT 06880")).to_be_visible()


def test_a_search_without_results_offers_a_wider_radius(visit, neighborhood):
    page = visit("/jobs/?near=06880&within=10&q=recruit")
    expect(page.get_by_role("heading", name="No matching jobs within 10 miles of Westport, CT 06880")).to_be_visible()
    assert titles(page) == ["Police Recruit"]

    page.get_by_role("link", name="Within 50 miles").click()
    expect(page.get_by_role("heading", name="One job within 50 miles of Westport, CT 06880")).to_be_visible()


@pytest.mark.parametrize("path", ["/jobs/", "/departments/"])
def test_an_ambiguous_name_offers_the_towns_as_links(visit, neighborhood, path):
    page = visit()
    search_near(page, "Springfield", path)

    expect(page.get_by_label("Near", exact=True)).to_have_value("Springfield")
    page.get_by_role("link", name="Springfield, Hampden County, MA").click()

    expect(page.get_by_role("heading", name="within 25 miles of Springfield, MA")).to_be_visible()
    expect(page.get_by_label("Near", exact=True)).to_have_value("Springfield, Hampden County, MA")
    expect(page.get_by_text("Which place do you mean?")).to_be_hidden()


def test_an_ambiguous_name_on_the_home_page_offers_the_towns_too(visit, neighborhood):
    page = visit("/")
    page.get_by_role("radio", name="Jobs").check()
    page.get_by_label("ZIP, city or job title").fill("springfield")
    page.get_by_role("button", name="Find jobs").click()

    box = page.get_by_label("Keywords")
    expect(box).to_have_value("springfield")
    expect(box).to_have_accessible_description(re.compile("More than one place has this name"))
    page.get_by_role("link", name="Springfield, Sangamon County, IL").click()
    expect(page.get_by_role("heading", name="within 25 miles of Springfield, IL")).to_be_visible()


@pytest.mark.parametrize("path", ["/jobs/", "/departments/"])
def test_an_unknown_place_is_an_error_at_its_field(visit, neighborhood, path):
    page = visit()
    search_near(page, "Atlantis", path)

    field = page.get_by_label("Near", exact=True)
    expect(field).to_have_value("Atlantis")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile(r"We don't know “Atlantis”. Try a ZIP code \(06880\)"))
    expect(page.locator(".card")).to_have_count(0)


@pytest.mark.parametrize("path", ["/jobs/", "/departments/"])
def test_use_my_location_searches_near_it_and_rounds_it_to_about_a_mile(visit, neighborhood, path):
    home = {"latitude": 41.139876, "longitude": -73.354321}
    page = visit(path, permissions=["geolocation"], geolocation=home)

    page.get_by_role("button", name="Use my location").click()

    page.wait_for_url("**?*near=41.14%2C+-73.35*")
    expect(page.get_by_role("heading", name="within 25 miles of 41.14, -73.35")).to_be_visible()
    expect(page.locator(".card").filter(has_text="Norwalk Police Department").first).to_contain_text(" miles")
    assert "41.1398" not in page.content() and "-73.354" not in page.content()


def test_use_my_location_works_on_the_home_page_too(visit, neighborhood):
    page = visit("/", permissions=["geolocation"], geolocation={"latitude": 41.0964, "longitude": -73.4193})
    page.get_by_role("button", name="Use my location").click()
    expect(page.get_by_role("heading", name="within 25 miles of 41.1, -73.42")).to_be_visible()
    assert titles(page)[0] == "Norwalk Police Department"

    page = visit("/", permissions=["geolocation"], geolocation={"latitude": 41.0964, "longitude": -73.4193})
    page.get_by_role("radio", name="Jobs").check()
    page.get_by_role("button", name="Use my location").click()
    expect(page.get_by_role("heading", name="jobs within 25 miles of 41.1, -73.42")).to_be_visible()


def test_a_denied_location_is_explained(visit, neighborhood):
    page = visit("/jobs/")
    page.get_by_role("button", name="Use my location").click()

    status = page.get_by_role("status").filter(has_text="We could not find your location.")
    expect(status).to_contain_text("Enter a ZIP code or a town instead.")
    assert page.url.endswith("/jobs/")
