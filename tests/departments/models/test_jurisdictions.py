"""Finding jurisdictions by ZIP code, by name and by county."""

import pytest

from departments.models import Jurisdiction
from tests.factories import add_zip_part, make_jurisdiction

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


@pytest.mark.parametrize(
    ("typed", "county", "found"),
    [
        ("Manchester", "", [("Manchester", "township"), ("Manchester", "village"), ("Manchester", "CDP")]),
        ("manchester township", "", [("Manchester", "township")]),
        ("Village of Manchester", "", [("Manchester", "village")]),
        ("Manchester", "Ocean County", [("Manchester", "township")]),
        ("Manchester", "ocean", [("Manchester", "township")]),
        ("Manchester City", "", []),
        ("Ocean County", "", []),
    ],
)
def test_a_town_is_found_by_name_kind_and_county(typed, county, found):
    make_jurisdiction("Manchester", "NJ", "CDP", "Warren County")
    make_jurisdiction("Manchester", "NJ", "township", "Ocean County")
    make_jurisdiction("Manchester", "NJ", "village", "Warren County")
    make_jurisdiction("Manchester", "NH", "city", "Hillsborough County")
    make_jurisdiction("Ocean County", "NJ", "county", "Ocean County")
    assert names(Jurisdiction.objects.of_town("NJ", typed, county)) == found


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
