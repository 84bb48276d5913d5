"""Pages of departments take at most ten queries, profiles ten, and a hundred rows no more than one."""

from itertools import product
from urllib.parse import urlencode

import pytest
from django.db import connection, transaction

from departments.models import Department
from tests.factories import (
    add_zip_part,
    list_specializations,
    make_department,
    make_division,
    make_job,
    make_jurisdiction,
    make_place,
    make_specialization,
    make_unit,
    make_user,
    yesterday,
)

# Other tests cover the same lines, so measuring these hundreds of requests adds nothing.
pytestmark = pytest.mark.unmeasured

MOST, MOST_OF_PROFILE = 10, 10
PROFILE = "/departments/ct/westport-police-department/"
PAGES = [
    "/departments/",
    "/departments/?near=06880",
    "/departments/?q=westport&hiring=on&specialization=k-9-unit",
    "/departments/ct/",
    "/departments/ct/county/fairfield/",
    PROFILE,
]

# Every kind of search, and the combination of the slowest ones.
SEARCHES = {
    "q": [
        "",
        "police",
        "zzz",
        "06880",
        "99999",
        "Westport, CT",
        "westport ct",
        "saugatuck",
        "springfield",
        "nowhere west virginia",
        "nowhere new york",
        "a b c",
    ],
    "near": ["", "06880", "Springfield, IL", "springfield", "nowhere west virginia"],
    "more": [
        {},
        {"within": "any", "kind": "municipal"},
        {"hiring": "on", "specialization": "k-9-unit", "state": "CT", "sort": "population"},
        {"specialization": "juggling"},
    ],
}


@pytest.fixture
def country(places):
    """Departments with and without locations and jobs."""
    make_place("Saugatuck", zip_codes=0)
    westport = make_department(at=(41.14, -73.36), zip="06880", county="Fairfield")
    list_specializations(westport, "K-9 Unit", "Drone")
    make_division(westport)
    make_unit(westport)
    make_job(make_department("Norwalk Police", at=(41.1, -73.42), county="Fairfield"))
    make_department("Atlantis Police", city="Atlantis", county="Fairfield")
    add_zip_part("06880", make_jurisdiction(departments=[westport]))
    return westport


@pytest.mark.parametrize("q", SEARCHES["q"])
def test_a_search_of_the_directory_takes_at_most_ten_queries(country, queries_of, q):
    for near, more in product(SEARCHES["near"], SEARCHES["more"]):
        url = f"/departments/?{urlencode({'q': q, 'near': near} | more)}"
        number = queries_of(url)
        assert number <= MOST, f"{number} queries: {url}"


@pytest.mark.parametrize("url", PAGES)
def test_every_page_takes_few_queries(country, queries_of, url):
    assert queries_of(url) <= (MOST_OF_PROFILE if url == PROFILE else MOST)


@pytest.mark.parametrize("url", ["/departments/", "/departments/?near=06880", "/departments/ct/"])
def test_an_empty_site_takes_no_more_queries(db, queries_of, url):
    assert queries_of(url) <= MOST


def profile_queries(queries_of, **values):
    return queries_of(make_department("A profile", **values).get_absolute_url())


@pytest.mark.parametrize("values", [{"at": (41.14, -73.36)}, {"zip": "06880"}, {"city": "Atlantis"}, {"city": ""}])
@pytest.mark.parametrize("state", ["CT", "WY"])
def test_a_profile_takes_at_most_ten_queries(places, queries_of, values, state):
    assert profile_queries(queries_of, state=state, **values) <= MOST_OF_PROFILE
    far = make_department("Guam Police", state="GU", at=(13.44, 144.79))
    make_job(far)
    assert profile_queries(queries_of, state=state, **values) <= MOST_OF_PROFILE
    near = make_department("Norwalk Police", at=(41.1, -73.42))
    make_job(near)
    assert profile_queries(queries_of, state=state, **values) <= MOST_OF_PROFILE


def test_a_headquarters_far_from_all_jobs_takes_at_most_ten_queries(country, queries_of):
    """It has everything that costs a query."""
    force = make_department("State Police", kind="state_police", state="AK", at=(64.84, -147.72))
    for number in range(3):
        make_department(f"State Police, Post {number}", kind="state_police", state="AK", parent=force, city="Nenana")
        make_department(f"Neighbor {number}", state="AK", at=(64.8, -147.7))
    list_specializations(force, "K-9 Unit")
    make_division(force)
    make_unit(force)
    assert queries_of(force.get_absolute_url()) == MOST_OF_PROFILE


def test_a_redirect_takes_few_queries(country, client, django_assert_max_num_queries):
    country.slug = "westport-pd"
    country.save()
    client.get("/departments/")  # after which the version of the content is known, and that it is the same costs one
    with django_assert_max_num_queries(4):
        assert client.get(PROFILE).status_code == 301


# One row and a hundred rows


def add_divisions(westport, number):
    for n in range(number):
        make_division(westport, f"Division {n}", responsibilities="- This\n- That")


def add_units(westport, number):
    for n in range(number):
        make_unit(westport, f"Unit {n}", description="Divers.")


def add_specializations(westport, number):
    list_specializations(westport, *[f"Team {n}" for n in range(number)])


def add_unused_specializations(westport, number):
    for n in range(number):
        make_specialization(f"Team {n}")


def add_openings(westport, number):
    for n in range(number):
        make_job(westport, f"Officer {n}")


def add_openings_elsewhere(westport, number):
    stamford = make_department("Stamford Police", at=(41.05, -73.54), county="Fairfield")
    for n in range(number):
        make_job(stamford, f"Officer {n}", pay_min=20 + n, pay_period="hour")


def add_closed_openings(westport, number):
    for n in range(number):
        make_job(westport, f"Officer {n}", closes_on=yesterday())


def add_slug_redirects(westport, number):
    for n in range(number):
        westport.slug_redirects.create(state="CT", slug=f"wpd-{n}")


def add_editors(westport, number):
    for n in range(number):
        westport.editors.add(make_user(f"editor-{n}", is_staff=True))


def add_departments(westport, number):
    for n in range(number):
        make_department(f"Westport Campus {n}", at=(41.14, -73.3 - n / 1000), county="Fairfield", zip="06880")


def add_departments_that_hire(westport, number):
    for n in range(number):
        department = make_department(f"Westport Campus {n}", at=(41.14, -73.3 - n / 1000), county="Fairfield")
        list_specializations(department, "K-9 Unit")
        make_job(department)


def add_counties(westport, number):
    for n in range(number):
        make_department(f"Department {n}", county=f"County {n}")


def add_places(westport, number):
    for n in range(number):
        make_place("Westport", county=f"County {n}")


@pytest.mark.parametrize(
    "add",
    [
        add_divisions,
        add_units,
        add_specializations,
        add_unused_specializations,
        add_openings,
        add_openings_elsewhere,
        add_closed_openings,
        add_slug_redirects,
        add_editors,
        add_departments,
        add_departments_that_hire,
        add_counties,
        add_places,
    ],
)
def test_a_hundred_rows_take_no_more_queries_than_one(country, queries_of, add):
    make_job(make_hiring_neighbor(country))
    counts = []
    for number in (1, 100):
        before = transaction.savepoint()
        add(country, number)
        counts.append({url: queries_of(url) for url in PAGES})
        transaction.savepoint_rollback(before)
    assert {url: number for url, number in counts[1].items() if number > counts[0][url]} == {}


def make_hiring_neighbor(westport):
    """Make sure that the search for hiring departments finds one before and after."""
    neighbor = make_department("Westport Harbor Police", at=(41.1, -73.35), county="Fairfield")
    neighbor.listed_specializations.create(specialization=westport.specializations.get(slug="k-9-unit"))
    return neighbor


@pytest.mark.parametrize(
    ("rows", "index"), [("listed", "COVERING INDEX department_listed"), ("published", "INDEX department_led")]
)
def test_departments_are_counted_and_chiefs_found_with_an_index(without_statistics, rows, index):
    found = getattr(Department.objects, rows)().order_by().values("pk")
    found = found.led_by("Ann Lee") if rows == "published" else found
    # PostgreSQL chooses by the number of rows.
    assert index in found.explain() or connection.vendor == "postgresql"
