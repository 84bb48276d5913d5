"""Cleaning the cells of agency files."""

import pytest

from departments.imports import agency_types, cleaning
from departments.models import Department


@pytest.mark.parametrize(
    "text, meant",
    [
        ("WESTPORT POLICE DEPARTMENT", "Westport Police Department"),
        ("ST. LOUIS COUNTY SHERIFF'S OFFICE", "St. Louis County Sheriff's Office"),
        ("TOWN OF THE ISLE OF WIGHT", "Town of the Isle of Wight"),
        ("THE VILLAGE AT THE LAKE", "The Village at the Lake"),
        ("O'FALLON POLICE DEPARTMENT", "O'Fallon Police Department"),
        ("D’IBERVILLE POLICE", "D’Iberville Police"),
        ("L'ANSE", "L'Anse"),
        ("COEUR D'ALENE", "Coeur d'Alene"),
        ("MCALLEN PD", "McAllen PD"),
        ("MC KENZIE", "Mc Kenzie"),
        ("DEKALB COUNTY", "DeKalb County"),
        ("DE KALB", "De Kalb"),
        ("LASALLE", "LaSalle"),
        ("FOND DU LAC", "Fond du Lac"),
        ("DES MOINES", "Des Moines"),
        ("WINSTON-SALEM", "Winston-Salem"),
        ("CROTON-ON-HUDSON", "Croton-on-Hudson"),
        ("K-9 AND SWAT", "K-9 and SWAT"),
        ("NYPD", "NYPD"),
        ("LVMPD", "LVMPD"),
        ("PLANO ISD POLICE", "Plano ISD Police"),
        ("TEXAS DPS REGION VII", "Texas DPS Region VII"),
        ("U.S. MARSHALS", "U.S. Marshals"),
        ("ADAMS CO SO", "Adams Co SO"),
        ("SO DENNIS", "So Dennis"),
        ("POLICE, NEW HAVEN, CT", "Police, New Haven, CT"),
        ("42ND PRECINCT", "42nd Precinct"),
        ("westport police department", "Westport Police Department"),
        # Mixed case is intended.
        ("Wakemed police DEPARTMENT", "Wakemed police DEPARTMENT"),
        ("Plano Isd", "Plano Isd"),
    ],
)
def test_all_capitals_become_title_case(text, meant):
    assert cleaning.name(text) == meant


@pytest.mark.parametrize(
    "text, meant",
    [
        ("State Fire Marshal:", "State Fire Marshal"),
        ("Adams County Sheriffs Office", "Adams County Sheriff's Office"),
        ("ADAMS COUNTY SHERIFFS DEPARTMENT", "Adams County Sheriff's Department"),
        ("Sheriffs of Nottingham", "Sheriffs of Nottingham"),
        ("Alma Police Department Police Department", "Alma Police Department"),
        ("  Alma \t Police  ", "Alma Police"),
        ("N/A", ""),
        ("None", ""),
        ("888888888", ""),
    ],
)
def test_names_are_cleaned(text, meant):
    assert cleaning.name(text) == meant


@pytest.mark.parametrize(
    "cell", ["", " ", "N/A", "n/a", "None", "NOT AVAILABLE", "-1", "-9", "-999", "888888888", "-9.0", "."]
)
def test_missing_values(cell):
    assert cleaning.text(cell) == ""
    assert cleaning.number(cell) is None


@pytest.mark.parametrize("cell", ["-12", "8888", "Nonesuch", "0"])
def test_values_that_only_look_missing_stay(cell):
    assert cleaning.text(cell) == cell


@pytest.mark.parametrize(
    "text, meant",
    [
        ("50 JESUP ROAD", "50 Jesup Road"),
        ("123 E 42ND ST", "123 E 42nd St"),
        ("PO BOX 12", "PO Box 12"),
        ("P.O.BOX 12", "P.O.Box 12"),
        ("100 N.W. 1ST AVE", "100 N.W. 1st Ave"),
        ("1201 I-95 NE", "1201 I-95 NE"),
        ("RR 2 BOX 28A", "RR 2 Box 28A"),
        ("MOBILE UNIT", ""),
        ("mobile unit", ""),
        ("NOT AVAILABLE", ""),
    ],
)
def test_streets(text, meant):
    assert cleaning.street(text) == meant


def test_a_city_that_is_only_the_state_code_is_missing():
    assert [cleaning.city(cell, "FL") for cell in ("Fl", "FL", "Miami, FL", "MIAMI,", "La")] == [
        "",
        "",
        "Miami",
        "Miami",
        "La",
    ]


@pytest.mark.parametrize(
    "text, meant",
    [
        ("FAIRFIELD", ("Fairfield",)),
        ("Fairfield County", ("Fairfield",)),
        ("DEKALB; FULTON", ("DeKalb", "Fulton")),
        ("ST LOUIS", ("St. Louis",)),
        ("ST. LOUIS (CITY)", ("St. Louis City",)),
        ("CARSON CITY (CITY)", ("Carson City",)),
        ("-1", ()),
    ],
)
def test_counties(text, meant):
    assert cleaning.counties(text) == meant


@pytest.mark.parametrize(
    "text, code", [("ct", "CT"), ("Connecticut", "CT"), ("NEW  YORK", "NY"), ("N.Y.", "NY"), ("NB", "NE")]
)
def test_states_by_code_or_name(text, code):
    assert cleaning.state(text) == code


@pytest.mark.parametrize(
    "text, state, meant",
    [
        ("06880", "CT", "06880"),
        ("6880", "CT", "06880"),
        ("6880.0", "CT", "06880"),
        ("601", "PR", "00601"),
        ("068801234", "CT", "06880-1234"),
        ("68801234", "CT", "06880-1234"),
        ("6880-1234", "CT", "06880-1234"),
        ("06880-0000", "CT", "06880"),
        ("06880 1234", "CT", "06880-1234"),
        ("00000", "CT", ""),
        ("99999", "CT", ""),
        ("NOT AVAILABLE", "CT", ""),
    ],
)
def test_zip_codes_get_their_leading_zeros_back(text, state, meant):
    assert cleaning.zip_code(text, state) == meant


def test_the_last_four_digits_may_be_in_their_own_column():
    assert cleaning.zip_code("6880", "CT", "1234") == "06880-1234"
    assert cleaning.zip_code("06880", "CT", "NOT AVAILABLE") == "06880"


@pytest.mark.parametrize(
    "cell, state", [("7700", "TX"), ("12", "CT"), ("abcde", "CT"), ("123456", "CT"), ("77001234", "TX")]
)
def test_invalid_zip_codes_are_not_guessed(cell, state):
    with pytest.raises(ValueError, match="ZIP code"):
        cleaning.zip_code(cell, state)


@pytest.mark.parametrize(
    "cell", ["2033416000", "(203) 341-6000", "203.341.6000", "203-341-6000", "1-203-341-6000", "+1 203 341 6000"]
)
def test_phone_numbers_have_one_format(cell):
    assert cleaning.phone(cell) == "203-341-6000"


def test_phone_numbers_keep_extensions_and_placeholders_are_missing():
    assert cleaning.phone("203-341-6000 x12") == "203-341-6000 ext. 12"
    assert cleaning.phone("203-341-6000 / 203-341-6001") == "203-341-6000 (203-341-6001)"
    assert [cleaning.phone(cell) for cell in ("000-000-0000", "9999999999", "N/A", "0")] == [""] * 4
    for cell in ("555-0100", "call us", "12"):
        with pytest.raises(ValueError, match="phone"):
            cleaning.phone(cell)


def test_numbers():
    assert [cleaning.number(cell) for cell in ("64", "1,234", "12.0", " 7 ", "0")] == [64, 1234, 12, 7, 0]
    for cell in ("-5.5", "12.5", "many", "1e9", "1" * 30, "500000000", "²"):
        with pytest.raises(ValueError):
            cleaning.number(cell)


def test_years():
    cells = ("2018", "2018.0", "2018-12-31", "12/31/2018", "2018/01/01 00:00:00", "0", "")
    assert [cleaning.year(cell) for cell in cells] == [2018] * 5 + [None] * 2
    for cell in ("18", "3018", "soon"):
        with pytest.raises(ValueError, match="year"):
            cleaning.year(cell)


def test_oris():
    cells = ("CT0015800", "ct0015800", " CT-0015800", "CT00158", "", "000000000")
    assert [cleaning.ori(cell) for cell in cells] == ["CT0015800"] * 4 + [""] * 2
    for cell in ("CT1", "CT00158000", "CT001580?"):
        with pytest.raises(ValueError, match="ORI"):
            cleaning.ori(cell)


@pytest.mark.parametrize(
    "latitude, longitude, position, text",
    [
        (41.14, -73.36, (41.14, -73.36), ""),
        (41.14, 73.36, (41.14, -73.36), "sign"),
        (-73.36, 41.14, (41.14, -73.36), "swapped"),
        (0.0, 0.0, None, ""),
        (25.76, -80.19, None, "not in the state"),
    ],
)
def test_locations_in_connecticut(latitude, longitude, position, text):
    found, notice = cleaning.location(latitude, longitude, "CT")
    assert found == position and text in notice


def test_locations_beyond_the_antimeridian_are_in_alaska():
    assert cleaning.location(52.8, 173.2, "AK") == ((52.8, 173.2), "")


def test_degrees():
    assert cleaning.degrees("41.14") == 41.14
    assert cleaning.degrees("-999") is None
    for cell in ("nan(1)", "inf", "1234", "41°08'N"):
        with pytest.raises(ValueError):
            cleaning.degrees(cell)


@pytest.mark.parametrize(
    "cell, name, city, kind",
    [
        ("municipal", "X Police Department", "", "municipal"),
        ("City", "X Police Department", "", "municipal"),
        ("LOCAL POLICE DEPARTMENT", "X", "", "municipal"),
        ("County", "Adams County Sheriff's Office", "", "sheriff"),
        ("County", "Baltimore County Police Department", "", "county_police"),
        ("SHERIFF'S OFFICE", "X", "", "sheriff"),
        ("University or College", "X", "", "campus"),
        ("State Police", "X", "", "state_police"),
        ("Other State Agency", "X", "", "state_other"),
        ("Tribal", "X", "", "tribal"),
        ("Federal", "X", "", "federal"),
        ("constable/marshal", "X Constable", "", "constable_marshal"),
        ("constable_marshal", "Marshall Police Department", "Marshall", "municipal"),
        ("campus", "College Station Police Department", "College Station", "municipal"),
        ("campus", "Boston College Police Department", "Chestnut Hill", "campus"),
        ("school_district", "Schoolcraft Police Department", "Schoolcraft", "municipal"),
        ("park_wildlife", "Forest County Sheriff's Office", "Crandon", "sheriff"),
        ("constable_marshal", "Marshall Creek Police Department", "Roanoke", "municipal"),
        ("transit_airport_port", "Egg Harbor Township Police Department", "", "municipal"),
        ("transit_airport_port", "San Francisco Harbor Police", "San Francisco", "transit_airport_port"),
        ("transit_airport_port", "Grays Harbor County Sheriff's Office", "Montesano", "sheriff"),
        ("Special Jurisdiction", "Yale University Police Department", "New Haven", "campus"),
        ("other", "Plano ISD Police Department", "Plano", "school_district"),
        ("", "College Park Police Department", "College Park", "municipal"),
        ("", "Adams County Sheriff's Office", "", "sheriff"),
        ("", "Bureau of Something", "", "other"),
    ],
)
def test_kinds(cell, name, city, kind):
    assert agency_types.kind(cell, name, city) == kind
    assert kind in Department.Kind.values


def test_an_unknown_agency_type_is_an_error():
    with pytest.raises(ValueError, match="unknown agency type"):
        agency_types.kind("Starfleet", "X Police", "")


def test_websites_and_email_addresses():
    assert cleaning.website("www.westportct.gov") == "https://www.westportct.gov"
    assert cleaning.website("NOT AVAILABLE") == cleaning.email("n/a") == ""
    assert cleaning.email("chief@example.org") == "chief@example.org"
    for clean, cell in (
        (cleaning.website, "see below"),
        (cleaning.website, "javascript://x"),
        (cleaning.email, "chief"),
    ):
        with pytest.raises(ValueError):
            clean(cell)
