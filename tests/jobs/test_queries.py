"""Query counts: every page takes at most eight queries for any number of rows."""

from datetime import date, timedelta

import pytest

from departments.geo.points import Point
from jobs.models import Job
from tests.factories import make_department, make_job, make_place, make_specialization, today
from tests.jobs.models.test_near import north_of

# Other tests cover the same code. Measuring its coverage again would only take time.
pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]

MOST = 8
MANY = 100
WESTPORT = Point(41.1434, -73.3496)
FAR_AWAY = "Springfield%2C+IL"

# Every state of the home page and the job search.
PAGES = [
    "/",
    "/jobs/",
    "/jobs/?page=1&sort=newest",
    "/jobs/?sort=closing",
    "/jobs/?sort=pay",
    "/jobs/?q=officer",
    "/jobs/?q=astronaut",
    "/jobs/?q=06880",
    "/jobs/?q=Norwalk",
    "/jobs/?q=Springfield",
    "/jobs/?q=officer&kind=entry_level&pay=1&state=CT&sort=pay&near=06880&within=250",
    "/jobs/?near=06880",
    "/jobs/?near=06880&within=any",
    "/jobs/?near=Westport%2C+CT&within=10&sort=closing",
    f"/jobs/?near={FAR_AWAY}&within=10",
    f"/jobs/?near={FAR_AWAY}&within=250",
    f"/jobs/?near={FAR_AWAY}&q=astronaut",
    "/jobs/?near=Springfield",
    "/jobs/?near=Atlantis",
    "/jobs/?near=06880&pay=nothing&kind=wizard",
    "/jobs/?sort=distance",
    "/alerts/new/?q=Norwalk",
    "/alerts/new/?q=officer&kind=entry_level&pay=1&state=CT&near=06880&within=250",
]


def hire(number):
    """Create this many departments around Westport, each with an open job and all related rows."""
    for place in range(number):
        department = make_department(f"Police {place}", at=north_of(WESTPORT, 1 + place / 10), city="")
        make_job(department, title=f"Officer {place}", pay_max=50_000, closes_on=today() + timedelta(days=20))
        make_job(department, title=f"Old officer {place}", opens_on=date(2024, 1, 1), closes_on=date(2024, 2, 1))


def test_every_page_takes_at_most_eight_queries_for_any_number_of_jobs(places, queries_of):
    on_an_empty_site = {url: queries_of(url) for url in PAGES}
    hire(1)
    with_one = {url: queries_of(url) for url in PAGES}
    hire(MANY - 1)
    with_many = {url: queries_of(url) for url in PAGES}
    assert {url: number for url, number in with_many.items() if number > with_one[url]} == {}
    for counted in (on_an_empty_site, with_one):
        assert {url: number for url, number in counted.items() if number > MOST} == {}


@pytest.mark.parametrize(
    "values",
    [{}, {"kind": "dispatcher"}, {"opens_on": date(2024, 1, 1), "closes_on": date(2024, 2, 1)}],
    ids=["open", "open, the only one of its kind", "closed"],
)
@pytest.mark.parametrize("place", [WESTPORT, Point(-14.3, -170.7), None], ids=["near", "far", "nowhere"])
def test_a_job_page_takes_no_more_queries_with_more_jobs_nearby(queries_of, values, place):
    job = make_job(make_department("Here", at=place, city=""), **values)
    hire(1)
    with_one = queries_of(job.get_absolute_url())
    hire(MANY - 1)
    assert queries_of(job.get_absolute_url()) <= with_one <= MOST


def test_a_job_page_takes_no_more_queries_with_a_hundred_jobs(queries_of):
    department = make_department(at=WESTPORT)
    job = make_job(department, opens_on=date(2024, 1, 1), closes_on=date(2024, 2, 1))
    make_job(department)
    with_one = queries_of(job.get_absolute_url())
    for number in range(MANY - 1):
        make_job(department, title=f"Officer {number}")
    assert queries_of(job.get_absolute_url()) <= with_one <= MOST


def test_a_search_takes_no_more_queries_with_more_places(queries_of, places):
    hire(1)
    urls = ["/jobs/?near=Springfield", "/jobs/?q=Springfield", "/jobs/?near=06880"]
    before = [queries_of(url) for url in urls]
    for number in range(MANY):
        make_place("Springfield", "OH", at=(39.9, -83.8 + number / 50), county=f"County {number}", zip_codes=number)
        make_specialization(f"Team {number}")
    assert [queries_of(url) for url in urls] == before


@pytest.mark.parametrize("order", ["newest", "by_deadline", "by_pay"])
def test_every_sort_order_uses_an_index(order, without_statistics):
    plan = getattr(Job.objects.all(), order)()[:20].explain()
    assert "SCAN jobs_job USING INDEX" in plan or "Index Scan" in plan, plan
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan and "->  Sort" not in plan, plan
