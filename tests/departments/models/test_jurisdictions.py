"""Finding jurisdictions by ZIP code, by name, by county and by their departments."""

import pytest

from departments.models import Jurisdiction
from departments.models.jurisdiction import can_span_counties
from tests.factories import add_zip_part, make_department, make_jurisdiction

pytestmark = pytest.mark.django_db


def names(found):
    return [(each.name, each.kind) for each in found]


def test_a_zip_code_lies_in_its_largest_part_first():
    city = make_jurisdiction("Fairfax", "VA", "independent city", "Fairfax city")
    county = make_jurisdiction("Fairfax County", "VA", "county", "Fairfax County")
    add_zip_part("22030", city, 0.42)
    add_zip_part("22030", county, 0.58)
    add_zip_part("22031", city, 0.9)
    assert [(each.name, each.share) for each in Jurisdiction.objects.of_zip("22030")] == [
        ("Fairfax County", 0.58),
        ("Fairfax", 0.42),
    ]
    assert not Jurisdiction.objects.of_zip("22032")


def test_the_policed_are_those_with_a_department_each_once(westport):
    make_jurisdiction("Westport", departments=[westport, make_department("Town Constable")])
    make_jurisdiction("Weston")
    assert names(Jurisdiction.objects.policed()) == [("Westport", "town")]
    assert names(Jurisdiction.objects.policed(False)) == [("Weston", "town")]


@pytest.mark.parametrize(
    ("kind", "state", "can_span"),
    [
        ("city", "MO", True),
        ("village", "NY", True),
        ("consolidated city-county", "GA", True),
        ("town", "AZ", True),
        ("town", "NY", False),
        ("town", "CT", False),
        ("township", "MI", False),
        ("county", "MO", False),
    ],
)
def test_cities_can_lie_in_several_counties_but_towns_that_make_up_counties_cannot(kind, state, can_span):
    assert can_span_counties(kind, state) == can_span


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Manchester", [("Manchester", "township"), ("Manchester", "village"), ("Manchester", "CDP")]),
        ("manchester township", [("Manchester", "township")]),
        ("Village of Manchester", [("Manchester", "village")]),
        ("Manchester City", []),
        ("Ocean County", []),
    ],
)
def test_a_town_is_found_by_name_and_kind(typed, found):
    make_jurisdiction("Manchester", "NJ", "CDP", "Warren County")
    make_jurisdiction("Manchester", "NJ", "township", "Ocean County")
    make_jurisdiction("Manchester", "NJ", "village", "Warren County")
    make_jurisdiction("Manchester", "NH", "city", "Hillsborough County")
    make_jurisdiction("Ocean County", "NJ", "county", "Ocean County")
    assert names(Jurisdiction.objects.of_town("NJ", typed)) == found


@pytest.mark.parametrize(
    ("state", "name", "kind", "typed"),
    [
        ("HI", "Urban Honolulu", "CDP", "Honolulu"),
        ("ID", "Boise City", "city", "Boise"),
        ("OK", "Boise City", "city", "Boise City"),
        ("GA", "Athens-Clarke County", "consolidated city-county", "Athens"),
        ("TN", "Lynchburg, Moore County", "consolidated city-county", "lynchburg"),
        ("MO", "St. Louis", "independent city", "Saint Louis"),
        ("NC", "Winston-Salem", "city", "Winston Salem"),
        ("MI", "Charter Oak Village", "CDP", "Charter Oak Village"),
    ],
)
def test_a_town_is_found_by_the_name_that_people_use(state, name, kind, typed):
    make_jurisdiction(name, state, kind)
    assert names(Jurisdiction.objects.of_town(state, typed)) == [(name, kind)]


def test_a_county_is_found_by_its_slug():
    county = make_jurisdiction("St. Louis County", "MO", "county", "St. Louis County")
    make_jurisdiction("Clayton", "MO", "city", "St. Louis County")
    make_jurisdiction("St. Louis city", "MO", "county", "St. Louis city")
    assert list(Jurisdiction.objects.county("MO", "st-louis")) == [county]
    assert [each.name for each in Jurisdiction.objects.county("MO", "st-louis-city")] == ["St. Louis city"]
