"""Where a department is and what time it is there: given, or taken from its ZIP code, its town or its state."""

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
    """As an admin does it: the form checks, then saves."""
    department = Department.objects.get(pk=department.pk)
    for name, value in values.items():
        setattr(department, name, value)
    department.full_clean()
    department.save()
    return department


def test_a_position_that_is_given_is_kept(map):
    department = make_department(zip="06880", at=BUILDING)
    assert position(department) == (BUILDING, "building")


def test_given_without_a_precision_it_is_the_buildings(map):
    department = make_department(zip="06880", latitude=BUILDING[0], longitude=BUILDING[1])
    assert position(department) == (BUILDING, "building")


def test_its_precision_may_be_given_with_it(map):
    department = make_department(latitude=41.2, longitude=-73.3, precision="county")
    assert position(department) == ((41.2, -73.3), "county")


@pytest.mark.parametrize("zip", ["06880", "06880-1234"])
def test_else_it_is_the_zip_codes(map, zip):
    assert position(make_department(zip=zip)) == (ZIP_CODE, "zip")


@pytest.mark.parametrize("zip", ["", "06899", "90001"])
def test_else_it_is_the_towns(map, zip):
    make_place("Los Angeles", "CA", "90001", at=(33.97, -118.25))
    assert position(make_department(zip=zip)) == (TOWN, "town")


def test_the_town_may_be_spelled_otherwise(map):
    assert position(make_department(city="WESTPORT ")) == (TOWN, "town")


def test_a_town_of_that_name_in_another_state_is_another(map):
    assert position(make_department(state="MA")) == (None, "")


@pytest.mark.parametrize("city", ["", "Atlantis"])
def test_else_it_has_none(map, city):
    assert position(make_department(city=city)) == (None, "")


def test_a_position_from_the_address_follows_it(map):
    department = make_department(zip="06880")
    change(department, zip="", city="Norwalk")
    assert position(department) == (NORWALK, "town")
    change(department, zip="06880", city="Westport")
    assert position(department) == (ZIP_CODE, "zip")


def test_it_follows_on_the_same_object_too(map):
    department = make_department(zip="06880")
    department.zip, department.city = "", "Norwalk"
    department.save()
    assert position(department) == (NORWALK, "town")


def test_when_nobody_knows_the_new_address_the_old_position_is_forgotten(map):
    department = make_department(zip="06880")
    change(department, zip="", city="Atlantis")
    assert position(department) == (None, "")


def test_a_given_position_stays_when_the_address_changes(map):
    department = make_department(zip="06880", at=BUILDING)
    change(department, zip="", city="Norwalk")
    assert position(department) == (BUILDING, "building")


@pytest.mark.parametrize("precision", ["building", "zip"])
def test_a_position_given_together_with_a_new_address_is_kept(map, precision):
    department = make_department(zip="06880")
    change(department, zip="", city="Norwalk", latitude=41.1, longitude=-73.42, precision=precision)
    assert position(department) == ((41.1, -73.42), precision)


def test_a_given_position_replaces_a_found_one(map):
    department = make_department(zip="06880")
    change(department, latitude=BUILDING[0], longitude=BUILDING[1], precision="building")
    assert position(department) == (BUILDING, "building")


def test_emptied_it_is_found_again(map):
    department = make_department(zip="06880", at=BUILDING)
    change(department, latitude=None, longitude=None, precision="")
    assert position(department) == (ZIP_CODE, "zip")


def test_saving_something_else_leaves_it_alone(map):
    department = make_department(zip="06880")
    make_place("Westport", zip="06881", at=(41.9, -73.9))
    change(department, chief_name="Pat Doe")
    assert position(department) == (ZIP_CODE, "zip")


def test_a_department_that_has_moved_is_near_its_new_place_only(map):
    department = make_department(at=BUILDING)
    change(department, latitude=34.05, longitude=-118.24)
    assert not Department.objects.near(Point(*BUILDING), 100)
    assert department in Department.objects.near(Point(34.05, -118.24), 1)


@pytest.mark.parametrize("half", [{"latitude": 41.1}, {"longitude": -73.4}])
def test_half_a_position_is_refused(db, half):
    with pytest.raises(ValidationError, match="both a latitude and a longitude"):
        change(make_department(), **half)


@pytest.mark.parametrize("wrong", [{"latitude": 91, "longitude": 0}, {"latitude": 0, "longitude": -181}])
def test_a_position_off_the_map_is_refused(db, wrong):
    with pytest.raises(ValidationError) as refused:
        change(make_department(), **wrong)
    assert set(refused.value.message_dict) & set(wrong)


def zone(**values):
    return Department.objects.get(pk=make_department(**values).pk).time_zone


def test_its_time_zone_is_the_zip_codes(db):
    make_place("El Paso", "TX", "79901", time_zone="America/Denver")
    make_place("El Paso", "TX", time_zone="America/Boise")
    assert zone(state="TX", city="El Paso", zip="79901") == "America/Denver"


def test_else_the_towns(db):
    make_place("El Paso", "TX", time_zone="America/Denver")
    assert zone(state="TX", city="El Paso", zip="79999") == "America/Denver"


def test_else_the_states(db):
    assert zone(state="TX", city="El Paso", zip="79901") == "America/Chicago"


def test_one_that_is_given_is_kept_for_good(map):
    assert zone(zip="06880", time_zone="America/Chicago") == "America/Chicago"


def test_it_is_found_for_a_given_position_too(map):
    assert zone(zip="06880", at=BUILDING) == "America/New_York"


def test_it_follows_the_address(map):
    department = make_department(zip="06880")
    assert change(department, city="Los Angeles", state="CA", zip="").time_zone == "America/Los_Angeles"
    assert change(department, city="Nome", state="AK").time_zone == "America/Anchorage"


def test_one_given_together_with_a_new_address_is_kept(map):
    department = make_department(zip="06880")
    moved = change(department, city="Los Angeles", state="CA", zip="", time_zone="America/Phoenix")
    assert moved.time_zone == "America/Phoenix"


@pytest.mark.parametrize("name", ["Napakiak", "Eastern", "america/new_york", "../etc/passwd", "EST5EDT4"])
def test_a_time_zone_that_is_none_is_refused(db, name):
    with pytest.raises(ValidationError, match=f"“{name}” is not a time zone"):
        change(make_department(), time_zone=name)


@pytest.mark.parametrize("name", ["Napakiak", "../etc/passwd", "/", "", "America"])
def test_where_a_file_brought_one_all_the_same_the_states_holds(db, name):
    department = make_department(state="AK")
    Department.objects.update(time_zone=name)
    department.refresh_from_db()
    assert department.zone == ZoneInfo("America/Anchorage")
    # It may be midnight between two looks at the clock.
    days = {datetime.now(ZoneInfo("America/Anchorage")).date(), department.today()}
    assert department.today() in days | {datetime.now(ZoneInfo("America/Anchorage")).date()}
