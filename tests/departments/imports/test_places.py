"""Loading ZIP codes and towns: what the package really holds, and rows made up to be awkward."""

import zoneinfo
from io import StringIO

import pytest
import zipcodes
from django.core.management import call_command
from django.db import IntegrityError
from django.db.models import Count, Q

from departments.geo import states
from departments.imports import places
from departments.models import Place
from departments.search import places as finder


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """What ``load_places`` says after loading the whole package, which takes seconds: once for all tests here.

    The rows are committed, seen by each test inside its own transaction, and removed after the last.
    """
    said = StringIO()
    with django_db_blocker.unblock():
        call_command("load_places", stdout=said)
        try:
            yield said.getvalue()
        finally:
            Place.objects.all().delete()


@pytest.fixture
def gazette(loaded, db):
    """All real places."""
    return Place.objects.all()


@pytest.mark.unmeasured
def test_the_command_says_how_many_it_loaded(loaded, gazette):
    assert loaded == f"Loaded {gazette.count():,} places.\n"


def test_nearly_every_zip_code_of_the_country_is_there(gazette):
    rows = {row["zip_code"] for row in zipcodes.list_all() if row["state"] in states.STATES}
    stored = set(gazette.exclude(zip="").values_list("zip", flat=True))
    assert stored < rows
    # The Postal Service has a little less than 42,000; under a hundred of those in the package have no position.
    assert 41_000 < len(stored) < 42_500
    assert len(rows - stored) < 100


def test_westport_is_where_it_is(gazette):
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


def test_zip_codes_without_a_position_are_left_out(gazette):
    at_zero = {row["zip_code"] for row in zipcodes.list_all() if not float(row["lat"] or 0)}
    assert len(at_zero) > 800
    assert not gazette.filter(zip__in=["11805", "20588", "90085"])
    assert not set(gazette.values_list("zip", flat=True)) & at_zero


def test_post_offices_of_the_forces_abroad_are_no_places_here(gazette):
    assert not gazette.exclude(state__in=states.STATES)
    assert not gazette.filter(zip__in=["09001", "34002", "96201"])


def test_a_town_where_a_zone_belongs_is_replaced(gazette):
    assert gazette.get(zip="99634").time_zone == "America/Anchorage"
    assert set(gazette.values_list("time_zone", flat=True)) <= zoneinfo.available_timezones()


@pytest.mark.parametrize(
    ("zip", "zone"),
    [("79901", "America/Denver"), ("99546", "America/Adak"), ("85001", "America/Phoenix"), ("96910", "Pacific/Guam")],
)
def test_zones_are_the_zip_codes_own(gazette, zip, zone):
    assert gazette.get(zip=zip).time_zone == zone


def test_a_company_that_has_a_zip_code_is_no_place(gazette):
    assert gazette.filter(zip="00501").exists()
    assert not gazette.towns("Internal Revenue Service")


def test_neighbourhoods_are_there_and_come_after_towns(gazette):
    (saugatuck,) = gazette.towns("Saugatuck", "CT")
    assert saugatuck.zip_codes == 0
    assert [str(place) for place in finder.find("Saugatuck")] == ["Saugatuck, MI"]
    assert finder.find("Saugatuck, CT") == [saugatuck]


def test_a_large_town_is_one_place_in_its_middle(gazette):
    (new_york,) = finder.find("New York, NY")
    assert new_york.zip_codes > 100
    assert new_york.point == pytest.approx((40.75, -73.99), abs=0.1)


def test_every_place_whose_name_repeats_in_its_state_can_be_meant_alone(gazette):
    repeated = gazette.filter(zip="").values("state", "key").annotate(number=Count("pk")).filter(number__gt=1)
    assert repeated
    wanted = Q()
    for name in repeated:
        wanted |= Q(state=name["state"], key=name["key"])
    for place in gazette.filter(wanted, zip=""):
        assert finder.find(place.search_text) == [place]


def test_looking_up_uses_indexes(gazette):
    for query in (
        gazette.zip_code("06880"),
        gazette.towns("Westport"),
        gazette.towns("Westport", "CT"),
        gazette.of_address("06880", "Westport", "CT"),
    ):
        plan = query.explain()
        assert "Index" in plan or "INDEX" in plan
        assert "SCAN departments_place" not in plan and "Seq Scan" not in plan


# Rows made up to be awkward


def row(zip_code="06880", city="Westport", state="CT", lat="41.1434", long="-73.3496", **values):
    """A row like the package's."""
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
    """``load(*rows)`` loads these rows in place of the package's."""

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
def test_a_row_that_can_not_be_right_is_left_out(load, values):
    load(row("06880"), row("06881", **values))
    assert zip_codes() == ["06880"]


@pytest.mark.parametrize("zone", ["Napakiak", "", "America/New York", "../etc/passwd"])
def test_a_zone_that_is_none_becomes_the_states(load, zone):
    load(row(state="AK", lat="60.6871", long="-161.7524", timezone=zone))
    assert set(Place.objects.values_list("time_zone", flat=True)) == {"America/Anchorage"}


def test_loading_twice_gives_the_same(load):
    rows = [row(), row("06881"), row("06850", "Norwalk", lat="41.1177", long="-73.4082")]
    first = load(*rows)
    before = list(Place.objects.order_by("zip", "key").values_list("zip", "name", "latitude", "longitude"))
    assert load(*rows) == first == Place.objects.count() == 5
    assert before == list(Place.objects.order_by("zip", "key").values_list("zip", "name", "latitude", "longitude"))


def test_what_the_package_no_longer_has_goes(load):
    load(row(), row("06850", "Norwalk"))
    load(row())
    assert zip_codes() == ["06880"]
    assert not Place.objects.towns("Norwalk")


def test_when_it_breaks_in_the_middle_everything_stays_as_it_was(load):
    load(row("06880"), row("06881"))
    before = list(Place.objects.order_by("pk").values())
    # The old rows are deleted and new ones are going in when the database refuses the second 06850.
    with pytest.raises(IntegrityError):
        load(row("06850", "Norwalk"), row("06850", "Norwalk"))
    assert list(Place.objects.order_by("pk").values()) == before


def test_a_town_is_in_the_middle_of_its_zip_codes_wherever_one_stray_is(load):
    load(
        row("06880", lat="41.10", long="-73.30"),
        row("06881", lat="41.20", long="-73.40"),
        row("06882", lat="42.05", long="-72.00"),
    )
    (town,) = Place.objects.towns("Westport")
    assert town.point == (41.20, -73.30)
    assert town.zip_codes == 3


def test_post_office_boxes_do_not_move_a_town(load):
    boxes = [row(f"0688{n}", lat="41.9", long="-72.1", zip_code_type="PO BOX") for n in range(1, 6)]
    load(row("06880"), *boxes)
    (town,) = Place.objects.towns("Westport")
    assert town.point == (41.1434, -73.3496)


def test_a_town_of_nothing_but_post_office_boxes_is_where_they_are(load):
    load(row(lat="41.5", long="-72.5", zip_code_type="PO BOX"))
    (town,) = Place.objects.towns("Westport")
    assert town.point == (41.5, -72.5)


def test_towns_of_one_name_in_one_state_that_are_far_apart_stay_two(load):
    load(
        row("07081", "Springfield", "NJ", "40.70", "-74.32", county="Union County"),
        row("08022", "Springfield", "NJ", "40.05", "-74.70", county="Burlington County"),
    )
    assert {town.county for town in Place.objects.towns("Springfield", "NJ")} == {"Union County", "Burlington County"}


def test_a_town_that_lies_in_two_counties_is_one(load):
    load(
        row("07081", "Springfield", "NJ", "40.70", "-74.32", county="Union County"),
        row("07082", "Springfield", "NJ", "40.71", "-74.30", county="Union County"),
        row("07083", "Springfield", "NJ", "40.72", "-74.28", county="Essex County"),
    )
    (town,) = Place.objects.towns("Springfield", "NJ")
    assert (town.county, town.zip_codes) == ("Union County", 3)


def test_towns_of_one_name_in_two_states_are_two(load):
    load(row(), row("02790", "Westport", "MA", "41.58", "-71.08"))
    assert {town.state for town in Place.objects.towns("Westport")} == {"CT", "MA"}


def test_other_names_of_a_zip_code_are_towns_or_neighbourhoods(load):
    load(row(acceptable_cities=["Compo"], unacceptable_cities=["Saugatuck"]))
    assert [town.zip_codes for town in Place.objects.towns("Compo")] == [1]
    assert [town.zip_codes for town in Place.objects.towns("Saugatuck")] == [0]


def test_a_neighbourhood_with_a_towns_name_does_not_move_the_town(load):
    load(row(), row("06103", "Hartford", lat="41.76", long="-72.68", unacceptable_cities=["Westport"]))
    (town,) = Place.objects.towns("Westport", "CT")
    assert (town.point, town.zip_codes) == ((41.1434, -73.3496), 1)


def test_a_companys_own_zip_code_adds_no_names(load):
    load(row(zip_code_type="UNIQUE", acceptable_cities=["Acme"], unacceptable_cities=["Acme Insurance"]))
    assert {place.name for place in Place.objects.all()} == {"Westport"}


def test_a_name_without_a_letter_or_digit_is_no_town(load):
    load(row(unacceptable_cities=["---"]))
    assert {place.name for place in Place.objects.all()} == {"Westport"}
