"""The ZIP codes and towns of the ``zipcodes`` package, loaded as a whole."""

import zoneinfo
from io import StringIO

import pytest
import zipcodes
from django.core.management import call_command
from django.db.models import Count, Q

from departments.geo import states
from departments.models import Jurisdiction, Place
from departments.search import places as finder

# These check the data. The whole country is loaded on both engines in test_country.
pytestmark = pytest.mark.any_engine


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The output of ``load_places`` for the whole package. Loading takes seconds, so it runs once for this module.

    The rows are committed, seen by each test inside its own transaction, and removed after the last.
    """
    text = StringIO()
    with django_db_blocker.unblock():
        call_command("load_places", stdout=text)
        try:
            yield text.getvalue()
        finally:
            Place.objects.all().delete()
            Jurisdiction.objects.all().delete()


@pytest.fixture
def gazette(loaded, db):
    """All real places."""
    return Place.objects.all()


@pytest.mark.unmeasured
def test_the_command_prints_the_numbers_of_places_and_jurisdictions(loaded, gazette):
    areas = f"Loaded {Jurisdiction.objects.count():,} municipalities and counties.\n"
    assert loaded == f"Loaded {gazette.count():,} places.\n{areas}"


def test_nearly_all_zip_codes_are_loaded(gazette):
    rows = {row["zip_code"] for row in zipcodes.list_all() if row["state"] in states.STATES}
    stored = set(gazette.exclude(zip="").values_list("zip", flat=True))
    assert stored < rows
    # The Postal Service has almost 42,000. Fewer than 100 of those in the package have no coordinates.
    assert 41_000 < len(stored) < 42_500
    assert len(rows - stored) < 100


@pytest.mark.parametrize(
    ("name", "state", "at"),
    [
        ("Paradise", "NV", (36.1, -115.13)),
        ("West Bloomfield", "MI", (42.57, -83.38)),
        ("Sunrise Manor", "NV", (36.18, -115.05)),
    ],
)
def test_a_municipality_that_no_address_names_is_a_place(gazette, name, state, at):
    (town,) = gazette.towns(name, state)
    assert town.point == pytest.approx(at, abs=0.1)


def test_westport_has_its_coordinates(gazette):
    westport = gazette.get(zip="06880")
    assert (westport.name, westport.state, westport.county) == ("Westport", "CT", "Fairfield County")
    assert westport.point == pytest.approx((41.14, -73.35), abs=0.02)
    assert westport.time_zone == "America/New_York"
    (town,) = gazette.towns("Westport", "CT")
    assert town.zip == "" and town.point == pytest.approx((41.14, -73.35), abs=0.03)


def test_no_place_is_at_zero_zero_or_outside_its_state(gazette):
    strays = [
        place
        for place in gazette.only("state", "latitude", "longitude")
        if (place.latitude, place.longitude) == (0, 0)
        or not states.contains(place.state, place.latitude, place.longitude)
    ]
    assert strays == []


def test_zip_codes_without_coordinates_are_left_out(gazette):
    at_zero = {row["zip_code"] for row in zipcodes.list_all() if not float(row["lat"] or 0)}
    assert len(at_zero) > 800
    assert not gazette.filter(zip__in=["11805", "20588", "90085"])
    assert not set(gazette.values_list("zip", flat=True)) & at_zero


def test_military_post_offices_abroad_are_left_out(gazette):
    assert not gazette.exclude(state__in=states.STATES)
    assert not gazette.filter(zip__in=["09001", "34002", "96201"])


def test_an_invalid_time_zone_is_replaced(gazette):
    assert gazette.get(zip="99634").time_zone == "America/Anchorage"
    assert set(gazette.values_list("time_zone", flat=True)) <= zoneinfo.available_timezones()


@pytest.mark.parametrize(
    ("zip", "zone"),
    [("79901", "America/Denver"), ("99546", "America/Adak"), ("85001", "America/Phoenix"), ("96910", "Pacific/Guam")],
)
def test_time_zones_are_those_of_the_zip_codes(gazette, zip, zone):
    assert gazette.get(zip=zip).time_zone == zone


def test_a_company_with_a_zip_code_is_not_a_place(gazette):
    assert gazette.filter(zip="00501").exists()
    assert not gazette.towns("Internal Revenue Service")


def test_neighborhoods_are_loaded_and_come_after_towns(gazette):
    (saugatuck,) = gazette.towns("Saugatuck", "CT")
    assert saugatuck.zip_codes == 0
    assert [str(place) for place in finder.find("Saugatuck")] == ["Saugatuck, MI"]
    assert finder.find("Saugatuck, CT") == [saugatuck]


def test_a_large_town_is_one_place(gazette):
    (new_york,) = finder.find("New York, NY")
    assert new_york.zip_codes > 100
    assert new_york.point == pytest.approx((40.75, -73.99), abs=0.1)


def test_places_with_the_same_name_can_be_found_one_by_one(gazette):
    repeated = gazette.filter(zip="").values("state", "key").annotate(number=Count("pk")).filter(number__gt=1)
    assert repeated
    wanted = Q()
    for name in repeated:
        wanted |= Q(state=name["state"], key=name["key"])
    for place in gazette.filter(wanted, zip=""):
        assert finder.find(place.search_text) == [place]
