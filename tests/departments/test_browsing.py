"""Browsing the directory by state, county and letter, and its numbered pages."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.text import slugify

from departments.models import Department
from tests.departments.pages import cards, html, links
from tests.factories import make_department, text_of

ADDRESSES = [
    "/departments/",
    "/departments/?sort=population",
    "/departments/?state=CT&kind=municipal&sort=name",
    "/departments/ct/",
    "/departments/ct/county/fairfield/",
    "/departments/ct/a-to-z/d/",
    "/departments/a-to-z/d/",
]


@pytest.fixture
def many(db):
    """45 departments with populations in the order of their names. Half are unknown."""
    for number in range(45):
        make_department(
            f"Department {number:02}", county="Fairfield", population=1000 - number if number < 20 else None
        )


def path_of(address, link):
    """Return the URL of a link on the page."""
    return f"{urlsplit(address).path}{link}"


def walk(client, address, words):
    """Yield the page and those that follow it by the link with this text."""
    pages = [client.get(address)]
    while link := links(pages[-1]).get(words):
        address = path_of(address, link)
        pages.append(client.get(address))
        assert pages[-1].status_code == 200
        assert len(pages) < 10, "it ends"
    return pages, address


NAMES = [f"Department {number:02}" for number in range(45)]


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_show_each_department_once_in_order_forward_and_back(client, many, address):
    there, last = walk(client, address, "Next")
    assert [cards(page) for page in there] == [NAMES[:20], NAMES[20:40], NAMES[40:]]
    assert "Previous" not in links(there[0])
    back, _ = walk(client, last, "Previous")
    assert [cards(page) for page in back] == [NAMES[40:], NAMES[20:40], NAMES[:20]]
    assert "Previous" not in links(back[-1]) and "Next" in links(back[-1])
    for number, page in enumerate(there, 1):
        assert "45 departments" in text_of(page) and f"Page {number} of 3" in text_of(page)


@pytest.mark.parametrize("address", ADDRESSES)
def test_twenty_departments_need_no_pages(client, db, address):
    for number in range(20):
        make_department(f"Department {number:02}", county="Fairfield")
    assert not {"Next", "Previous"} & links(client.get(address)).keys()


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_have_numbers(client, many, address):
    parameters = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    expected = {"1": 200, "3": 200, "4": 404, "0": 404, "-1": 404, "two": 404, "9" * 5000: 404}
    found = {page: client.get(urlsplit(address).path, parameters | {"page": page}) for page in expected}
    assert {page: response.status_code for page, response in found.items()} == expected
    assert cards(found["1"]) == NAMES[:20]


def test_more_than_a_thousand_departments_are_counted_and_shown(client, db):
    first = make_department("Department 0000")
    names = [f"Department {number:04}" for number in range(1, 1021)]
    columns = {field.attname for field in Department._meta.concrete_fields} - {"id", "slug", "name", "name_key"}
    same = {column: getattr(first, column) for column in columns}
    Department.objects.bulk_create(
        Department(name=name, name_key=name.lower(), slug=slugify(name), **same) for name in names
    )
    page = client.get("/departments/?page=52")
    assert "1,021 departments" in text_of(page) and "Page 52 of 52" in text_of(page)
    assert cards(page) == ["Department 1020"]


def test_the_next_page_keeps_the_search(client, many):
    following = links(client.get("/departments/?state=CT&sort=population"))["Next"]
    assert parse_qs(urlsplit(following).query) == {"state": ["CT"], "sort": ["population"], "page": ["2"]}


def test_departments_with_the_same_name_are_all_listed(client, db):
    for number in range(45):
        make_department("Washington Township Police", city=f"Town {number:02}")
    pages, _ = walk(client, "/departments/", "Next")
    towns = re.findall(r"Town \d\d", "".join(text_of(page) for page in pages))
    assert sorted(towns) == [f"Town {number:02}" for number in range(45)]


def test_only_the_first_page_of_a_list_is_indexed(client, many):
    first = client.get("/departments/ct/?utm_source=x")
    assert '<link rel="canonical" href="https://police.example.org/departments/ct/">' in html(first)
    assert '<link rel="next" href="/departments/ct/?page=2' in html(client.get("/departments/ct/"))
    for page in (first, client.get("/departments/ct/?page=1")):
        assert 'name="robots"' not in html(page) and "canonical" in html(page)
    second = html(client.get("/departments/ct/?page=2"))
    assert 'content="noindex, follow"' in second and "canonical" not in second
    assert '<link rel="prev"' in second and '<a href="?' in second


@pytest.mark.parametrize(
    "rows",
    [
        Department.objects.listed().by_name(),
        Department.objects.listed().by_population(),
        Department.objects.listed().filter(state="CT").by_name(),
        Department.objects.listed().in_county("CT", "fairfield").by_name(),
    ],
    ids=["by name", "by population", "of a state", "of a county"],
)
def test_each_list_uses_an_index_for_its_order(without_statistics, rows):
    plan = rows[400:420].explain()
    assert "department_listed" in plan, plan
    assert "TEMP B-TREE" not in plan and "->  Sort" not in plan, plan


# States and letters


def test_the_directory_shows_the_number_of_departments_per_state(client, db):
    for name in ("Westport Police", "Norwalk Police"):
        make_department(name)
    make_department("San Juan Police", state="PR")
    make_department("Secret Police", state="CT", status="draft")
    text = text_of(client.get("/departments/"))
    assert "Connecticut 2 " in text and "Puerto Rico 1 " in text and "Wyoming 0" in text


def test_counts_are_cached_until_content_changes(client, db):
    make_department()
    assert "Connecticut 1 " in text_of(client.get("/departments/"))
    make_department("Norwalk Police")
    assert "Connecticut 2 " in text_of(client.get("/departments/"))
    with CaptureQueriesContext(connection) as captured:
        assert letters_on(client.get("/departments/ct/")) == ["N", "W"]
    assert not [query for query in captured if query["sql"].startswith('SELECT "departments_department"."state"')]


def test_only_letters_with_departments_are_shown(client, db):
    for name, state in (("Westport Police", "CT"), ("Norwalk Police", "CT"), ("911 Center", "NY"), ("Éclair PD", "NY")):
        make_department(name, state=state)
    make_department("Secret Police", status="draft")
    assert letters_on(client.get("/departments/")) == ["0-9", "E", "N", "W"]
    assert letters_on(client.get("/departments/ct/")) == ["N", "W"]
    assert links(client.get("/departments/ny/"))["E"] == "/departments/ny/a-to-z/e/"


def letters_on(response):
    return [words for words in links(response) if re.fullmatch("[A-Z]|0-9", words)]


@pytest.fixture
def lettered(db):
    for name, state in (
        ("Westport Police", "CT"),
        ("Waco Police", "TX"),
        ("Xenia Police", "OH"),
        ("7th District", "TX"),
    ):
        make_department(name, state=state)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("/departments/a-to-z/w/", ["Waco Police", "Westport Police"]),
        ("/departments/tx/a-to-z/w/", ["Waco Police"]),
        ("/departments/a-to-z/0-9/", ["7th District"]),
        ("/departments/tx/a-to-z/0-9/", ["7th District"]),
    ],
)
def test_a_letter_lists_names_that_start_with_it(client, lettered, address, found):
    page = client.get(address)
    assert cards(page) == found
    letter = address.split("/")[-2].upper()
    assert re.search(rf'aria-current="page">{letter}</a>', html(page))


def test_a_letter_links_back_to_its_state(client, lettered):
    page = client.get("/departments/tx/a-to-z/w/")
    assert "Texas: W" in text_of(page)
    assert links(page)["Texas"] == "/departments/tx/"


@pytest.mark.parametrize(
    "address",
    ["a-to-z/q/", "ct/a-to-z/x/", "zz/a-to-z/w/", "a-to-z/W/", "a-to-z/ww/", "a-to-z/é/", "a-to-z/1/", "a-to-z/"],
)
def test_a_letter_without_departments_is_not_found(client, lettered, address):
    assert client.get(f"/departments/{address}").status_code == 404


def test_a_letter_with_only_drafts_is_not_found(client, db):
    make_department("Secret Police", status="draft")
    assert client.get("/departments/a-to-z/s/").status_code == 404


# The departments of a state


def test_a_state_lists_its_departments_and_counties(client, db):
    make_department("Westport Police Department", county="Fairfield")
    make_department("New Haven Police Department", county="New Haven")
    make_department("Norwalk Police Department", county="Fairfield")
    make_department("Boston Police Department", state="MA", county="Suffolk")
    page = client.get("/departments/ct/")
    assert cards(page) == [
        "New Haven Police Department",
        "Norwalk Police Department",
        "Westport Police Department",
    ]
    text = text_of(page)
    assert "Connecticut 3 departments" in text
    assert "Fairfield County 2 New Haven County 1" in text
    assert links(page)["Fairfield County"] == "/departments/ct/county/fairfield/"
    assert links(page)["See jobs in Connecticut"] == "/jobs/?state=CT"


def test_a_state_without_departments_links_to_all_departments(client, db):
    page = client.get("/departments/wy/")
    assert text_of(page).count("No departments") == 1
    assert "No departments in Wyoming yet." in text_of(page)
    assert links(page)["All departments"] == "/departments/"
    assert "By county" not in text_of(page)


def test_a_state_hides_drafts_and_their_counties(client, db):
    make_department("Secret Police", status="draft", county="Fairfield")
    page = client.get("/departments/ct/")
    assert cards(page) == []
    assert "Fairfield" not in text_of(page)


def test_departments_without_a_location_are_listed_in_their_state(client, db):
    make_department("Atlantis Police Department", city="Atlantis")
    assert cards(client.get("/departments/ct/")) == ["Atlantis Police Department"]


@pytest.mark.parametrize("state", ["zz", "c", "ctt", "12", "%C3%A7t"])
def test_an_unknown_state_is_not_found(client, db, state):
    assert client.get(f"/departments/{state}/").status_code == 404


# The departments of a county


def test_a_county_lists_its_departments(client, db):
    make_department("Westport Police Department", county="Fairfield")
    make_department("Norwalk Police Department", county="Fairfield")
    make_department("New Haven Police Department", county="New Haven")
    make_department("Winnsboro Police", county="Fairfield", state="SC")
    page = client.get("/departments/ct/county/fairfield/")
    assert cards(page) == ["Norwalk Police Department", "Westport Police Department"]
    assert "Fairfield County, Connecticut 2 departments" in text_of(page)
    assert links(page)["Connecticut"] == "/departments/ct/"


@pytest.mark.parametrize(
    ("county", "state", "address", "label"),
    [
        ("Orleans", "LA", "/departments/la/county/orleans/", "Orleans Parish, Louisiana"),
        ("Bethel Census Area", "AK", "/departments/ak/county/bethel-census-area/", "Bethel Census Area, Alaska"),
        ("St. John's", "FL", "/departments/fl/county/st-johns/", "St. John's County, Florida"),
        ("Doña Ana", "NM", "/departments/nm/county/dona-ana/", "Doña Ana County, New Mexico"),
    ],
)
def test_a_county_has_a_url_and_a_heading(client, db, county, state, address, label):
    make_department(county=county, state=state)
    page = client.get(address)
    assert page.status_code == 200
    assert f"<h1>{label}</h1>".replace("'", "&#x27;") in html(page)


@pytest.mark.parametrize("address", ["/departments/ct/county/nowhere/", "/departments/ny/county/fairfield/"])
def test_an_unknown_county_is_not_found(client, db, address):
    make_department(county="Fairfield")
    assert client.get(address).status_code == 404


def test_a_county_with_only_drafts_is_not_found(client, db):
    make_department(county="Fairfield", status="draft")
    assert client.get("/departments/ct/county/fairfield/").status_code == 404
