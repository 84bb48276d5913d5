"""Loading ZIP codes and towns: made-up edge cases."""

import pytest
import zipcodes
from django.db import IntegrityError

from departments.imports import jurisdictions, places
from departments.models import Place


def row(zip_code="06880", city="Westport", state="CT", lat="41.1434", long="-73.3496", **values):
    """Return a row in the format of the package."""
    return {
        "zip_code": zip_code,
        "zip_code_type": "STANDARD",
        "city": city,
        "acceptable_cities": [],
        "unacceptable_cities": [],
        "state": state,
        "county": "Fairfield County",
        "timezone": "America/New_York",
        "lat": lat,
        "long": long,
    } | values


@pytest.fixture
def load(monkeypatch, db):
    """``load(*rows)`` loads these rows instead of the package's, and no municipalities."""
    monkeypatch.setattr(jurisdictions, "read", lambda: ({}, []))

    def load(*rows):
        monkeypatch.setattr(zipcodes, "list_all", lambda: list(rows))
        return places.load()

    return load


def zip_codes():
    return list(Place.objects.exclude(zip="").order_by("zip").values_list("zip", flat=True))


def test_it_loads_a_zip_code_and_its_town(load):
    assert load(row()) == 2
    assert sorted(str(place) for place in Place.objects.all()) == ["Westport, CT", "Westport, CT 06880"]


@pytest.mark.parametrize(
    "values",
    [
        {"lat": "0", "long": "0"},
        {"lat": "0.0000", "long": "0.0000"},
        {"lat": "", "long": ""},
        {"lat": None, "long": None},
        {"lat": "41.1434", "long": "73.3496"},
        {"lat": "-73.3496", "long": "41.1434"},
        {"lat": "61.2181", "long": "-149.9003"},
        {"state": "AE"},
        {"state": ""},
    ],
)
def test_an_impossible_row_is_left_out(load, values):
    load(row("06880"), row("06881", **values))
    assert zip_codes() == ["06880"]


@pytest.mark.parametrize("zone", ["Napakiak", "", "America/New York", "../etc/passwd"])
def test_an_unknown_time_zone_becomes_that_of_the_state(load, zone):
    load(row(state="AK", lat="60.6871", long="-161.7524", timezone=zone))
    assert set(Place.objects.values_list("time_zone", flat=True)) == {"America/Anchorage"}


def test_loading_twice_gives_the_same(load):
    rows = [row(), row("06881"), row("06850", "Norwalk", lat="41.1177", long="-73.4082")]
    first = load(*rows)
    before = list(Place.objects.order_by("zip", "key").values_list("zip", "name", "latitude", "longitude"))
    assert load(*rows) == first == Place.objects.count() == 5
    assert before == list(Place.objects.order_by("zip", "key").values_list("zip", "name", "latitude", "longitude"))


def test_places_that_the_package_no_longer_has_are_deleted(load):
    load(row(), row("06850", "Norwalk"))
    load(row())
    assert zip_codes() == ["06880"]
    assert not Place.objects.towns("Norwalk")


def test_an_error_in_the_middle_changes_nothing(load):
    load(row("06880"), row("06881"))
    before = list(Place.objects.order_by("pk").values())
    # The database rejects the second 06850 after the old rows were deleted.
    with pytest.raises(IntegrityError):
        load(row("06850", "Norwalk"), row("06850", "Norwalk"))
    assert list(Place.objects.order_by("pk").values()) == before


def test_an_outlier_does_not_move_a_town(load):
    load(
        row("06880", lat="41.10", long="-73.30"),
        row("06881", lat="41.20", long="-73.40"),
        row("06882", lat="42.05", long="-72.00"),
    )
    (town,) = Place.objects.towns("Westport")
    assert town.point == (41.20, -73.30)
    assert town.zip_codes == 3


def test_po_boxes_do_not_move_a_town(load):
    boxes = [row(f"0688{n}", lat="41.9", long="-72.1", zip_code_type="PO BOX") for n in range(1, 6)]
    load(row("06880"), *boxes)
    (town,) = Place.objects.towns("Westport")
    assert town.point == (41.1434, -73.3496)


def test_a_town_with_only_po_boxes_is_located_there(load):
    load(row(lat="41.5", long="-72.5", zip_code_type="PO BOX"))
    (town,) = Place.objects.towns("Westport")
    assert town.point == (41.5, -72.5)


def test_towns_with_the_same_name_that_are_far_apart_stay_separate(load):
    load(
        row("07081", "Springfield", "NJ", "40.70", "-74.32", county="Union County"),
        row("08022", "Springfield", "NJ", "40.05", "-74.70", county="Burlington County"),
    )
    assert {town.county for town in Place.objects.towns("Springfield", "NJ")} == {"Union County", "Burlington County"}


def test_a_town_in_two_counties_is_one_place(load):
    load(
        row("07081", "Springfield", "NJ", "40.70", "-74.32", county="Union County"),
        row("07082", "Springfield", "NJ", "40.71", "-74.30", county="Union County"),
        row("07083", "Springfield", "NJ", "40.72", "-74.28", county="Essex County"),
    )
    (town,) = Place.objects.towns("Springfield", "NJ")
    assert (town.county, town.zip_codes) == ("Union County", 3)


def test_towns_with_the_same_name_in_two_states_are_two_places(load):
    load(row(), row("02790", "Westport", "MA", "41.58", "-71.08"))
    assert {town.state for town in Place.objects.towns("Westport")} == {"CT", "MA"}


def test_other_names_of_a_zip_code_are_towns_or_neighborhoods(load):
    load(row(acceptable_cities=["Compo"], unacceptable_cities=["Saugatuck"]))
    assert [town.zip_codes for town in Place.objects.towns("Compo")] == [1]
    assert [town.zip_codes for town in Place.objects.towns("Saugatuck")] == [0]


def test_a_neighborhood_with_the_name_of_a_town_does_not_move_it(load):
    load(row(), row("06103", "Hartford", lat="41.76", long="-72.68", unacceptable_cities=["Westport"]))
    (town,) = Place.objects.towns("Westport", "CT")
    assert (town.point, town.zip_codes) == ((41.1434, -73.3496), 1)


def test_the_zip_code_of_a_company_adds_no_names(load):
    load(row(zip_code_type="UNIQUE", acceptable_cities=["Acme"], unacceptable_cities=["Acme Insurance"]))
    assert {place.name for place in Place.objects.all()} == {"Westport"}


def test_a_name_without_letters_or_digits_is_not_a_town(load):
    load(row(unacceptable_cities=["---"]))
    assert {place.name for place in Place.objects.all()} == {"Westport"}
