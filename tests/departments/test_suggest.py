"""Suggestions while a visitor types: JSON, found by two queries."""

import pytest
from django.db import connection

from departments.models import Department
from departments.names import name_prefixes
from tests.factories import make_alice, make_department, make_place

SUGGEST = "/departments/suggest/"


@pytest.fixture
def suggest(client, db):
    """``suggest("westp")`` returns the names of the suggested departments."""

    def suggest(q):
        return [department["name"] for department in client.get(SUGGEST, {"q": q}).json()["departments"]]

    return suggest


def test_a_suggestion_has_a_name_a_town_and_a_url(client, db):
    department = make_department()
    assert client.get(SUGGEST, {"q": "westp"}).json() == {
        "departments": [
            {"name": "Westport Police Department", "town": "Westport, CT", "url": department.get_absolute_url()}
        ],
        "places": [],
    }


def test_the_largest_towns_with_the_name_are_suggested(client, db):
    for state, zip_codes in (("CT", 4), ("MA", 1), ("WA", 2), ("OR", 0)):
        make_place("Westport", state, zip_codes=zip_codes)
    make_place("Westport", "CT", zip="06880")
    found = client.get(SUGGEST, {"q": "westp"}).json()["places"]
    assert [place["name"] for place in found] == ["Westport, CT", "Westport, WA", "Westport, MA"]
    assert found[0]["url"] == "/departments/?q=Westport%2C+Fairfield+County%2C+CT"


def test_names_come_before_towns_and_larger_departments_first(suggest):
    make_department("Harbor Police", city="Milford", population=900)
    make_department("Milford Police", city="Milford", population=5)
    make_department("Milford Police Department", city="Milford", state="DE", population=80)
    make_department("New Milford Police", city="New Milford")
    assert suggest("milf") == ["Milford Police Department", "Milford Police", "Harbor Police"]


def test_at_most_eight_are_suggested(suggest):
    for number in range(9):
        make_department(f"Milford Precinct {number}")
    assert len(suggest("milford")) == 8


@pytest.mark.parametrize(
    "q", ["st. l", "st l", "saint lou", "ST LOUIS P", "St. Louis PD", "louis", "s", "", " ", "?", "st louis polices"]
)
def test_abbreviations_and_unfinished_words_work(suggest, q):
    make_department("St. Louis Police Department", city="St. Louis", state="MO")
    fits = q not in ("louis", "s", "", " ", "?", "st louis polices")
    assert suggest(q) == (["St. Louis Police Department"] if fits else [])


@pytest.mark.parametrize(
    ("typed", "begin"),
    [
        ("st", ["saint", "st"]),
        ("mt v", ["mount v"]),
        ("westport p", ["westport p"]),
        ("westport pd", ["westport police department", "westport pd"]),
        ("é", []),
        ("", []),
    ],
)
def test_the_last_word_may_be_an_abbreviation_or_unfinished(typed, begin):
    assert name_prefixes(typed) == begin


def test_drafts_are_never_suggested(suggest, client):
    make_department(status="draft")
    assert suggest("westp") == []
    client.force_login(make_alice())
    assert suggest("westp") == []


def test_everyone_gets_the_same_suggestions_which_can_be_cached(client, db):
    make_department()
    answer = client.get(SUGGEST, {"q": "westp"})
    client.force_login(make_alice())
    to_staff = client.get(SUGGEST, {"q": "westp"})
    assert answer.content == to_staff.content
    assert (answer["Cache-Control"], to_staff["Cache-Control"]) == ("public, max-age=0", "public, max-age=0")
    for response in (answer, to_staff):
        assert "Cookie" not in response.get("Vary", "")
        assert "Set-Cookie" not in response


def test_it_takes_two_queries(queries_of):
    for number in range(30):
        make_department(f"St. Precinct {number}", city="Stamford")
    assert queries_of(f"{SUGGEST}?q=st") == 2


def test_the_query_uses_indexes(without_statistics):
    """Each part of the query is a range of an index, without a table scan."""
    plan = Department.objects.published().starting_with("st").explain()
    assert "department_by_city" in plan or connection.vendor == "postgresql"  # which chooses among several
    assert "SCAN departments_department" not in plan and "Seq Scan" not in plan


def test_a_short_form_suggests_the_department_that_it_means(client, db):
    make_department("Los Angeles Police Department", state="CA", city="Los Angeles")
    for typed in ("LAPD", "l.a.p.d."):
        found = client.get("/departments/suggest/", {"q": typed}).json()["departments"]
        assert [department["name"] for department in found] == ["Los Angeles Police Department"]
