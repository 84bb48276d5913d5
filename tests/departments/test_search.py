"""The one box of the directory, tried on real agencies and towns: what people type, and what they must find first."""

from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from departments import search as ranking
from departments import spelling
from departments.models import Department, Place
from tests.factories import make_department, make_place, text_of

from .pages import cards, html, links, message_at

HERE = Path(__file__).parent

# What is typed, and the ORI of the department that must come first.
FIRST = {
    # A town's name alone: the largest of its departments
    "Westport": "CT0015800",
    "westport": "CT0015800",
    "WESTPORT": "CT0015800",
    "  Westport ": "CT0015800",
    "Springfield": "MO0390300",
    "New York": "NY0303000",
    "new york city": "NY0303000",
    "Los Angeles": "CA0194200",
    "Las Vegas": "NV0020100",
    "Kansas City": "MOKPD0000",
    "Nashville": "TN0190100",
    "Miami": "FL0130600",
    "Miami-Dade": "FL0130000",
    "Oklahoma City": "OK0550600",
    "Salt Lake City": "UT0180300",
    "Jersey City": "NJ0090600",
    "Franklin": "TN0940100",
    "Winston Salem": "NC0340200",
    "Coeur d’Alene": "ID0280100",
    "OFallon": "MO0920100",
    "Chicago": "ILCPD0000",
    "Boston": "MA0130100",
    "Portland": "OR0260200",
    "Columbus": "OHCOP0000",
    # With its state, in any form
    "Westport CT": "CT0015800",
    "Westport, MA": "MA0032000",
    "westport, connecticut": "CT0015800",
    "Springfield MA": "MA0071800",
    "springfield, illinois": "IL0840200",
    "Kansas City KS": "KS1050200",
    "Fairfield CT": "CT0005100",
    "Fairfield Ohio": "OH0090100",
    "New York NY": "NY0303000",
    "Mount Vernon, NY": "NY0590300",
    "Washington DC": "DCMPD0000",
    "Port Washington": "NY0295500",
    "06880": "CT0015800",
    "06880-1234": "CT0015800",
    # Names, in whole or part, in any order
    "Westport Police Department": "CT0015800",
    "police westport": "CT0015800",
    "westp": "CT0015800",
    "Springfield police": "MO0390300",
    "Town of Westport": "CT0015800",
    "New York City Police Department": "NY0303000",
    "University of Texas": "TX2270500",
    "Springfield College": "MA007049E",
    "Washington State Patrol": "WAWSP0000",
    "Los Angeles County Sheriff": "CA0190000",
    "sheriff los angeles": "CA0190000",
    "Maricopa County Sheriff's Department": "AZ0070000",
    "sheriff of Maricopa": "AZ0070000",
    "highway patrol butte": "CA0049900",
    "port authority": "NJNYPOA00",
    "Navajo Nation": "AZ0018900",
    # Short forms
    "Westport PD": "CT0015800",
    "Los Angeles Co SO": "CA0190000",
    "Ft Worth PD": "TX2201200",
    "St Louis": "MOSPD0000",
    "Saint Louis PD MO": "MOSPD0000",
    "Mt. Vernon ny": "NY0590300",
    "Ste Genevieve": "MO0970100",
    "LAPD": "CA0194200",
    "nypd": "NY0303000",
    # Counties
    "King County": "WA0170000",
    "Fairfield County": "OH0230000",
    "Fairfield County CT": "CT0001500",
    "fairfield co ct": "CT0001500",
    "Jackson Co": "OR0150000",
    "Doña Ana County": "NM0070000",
    "Cook County, Illinois": "IL0160000",
    # States
    "Connecticut": "CT0001500",
    "CT": "CT0001500",
    "texas": "TX0570000",
    # An ORI
    "CT0015800": "CT0015800",
    "ct0015800": "CT0015800",
    "CT00158": "CT0015800",
    # Misspelt
    "Wesport": "CT0015800",
    "Wesport CT": "CT0015800",
    "West port": "CT0015800",
    "Pittsburg KS": "KS0190100",
    "Pitsburg Kansas": "KS0190100",
    "Albequerque": "NM0010100",
    "Filadelphia police": "MS0500100",
    "Pheonix": "AZ0072300",
    "Tuscon AZ": "AZ0100300",
    "Cincinatti": "OHCIP0000",
    "Milwakee": "WIMPD0000",
    "Honalulu": "HI0020000",
    "Conneticut": "CT0001500",
    "San Fransisco": "CA0380100",
    "sanfrancisco": "CA0380100",
    "Newyork PD": "NY0303000",
    "los angelos county sherif": "CA0190000",
    "St Lewis": "MOSPD0000",
    "Detriot polise": "MI8234900",
    "New Heaven CT": "CT0009300",
}


def lines(name):
    return [line.split("|") for line in (HERE / name).read_text().splitlines() if not line.startswith("#")]


@pytest.fixture
def country(db):
    """A few hundred real agencies, each at an address that is its ORI, and the largest towns of some names."""
    agencies = []
    for ori, name, kind, city, county, zip_code, latitude, longitude, population in lines("agencies.txt"):
        agency = Department(
            ori=ori, name=name, kind=kind, city=city, county=county, zip=zip_code, state=ori[:2], slug=ori.lower(),
            status="published", time_zone="America/New_York", population=population or None,
        )  # fmt: skip
        if latitude:
            agency.latitude, agency.longitude, agency.precision = float(latitude), float(longitude), "town"
        agency.population = int(population) if population else None
        agency.derive()
        agencies.append(agency)
    Department.objects.bulk_create(agencies)
    for name, state, county, latitude, longitude, zip_codes in lines("towns.txt"):
        make_place(name, state, county=county, at=(float(latitude), float(longitude)), zip_codes=int(zip_codes))
    make_place(zip="06880")


@pytest.fixture(autouse=True)
def nothing_learnt():
    """Names are learnt anew in each test."""
    spelling.forget()


@pytest.fixture
def search(client, db):
    def search(q, **parameters):
        response = client.get(f"/departments/?{urlencode({'q': q} | parameters)}")
        assert response.status_code == 200
        return response

    return search


def oris(response):
    """The ORIs of the departments on the page, in order."""
    found = [address.split("/")[-2].upper() for address in links_of_cards(response)]
    return found


def links_of_cards(response):
    return [part.split('"')[0] for part in html(response).split('<h3><a href="')[1:]]


def test_each_search_finds_first_what_a_person_meant(search, country):
    assert len(FIRST) >= 60
    found = {typed: next(iter(oris(search(typed))), None) for typed in FIRST}
    assert found == FIRST
