"""The description of an alert, and the link to its search."""

from urllib.parse import parse_qs, urlsplit

import pytest

from jobs.alerts.models import KIND_PHRASES
from jobs.models import JobKind
from tests.factories import make_alert, make_department, text_of
from tests.jobs.alerts.helpers import FORM

pytestmark = pytest.mark.django_db

WESTPORT = {"near": "Westport, CT", "latitude": 41.14, "longitude": -73.35}


@pytest.mark.parametrize(
    ("values", "description"),
    [
        ({}, "All jobs, daily"),
        (
            {"kind": "entry_level", "miles": 25, **WESTPORT},
            "Entry-level jobs within 25 miles of Westport, CT, daily",
        ),
        ({"kind": "dispatcher", "frequency": "weekly"}, "Jobs for dispatchers or call takers, weekly"),
        ({"state": "DC"}, "Jobs in the District of Columbia, daily"),
        (WESTPORT, "Jobs at any distance from Westport, CT, daily"),
        ({"q": "night 100%", "state": "NY"}, "Jobs matching “night 100%” in New York, daily"),
        (
            {"q": "K-9", "pay": 60_000, "miles": 10, **WESTPORT},
            "Jobs matching “K-9” within 10 miles of Westport, CT, paying at least $60,000 a year, daily",
        ),
    ],
)
def test_it_describes_its_filters(values, description):
    assert make_alert(**values).describe() == description


def test_it_quotes_its_keywords_only_after_the_owner_has_confirmed_it():
    alert = make_alert(confirmed=False, q="Verify at evil.example", state="NY")
    assert alert.describe() == "Jobs matching your keywords in New York, daily"
    alert.confirm()
    assert alert.describe() == "Jobs matching “Verify at evil.example” in New York, daily"
    assert alert.describe(quotes_keywords=False) == "Jobs matching your keywords in New York, daily"


def test_it_describes_its_department():
    alert = make_alert(department=make_department(), frequency="weekly")
    assert alert.describe() == "New jobs at the Westport Police Department, weekly"


def test_every_job_type_has_a_phrase():
    assert KIND_PHRASES.keys() == {"", *JobKind.values}


@pytest.mark.parametrize(
    "query",
    [
        "q=night+shift&near=06880&within=50&kind=entry_level&pay=60000&state=CT",
        "near=Norwalk%2C+CT&within=25",
        "near=06880&within=any",
        "near=41.14%2C+-73.35&within=10",
        "state=NY",
        "",
    ],
)
def test_it_links_to_the_search_that_it_was_created_from(client, places, query):
    alert = client.get(f"{FORM}?{query}").context["alert"]
    url = alert.get_absolute_url()
    assert parse_qs(urlsplit(url).query) == parse_qs(query)
    assert client.get(url).status_code == 200
    # That search leads to the same alert.
    again = client.get(FORM, alert.search_query())
    assert alert.describe_jobs() in text_of(again)


def test_an_alert_for_a_department_links_to_its_page(client):
    department = make_department()
    alert = make_alert(department=department)
    assert alert.get_absolute_url() == department.get_absolute_url()
    assert "Westport Police Department" in text_of(client.get(FORM, alert.search_query()))
