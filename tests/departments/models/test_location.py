"""The location and time zone of a department: set, or taken from its ZIP code, town or state."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from departments.geo.points import Point
from departments.models import Department
from tests.factories import make_department, make_place

ZIP_CODE = (41.1434, -73.3496)
TOWN = (41.1415, -73.3579)
NORWALK = (41.1177, -73.4082)
BUILDING = (41.140057, -73.360135)


@pytest.fixture
def map(db):
    """Westport's ZIP code and town, Norwalk without a ZIP code, and Los Angeles."""
    make_place(zip="06880", at=ZIP_CODE)
    make_place(at=TOWN, zip_codes=4)
    make_place("Norwalk", at=NORWALK)
    make_place("Los Angeles", "CA", at=(34.05, -118.24), county="Los Angeles County", time_zone="America/Los_Angeles")


def position(department):
    department = Department.objects.get(pk=department.pk)
    return department.point, department.precision


def change(department, **values):
    """Change fields and save, with the validation of the admin."""
    department = Department.objects.get(pk=department.pk)
    for name, value in values.items():
        setattr(department, name, value)
    department.full_clean()
    department.save()
    return department


def test_a_location_that_was_set_stays(map):
    department = make_department(zip="06880", at=BUILDING)
    assert position(department) == (BUILDING, "building")


def test_a_location_without_a_precision_is_the_building(map):
    department = make_department(zip="06880", latitude=BUILDING[0], longitude=BUILDING[1])
    assert position(department) == (BUILDING, "building")


def test_a_precision_can_be_set_with_the_location(map):
    department = make_department(latitude=41.2, longitude=-73.3, precision="county")
    assert position(department) == ((41.2, -73.3), "county")


@pytest.mark.parametrize("zip", ["06880", "06880-1234"])
def test_without_a_location_the_zip_code_is_used(map, zip):
    assert position(make_department(zip=zip)) == (ZIP_CODE, "zip")


@pytest.mark.parametrize("zip", ["", "06899", "90001"])
def test_without_a_zip_code_the_town_is_used(map, zip):
    make_place("Los Angeles", "CA", "90001", at=(33.97, -118.25))
    assert position(make_department(zip=zip)) == (TOWN, "town")


def test_the_town_may_be_spelled_differently(map):
    assert position(make_department(city="WESTPORT ")) == (TOWN, "town")


def test_a_town_with_the_same_name_in_another_state_is_not_used(map):
    assert position(make_department(state="MA")) == (None, "")


@pytest.mark.parametrize("city", ["", "Atlantis"])
def test_without_a_known_place_it_has_no_location(map, city):
    assert position(make_department(city=city)) == (None, "")


def test_a_derived_location_changes_with_the_address(map):
    department = make_department(zip="06880")
    change(department, zip="", city="Norwalk")
    assert position(department) == (NORWALK, "town")
    change(department, zip="06880", city="Westport")
    assert position(department) == (ZIP_CODE, "zip")


def test_a_derived_location_changes_on_the_same_object_too(map):
    department = make_department(zip="06880")
    department.zip, department.city = "", "Norwalk"
    department.save()
    assert position(department) == (NORWALK, "town")


def test_an_unknown_new_address_clears_the_derived_location(map):
    department = make_department(zip="06880")
    change(department, zip="", city="Atlantis")
    assert position(department) == (None, "")


def test_a_location_that_was_set_stays_when_the_address_changes(map):
    department = make_department(zip="06880", at=BUILDING)
    change(department, zip="", city="Norwalk")
    assert position(department) == (BUILDING, "building")


@pytest.mark.parametrize("precision", ["building", "zip"])
def test_a_location_that_is_set_with_a_new_address_stays(map, precision):
    department = make_department(zip="06880")
    change(department, zip="", city="Norwalk", latitude=41.1, longitude=-73.42, precision=precision)
    assert position(department) == ((41.1, -73.42), precision)


def test_a_location_that_is_set_replaces_a_derived_one(map):
    department = make_department(zip="06880")
    change(department, latitude=BUILDING[0], longitude=BUILDING[1], precision="building")
    assert position(department) == (BUILDING, "building")


def test_a_cleared_location_is_derived_again(map):
    department = make_department(zip="06880", at=BUILDING)
    change(department, latitude=None, longitude=None, precision="")
    assert position(department) == (ZIP_CODE, "zip")


def test_saving_other_fields_leaves_the_location_alone(map):
    department = make_department(zip="06880")
    make_place("Westport", zip="06881", at=(41.9, -73.9))
    change(department, chief_name="Pat Doe")
    assert position(department) == (ZIP_CODE, "zip")


def test_a_moved_department_is_near_its_new_place_only(map):
    department = make_department(at=BUILDING)
    change(department, state="CA", latitude=34.05, longitude=-118.24)
    assert not Department.objects.near(Point(*BUILDING), 100)
    assert department in Department.objects.near(Point(34.05, -118.24), 1)


@pytest.mark.parametrize("half", [{"latitude": 41.1}, {"longitude": -73.4}])
def test_half_a_location_is_rejected(db, half):
    with pytest.raises(ValidationError, match="both a latitude and a longitude"):
        change(make_department(), **half)


@pytest.mark.parametrize("wrong", [{"latitude": 91, "longitude": 0}, {"latitude": 0, "longitude": -181}])
def test_a_location_out_of_range_is_rejected(db, wrong):
    with pytest.raises(ValidationError) as refused:
        change(make_department(), **wrong)
    assert set(refused.value.message_dict) & set(wrong)


def zone(**values):
    return Department.objects.get(pk=make_department(**values).pk).time_zone


def test_its_time_zone_is_that_of_the_zip_code(db):
    make_place("El Paso", "TX", "79901", time_zone="America/Denver")
    make_place("El Paso", "TX", time_zone="America/Boise")
    assert zone(state="TX", city="El Paso", zip="79901") == "America/Denver"


def test_without_a_zip_code_its_time_zone_is_that_of_the_town(db):
    make_place("El Paso", "TX", time_zone="America/Denver")
    assert zone(state="TX", city="El Paso", zip="79999") == "America/Denver"


def test_without_a_place_its_time_zone_is_that_of_the_state(db):
    assert zone(state="TX", city="El Paso", zip="79901") == "America/Chicago"


def test_a_time_zone_that_was_set_stays(map):
    assert zone(zip="06880", time_zone="America/Chicago") == "America/Chicago"


def test_a_location_that_was_set_still_gets_a_time_zone(map):
    assert zone(zip="06880", at=BUILDING) == "America/New_York"


def test_a_derived_time_zone_changes_with_the_address(map):
    department = make_department(zip="06880")
    assert change(department, city="Los Angeles", state="CA", zip="").time_zone == "America/Los_Angeles"
    assert change(department, city="Nome", state="AK").time_zone == "America/Anchorage"


def test_a_time_zone_that_is_set_with_a_new_address_stays(map):
    department = make_department(zip="06880")
    moved = change(department, city="Los Angeles", state="CA", zip="", time_zone="America/Phoenix")
    assert moved.time_zone == "America/Phoenix"


@pytest.mark.parametrize("name", ["Napakiak", "Eastern", "america/new_york", "../etc/passwd", "EST5EDT4"])
def test_an_invalid_time_zone_is_rejected(db, name):
    with pytest.raises(ValidationError, match=f"“{name}” is not a time zone"):
        change(make_department(), time_zone=name)


@pytest.mark.parametrize("name", ["Napakiak", "../etc/passwd", "/", "", "America"])
def test_a_stored_invalid_time_zone_falls_back_to_the_state(db, name):
    department = make_department(state="AK")
    Department.objects.update(time_zone=name)
    department.refresh_from_db()
    assert department.zone == ZoneInfo("America/Anchorage")
    # Midnight may pass between the two calls.
    days = {datetime.now(ZoneInfo("America/Anchorage")).date(), department.today()}
    assert department.today() in days | {datetime.now(ZoneInfo("America/Anchorage")).date()}
