"""The card of a department in every list: its phone, website and sign, and its number on the map."""

import re
from html import unescape

import pytest

from tests.departments.pages import html
from tests.factories import make_department, make_job, make_place, text_of

PHONE, WEBSITE = "203-341-6000", "https://www.westportct.gov/police"
LISTS = [
    "/departments/",
    "/departments/?q=westport",
    "/departments/?near=06880",
    "/departments/ct/",
    "/departments/ct/county/fairfield/",
    "/departments/a-to-z/w/",
    "/departments/ct/a-to-z/w/",
]


@pytest.fixture
def westport(places):
    return make_department(
        at=(41.14, -73.36),
        county="Fairfield",
        phone=f"{PHONE} (non-emergency)",
        website=WEBSITE,
        website_kind="parent_government",
    )


def card_of(response, name="Westport Police Department"):
    """Return the HTML of the card."""
    found = re.findall(r'<li class="card"[^>]*>.*?</li>', html(response), re.DOTALL)
    return unescape(next(card for card in found if f">{name}</a></h3>" in card))


def link_to(card, url):
    """Return ``(accessible name, text)`` of the link in the card."""
    attributes, text = re.search(rf'<a\s([^>]*href="{re.escape(url)}"[^>]*)>([^<]*)</a>', card).groups()
    return re.search(r'aria-label="([^"]*)"', attributes)[1], text


@pytest.mark.parametrize("url", LISTS)
def test_every_list_has_the_phone_and_the_website_of_each_department(client, westport, url):
    card = card_of(client.get(url))
    label, text = link_to(card, "tel:+1-203-341-6000")
    assert text == f"{PHONE} (non-emergency)"
    assert label == f"{PHONE} (non-emergency), Westport Police Department"
    label, text = link_to(card, WEBSITE)
    assert text == "City website: westportct.gov"
    assert label == "City website: westportct.gov, Westport Police Department"


def test_the_nearest_departments_have_phones_too(client, westport):
    assert "tel:+1-203-341-6000" in card_of(client.get("/departments/?near=Springfield%2C+MO&within=10"))


def test_a_card_without_phone_and_website_has_no_empty_line(client, db):
    make_department(phone="", website="")
    assert 'class="reach"' not in card_of(client.get("/departments/"))


def test_a_sign_without_text_shows_the_agency_type(client, db):
    make_department("Yavapai Tribal Police", kind="tribal")
    card = card_of(client.get("/departments/"), "Yavapai Tribal Police")
    assert re.search(r'<img src="/static/img/badges/tribal[^"]*" alt="" width="22" height="22">\s*Tribal police', card)


def ids(response):
    return re.findall(r'<li class="card" id="([^"]*)"', html(response))


@pytest.mark.parametrize("path", ["departments", "jobs"])
def test_the_cards_beside_a_map_can_be_linked_to_by_their_numbers(client, places, path):
    for number in range(23):
        make_job(make_department(f"Police {number}", at=(41.14, -73.36)))
    make_place("Nowhere", "CT", at=(41.1, -73.3))
    assert ids(client.get(f"/{path}/?near=06880")) == [f"r{number}" for number in range(1, 21)]
    assert ids(client.get(f"/{path}/?near=06880&page=2")) == ["r21", "r22", "r23"]
    assert ids(client.get(f"/{path}/?q=police")) == []


def test_a_search_says_on_one_line_what_was_searched_for(client, westport):
    for query, words in (
        ("near=06880", "Search: 06880"),
        ("q=west&near=06880&kind=municipal&hiring=on", "Search: west, 06880, Municipal police, Hiring now"),
        ("q=%3Cb%3E%26", "Search: <b>&"),
        ("near=connecticut", "Search: Connecticut"),
        ("within=50", "Search: all departments"),
    ):
        assert f"{words} Change" in text_of(client.get(f"/departments/?{query}")), query
    assert "Search: officer, 06880 Change" in text_of(client.get("/jobs/?q=officer&near=06880"))
    assert "Your answers Change" in text_of(client.get("/jobs/eligible/?age=21"))


@pytest.mark.parametrize(
    "url",
    [
        "/departments/",
        "/departments/?near=Nowhere+Land",
        "/departments/?q=Springfield",
        "/jobs/",
        "/jobs/?near=Springfield",
        "/jobs/eligible/",
        "/jobs/eligible/?near=06880",
        "/jobs/eligible/?age=old",
    ],
)
def test_a_form_that_needs_input_never_folds(client, westport, url):
    page = html(client.get(url))
    assert "<form" in page and 'class="fold"' not in page
