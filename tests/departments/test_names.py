"""Normalized names, slugs, and names of counties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from departments.names import county_label, normalize, slug_of, slug_of_county


@pytest.mark.parametrize(
    ("typed", "comparable"),
    [
        ("Westport Police Department", "westport police department"),
        ("  WESTPORT   Police\tDepartment ", "westport police department"),
        ("Westport PD", "westport police department"),
        ("St. John's PD", "saint johns police department"),
        ("Ste. Genevieve", "sainte genevieve"),
        ("Ft. Worth", "fort worth"),
        ("Mt. Vernon Twp. Dept.", "mount vernon township department"),
        ("Fairfield Co. SO", "fairfield co sheriffs office"),
        ("Sheriff’s Office", "sheriffs office"),
        ("Mayagüez", "mayaguez"),
        ("Peñasco", "penasco"),
        ("Kāneʻohe", "kaneohe"),
        ("Winston-Salem", "winston salem"),
        ("De Kalb", "dekalb"),
        ("DeKalb County", "dekalb county"),
        ("La Salle", "lasalle"),
        ("O Fallon", "ofallon"),
        ("O'Fallon", "ofallon"),
        ("Baton Rouge LA police", "baton rouge la police"),
        ("N. Las Vegas", "north las vegas"),
        ("E. St. Louis", "east saint louis"),
        ("911 Operator", "911 dispatcher"),
        ("Coeur d`Alene", "coeur dalene"),
        ("K-9 Unit", "k 9 unit"),
        ("Straße", "strasse"),
        ("Stamford", "stamford"),
        ("Port_Chester", "port chester"),
        ("№ 7", "no 7"),
        ("...", ""),
        ("", ""),
    ],
)
def test_names_are_normalized(typed, comparable):
    assert normalize(typed) == comparable


@given(st.text(max_size=60))
def test_a_normalized_name_stays_the_same(text):
    once = normalize(text)
    assert normalize(once) == once
    assert once == " ".join(once.split())


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Westport Police Department", "westport-police-department"),
        ("St. John's Police", "st-johns-police"),
        ("SWAT/Tactical", "swat-tactical"),
        ("Mayagüez", "mayaguez"),
        ("--Norwalk--", "norwalk"),
        ("東京", "department"),
        ("", "department"),
    ],
)
def test_slugs_of_names(name, slug):
    assert slug_of(name, "department") == slug


def test_a_slug_has_at_most_a_hundred_characters_and_no_dash_at_the_end():
    assert slug_of("a" * 99 + " police", "department") == "a" * 99
    assert slug_of("police " * 100, "department").startswith("police-police")
    assert len(slug_of("police " * 100, "department")) <= 100


@pytest.mark.parametrize(
    ("county", "state", "label"),
    [
        ("Fairfield", "CT", "Fairfield County"),
        ("Orleans", "LA", "Orleans Parish"),
        ("Bethel Census Area", "AK", "Bethel Census Area"),
        ("Ponce Municipio", "PR", "Ponce Municipio"),
        ("Baltimore City", "MD", "Baltimore City"),
        ("James City", "VA", "James City County"),
        ("Charles City", "VA", "Charles City County"),
        ("Capitol Planning Region", "CT", "Capitol Planning Region"),
        ("", "CT", ""),
    ],
)
def test_county_labels_use_the_word_of_the_state(county, state, label):
    assert county_label(county, state) == label


@pytest.mark.parametrize(
    ("county", "slug"),
    [("Fairfield County", "fairfield"), ("orleans parish", "orleans"), ("St. Louis city", "st-louis-city"), ("", "")],
)
def test_the_slug_of_a_county_needs_no_word_for_it(county, slug):
    assert slug_of_county(county) == slug
