"""States, the District and the territories agree with figures that were looked up by hand."""

import zoneinfo

import pytest

from departments.geo import states


def test_there_are_fifty_states_the_district_and_five_territories():
    assert len(states.STATES) == 56
    assert {"DC", "AS", "GU", "MP", "PR", "VI"} <= set(states.STATES)


def test_choices_are_sorted_by_name():
    names = [name for _, name in states.CHOICES]
    assert names[0] == "Alabama" and names[-1] == "Wyoming"
    assert ("CT", "Connecticut") in states.CHOICES
    # "U.S. Virgin Islands" is sorted as "Virgin Islands", where people look for it.
    assert names.index("Texas") < names.index("U.S. Virgin Islands") < names.index("Utah")
    others = [name for name in names if name != "U.S. Virgin Islands"]
    assert others == sorted(others)


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("CT", "America/New_York"),
        ("AL", "America/Chicago"),
        ("AZ", "America/Phoenix"),
        ("HI", "Pacific/Honolulu"),
        ("AK", "America/Anchorage"),
        ("GU", "Pacific/Guam"),
        ("PR", "America/Puerto_Rico"),
        ("IN", "America/Indiana/Indianapolis"),
    ],
)
def test_each_state_has_the_time_zone_of_most_residents(code, zone):
    assert states.STATES[code].time_zone == zone


def test_every_time_zone_is_valid():
    assert {state.time_zone for state in states.STATES.values()} <= zoneinfo.available_timezones()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("CT", "CT"),
        ("ct", "CT"),
        (" Connecticut ", "CT"),
        ("new   YORK", "NY"),
        ("U.S. Virgin Islands", "VI"),
        ("US Virgin Islands", "VI"),
        ("district of columbia", "DC"),
        ("Washington, D.C.", "DC"),
        ("D.C.", "DC"),
        ("NB", "NE"),
        ("gm", "GU"),
        ("Conn.", "CT"),
        ("conn", "CT"),
        ("mass.", "MA"),
        ("Calif", "CA"),
        ("Penn.", "PA"),
        ("penna", "PA"),
        ("Wash.", "WA"),
        ("W. Va.", "WV"),
        ("n. dak.", "ND"),
        ("N. Y.", "NY"),
        ("Mo.", "MO"),
        ("Con", None),
        ("XX", None),
        ("", None),
    ],
)
def test_find_knows_codes_and_names(typed, code):
    found = states.find(typed)
    assert (found and found.code) == code


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("DC", "the District of Columbia"),
        ("VI", "the U.S. Virgin Islands"),
        ("MP", "the Northern Mariana Islands"),
        ("CT", "Connecticut"),
        ("AS", "American Samoa"),
    ],
)
def test_three_names_have_an_article_within_a_sentence(code, name):
    assert states.STATES[code].in_sentence == name


@pytest.mark.parametrize(
    ("code", "latitude", "longitude"),
    [
        ("CT", 41.1415, -73.3579),  # Westport
        ("CT", 41.2034, -71.9),  # off the coast at Stonington, within the margin
        ("NY", 40.7128, -74.0060),
        ("AK", 61.2181, -149.9003),  # Anchorage
        ("AK", 52.9096, 172.8992),  # Attu, west of the antimeridian
        ("AK", 51.9294, 179.6),  # Semisopochnoi, just west of it
        ("AK", 51.8800, -176.6581),  # Adak, east of it
        ("HI", 21.3069, -157.8583),
        ("GU", 13.4443, 144.7937),
        ("AS", -14.2756, -170.7020),
        ("FL", 24.5551, -81.7800),  # Key West
        ("ME", 44.8150, -66.9510),  # Lubec
    ],
)
def test_a_place_is_in_its_state(code, latitude, longitude):
    assert states.contains(code, latitude, longitude)


@pytest.mark.parametrize(
    ("code", "latitude", "longitude"),
    [
        ("CT", 42.3601, -71.0589),  # Boston
        ("CT", 41.1415, 73.3579),  # Westport with its sign lost
        ("CT", -41.1415, -73.3579),
        ("AK", 61.2181, 149.9003),  # Anchorage with its sign lost: Siberia
        ("AK", 47.6062, -122.3321),  # Seattle
        ("GU", 13.4443, -144.7937),
    ],
)
def test_a_place_elsewhere_is_not_in_the_state(code, latitude, longitude):
    assert not states.contains(code, latitude, longitude)


@pytest.mark.parametrize("code", states.STATES)
def test_no_state_contains_zero_zero(code):
    assert not states.contains(code, 0, 0)


def test_the_margin_can_be_changed():
    assert not states.contains("CT", 42.3, -72.5, margin=0.1)
    assert states.contains("CT", 42.3, -72.5, margin=0.3)


def test_an_unknown_code_is_an_error():
    with pytest.raises(KeyError):
        states.contains("XX", 41, -73)
