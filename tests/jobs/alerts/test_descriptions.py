"""What an alert says of itself, and the search that it leads back to."""

from urllib.parse import parse_qs, urlsplit

import pytest

from jobs.alerts.models import OPENINGS
from jobs.models import JobKind
from tests.factories import make_alert, make_department, text_of
from tests.jobs.alerts.signing_up import FORM

pytestmark = pytest.mark.django_db

WESTPORT = {"near": "Westport, CT", "latitude": 41.14, "longitude": -73.35}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "Openings, daily"),
        (
            {"kind": "entry_level", "miles": 25, **WESTPORT},
            "Entry-level openings within 25 miles of Westport, CT, daily",
        ),
        ({"kind": "dispatcher", "frequency": "weekly"}, "Openings for dispatchers or call takers, weekly"),
        (WESTPORT, "Openings at any distance from Westport, CT, daily"),
        ({"q": "night 100%", "state": "NY"}, "Openings matching “night 100%” in New York, daily"),
        (
            {"q": "K-9", "pay": 60_000, "miles": 10, **WESTPORT},
            "Openings matching “K-9” within 10 miles of Westport, CT, paying at least $60,000 a year, daily",
        ),
    ],
)
def test_it_says_in_words_what_it_sends(values, said):
    assert make_alert(**values).in_words() == said


def test_it_says_in_words_which_department_it_follows():
    alert = make_alert(department=make_department(), frequency="weekly")
    assert alert.in_words() == "New openings at the Westport Police Department, weekly"


def test_it_has_words_for_every_kind_of_opening():
    assert OPENINGS.keys() == {"", *JobKind.values}


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
def test_it_leads_back_to_the_search_that_it_came_from(client, places, query):
    alert = client.get(f"{FORM}?{query}").context["alert"]
    address = alert.get_absolute_url()
    assert parse_qs(urlsplit(address).query) == parse_qs(query)
    assert client.get(address).status_code == 200
    # And from there to the same alert.
    again = client.get(FORM, alert.search_query())
    assert alert.openings_in_words() in text_of(again)


def test_that_of_a_department_leads_to_its_page(client):
    department = make_department()
    alert = make_alert(department=department)
    assert alert.get_absolute_url() == department.get_absolute_url()
    assert "Westport Police Department" in text_of(client.get(FORM, alert.search_query()))
