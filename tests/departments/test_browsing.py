"""Going through the directory: by state, county and letter, from page to page."""

import re
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from policeapp.browsing import browse

from departments.models import Department
from tests.factories import make_department, make_job, text_of

from .pages import cards, html, links

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
    """45 departments; their populations are in the order of their names, and half are not known."""
    for number in range(45):
        make_department(
            f"Department {number:02}", county="Fairfield", population=1000 - number if number < 20 else None
        )


def path_of(address, link):
    """Where a link on the page of the address leads to."""
    return f"{urlsplit(address).path}{link}"


def walk(client, address, words):
    """The pages from the address on, each by the link with these words on the one before."""
    pages = [client.get(address)]
    while link := links(pages[-1]).get(words):
        address = path_of(address, link)
        pages.append(client.get(address))
        assert pages[-1].status_code == 200
        assert len(pages) < 10, "it ends"
    return pages, address


NAMES = [f"Department {number:02}" for number in range(45)]


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_pages_show_everything_once_and_in_order_there_and_back(client, many, address):
    there, last = walk(client, address, "Next")
    assert [cards(page) for page in there] == [NAMES[:20], NAMES[20:40], NAMES[40:]]
    assert "Previous" not in links(there[0])
    back, _ = walk(client, last, "Previous")
    # The first page is always a whole one.
    assert [cards(page) for page in back] == [NAMES[40:], NAMES[20:40], NAMES[:20]]
    assert "Previous" not in links(back[-1]) and "Next" in links(back[-1])
    assert all("45 departments" in text_of(page) for page in there + back)


@pytest.mark.parametrize("address", ADDRESSES)
def test_twenty_alone_need_no_pages(client, db, address):
    for number in range(20):
        make_department(f"Department {number:02}", county="Fairfield")
    assert not {"Next", "Previous"} & links(client.get(address)).keys()


def test_the_next_page_keeps_to_what_was_asked_for(client, many):
    following = links(client.get("/departments/?state=CT&sort=population"))["Next"]
    asked = parse_qs(urlsplit(following).query)
    assert asked.pop("after")[0].startswith("981~department 19~")
    assert asked == {"state": ["CT"], "sort": ["population"]}


def test_departments_of_one_name_are_told_apart(client, db):
    for number in range(45):
        make_department("Washington Township Police", city=f"Town {number:02}")
    pages, _ = walk(client, "/departments/", "Next")
    towns = re.findall(r"Town \d\d", "".join(text_of(page) for page in pages))
    assert sorted(towns) == [f"Town {number:02}" for number in range(45)]


def test_rows_that_come_or_go_meanwhile_neither_repeat_nor_hide_others(client, many):
    link = links(client.get("/departments/ct/"))["Next"]
    make_department("A new department")
    Department.objects.filter(name__in=["Department 03", "Department 19"]).delete()
    assert cards(client.get(path_of("/departments/ct/", link))) == NAMES[20:40]


def test_what_was_the_first_row_of_the_second_page_may_have_become_one_of_the_first(client, many):
    second = client.get(path_of("/departments/ct/", links(client.get("/departments/ct/"))["Next"]))
    Department.objects.filter(name__in=NAMES[:5]).delete()
    first = client.get(path_of("/departments/ct/", links(second)["Previous"]))
    assert cards(first) == NAMES[5:25]
    assert "Previous" not in links(first)


@pytest.mark.parametrize("address", ["/departments/?", "/departments/?sort=population&", "/departments/ct/?"])
@pytest.mark.parametrize("name", ["after", "before"])
def test_a_key_that_is_none_is_not_found(client, many, name, address):
    keys = ["x", "x~", "x~y", "~", "1~2~3~4", "a~1~b", "a~1.5", "a~NaN", "%00~1", "%FF~%00", "~~~~"]
    for key in [*keys, "a~" + "9" * 5000]:
        assert client.get(f"{address}{name}={key}").status_code == 404, key


@pytest.mark.parametrize("key", ["zzz~1", "department 44~9223372036854775807", "zzz~99999999999999999999999999"])
def test_behind_the_last_row_there_is_no_page_and_before_it_there_is(client, many, key):
    assert client.get("/departments/ct/", {"after": key}).status_code == 404
    assert cards(client.get("/departments/ct/", {"before": key})) == NAMES[25:]


def test_before_the_first_row_is_the_first_page(client, many):
    assert cards(client.get("/departments/ct/", {"before": "a~1"})) == NAMES[:20]


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_have_no_numbers(client, many, address):
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    for page in ("1", "2", "0", "two"):
        assert client.get(urlsplit(address).path, asked | {"page": page}).status_code == 404, page


def test_search_engines_read_the_first_page_of_a_list_and_follow_the_others(client, many):
    first = client.get("/departments/ct/?utm_source=x")
    assert '<link rel="canonical" href="http://testserver/departments/ct/">' in html(first)
    assert 'name="robots"' not in html(first)
    following = links(first)["Next"]
    assert '<link rel="next" href="/departments/ct/?after=' in html(first)
    second = html(client.get(path_of("/departments/ct/", following)))
    assert 'content="noindex, follow"' in second and "canonical" not in second
    assert '<link rel="prev"' in second and '<a href="?' in second


@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["Ada Police", "Bell Police", "Cody Police"]), st.integers(0, 2)), max_size=9
    ),
    population=st.booleans(),
    per_page=st.integers(1, 4),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_rows_in_any_order_come_once_whichever_way(rf, db, rows, population, per_page):
    Department.objects.all().delete()
    for name, number in rows:
        make_department(name, population=number or None)
    found = Department.objects.by_population() if population else Department.objects.by_name()
    there, key = [], {}
    while True:
        page = browse(rf.get("/", key), found, per_page)
        there += page.object_list
        if not page.next:
            break
        key = {"after": page.next}
    back = page.object_list
    while page.previous:
        page = browse(rf.get("/", {"before": page.previous}), found, per_page)
        # The first page is whole, and may show again what the one behind it has.
        back = [row for row in page.object_list if row not in back] + back
    assert there == back == list(found)


def test_a_page_deep_in_the_country_is_found_by_an_index(db, rf):
    make_job(make_department("Boston Police", population=600_000))
    for found, key in (
        (Department.objects.published().by_name(), "m~1"),
        (Department.objects.published().by_population(), "5~m~1"),
        (Department.objects.published().filter(state="CT").by_name(), "m~1"),
        (Department.objects.published().in_county("CT", "fairfield").by_name(), "m~1"),
    ):
        for way in ("after", "before"):
            with CaptureQueriesContext(connection) as captured:
                with suppress(Http404):
                    browse(rf.get("/", {way: key}), found)
            walks = [query["sql"] for query in captured if "LIMIT 21" in query["sql"]]
            assert len(walks) <= 4
            if connection.vendor == "sqlite":
                with connection.cursor() as cursor:
                    for sql in walks:
                        plan = " ".join(row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall())
                        assert "USING INDEX department_listed" in plan and "TEMP B-TREE" not in plan, plan


# States and letters


def test_the_front_says_how_many_departments_each_state_has(client, db):
    for name in ("Westport Police", "Norwalk Police"):
        make_department(name)
    make_department("San Juan Police", state="PR")
    make_department("Secret Police", state="CT", status="draft")
    said = text_of(client.get("/departments/"))
    assert "Connecticut 2 " in said and "Puerto Rico 1 " in said and "Wyoming 0" in said


def test_the_number_of_a_state_is_counted_once_for_each_version_of_the_content(client, db):
    make_department()
    assert "Connecticut 1 " in text_of(client.get("/departments/"))
    make_department("Norwalk Police")
    assert "Connecticut 2 " in text_of(client.get("/departments/"))
    with CaptureQueriesContext(connection) as captured:
        assert "Connecticut 2 " in text_of(client.get("/departments/?sort=population"))
    assert not [query for query in captured if query["sql"].startswith('SELECT "departments_department"."state"')]


def test_the_letters_are_those_that_departments_begin_with(client, db):
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
def test_a_letter_lists_the_names_that_begin_with_it(client, lettered, address, found):
    page = client.get(address)
    assert cards(page) == found
    letter = address.split("/")[-2].upper()
    assert re.search(rf'aria-current="page">{letter}</a>', html(page))


def test_a_letter_leads_back_to_its_state(client, lettered):
    page = client.get("/departments/tx/a-to-z/w/")
    assert "Texas: W" in text_of(page)
    assert links(page)["Texas"] == "/departments/tx/"


@pytest.mark.parametrize(
    "address",
    ["a-to-z/q/", "ct/a-to-z/x/", "zz/a-to-z/w/", "a-to-z/W/", "a-to-z/ww/", "a-to-z/é/", "a-to-z/1/", "a-to-z/"],
)
def test_a_letter_without_departments_is_not_found(client, lettered, address):
    assert client.get(f"/departments/{address}").status_code == 404


def test_a_letter_of_drafts_alone_is_not_found(client, db):
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
    said = text_of(page)
    assert "Connecticut 3 departments" in said
    assert "Fairfield County 2 New Haven County 1" in said
    assert links(page)["Fairfield County"] == "/departments/ct/county/fairfield/"
    assert links(page)["Openings in Connecticut"] == "/jobs/?state=CT"


def test_a_state_without_departments_says_so_and_leads_on(client, db):
    page = client.get("/departments/wy/")
    assert "The directory has none of this state yet." in text_of(page)
    assert links(page)["All departments"] == "/departments/"
    assert "By county" not in text_of(page)


def test_a_state_hides_drafts_and_their_counties(client, db):
    make_department("Secret Police", status="draft", county="Fairfield")
    page = client.get("/departments/ct/")
    assert cards(page) == []
    assert "Fairfield" not in text_of(page)


def test_departments_without_a_position_are_in_their_state(client, db):
    make_department("Atlantis Police Department", city="Atlantis")
    assert cards(client.get("/departments/ct/")) == ["Atlantis Police Department"]


@pytest.mark.parametrize("state", ["zz", "c", "ctt", "12", "%C3%A7t"])
def test_there_is_no_other_state(client, db, state):
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
def test_a_county_has_an_address_and_a_heading(client, db, county, state, address, label):
    make_department(county=county, state=state)
    page = client.get(address)
    assert page.status_code == 200
    assert f"<h1>{label}</h1>".replace("'", "&#x27;") in html(page)


@pytest.mark.parametrize("address", ["/departments/ct/county/nowhere/", "/departments/ny/county/fairfield/"])
def test_a_county_that_nobody_knows_is_not_found(client, db, address):
    make_department(county="Fairfield")
    assert client.get(address).status_code == 404


def test_a_county_of_drafts_alone_is_not_found(client, db):
    make_department(county="Fairfield", status="draft")
    assert client.get("/departments/ct/county/fairfield/").status_code == 404
