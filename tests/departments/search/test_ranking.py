"""The search of the directory, with real departments and towns: typical searches and their first results."""

from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from departments.models import Department
from departments.search import ranking, spelling
from jobs.models import Job
from tests.departments.pages import ANSWER, cards, html, links, message_at
from tests.factories import make_department, make_place, text_of

HERE = Path(__file__).parent

# A search, and the ORI of the department that must come first.
FIRST = {
    # A town's name: the largest of its departments
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
    # Whole or partial names, in any order
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
    # Abbreviations
    "Westport PD": "CT0015800",
    "Los Angeles Co SO": "CA0190000",
    "Ft Worth PD": "TX2201200",
    "St Louis": "MOSPD0000",
    "Saint Louis PD MO": "MOSPD0000",
    "Mt. Vernon ny": "NY0590300",
    "Ste Genevieve": "MO0970100",
    "LAPD": "CA0194200",
    "nypd": "NY0303000",
    "L.A.P.D.": "CA0194200",
    "NYPD phone number": "NY0303000",
    "nyc police": "NY0303000",
    "police nyc": "NY0303000",
    "UCLA police": "CA0199700",
    "UC Los Angeles": "CA0199700",
    "LA County Sheriff": "CA0190000",
    "DC police": "DCMPD0000",
    "Coeur d'Alene Tribe": "IDDI00900",
    "Kansas City ISD": "KS1051200",
    # Words around a name
    "sheriff in Phoenix": "AZ0070000",
    "police departments in Texas": "TXHPD0000",
    "Boston police headquarters": "MA0130100",
    "non-emergency police boston": "MA0130100",
    "boston police station": "MA0130100",
    "Kansas City KS police": "KS1050200",
    "Bloomington, IN, PD": "IN0530100",
    "Fairfield Ohio police department": "OH0090100",
    "Port Washington police": "NY0295500",
    "Nashville TN police department phone number": "TN0190100",
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
    # Misspelled
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
    """A few hundred real departments with their ORI as slug, and the largest towns with some names."""
    agencies = []
    for ori, name, kind, city, county, zip_code, latitude, longitude, population in lines("agencies.txt"):
        agency = Department(
            ori=ori, name=name, kind=kind, city=city, county=county, zip=zip_code, state=ori[:2], slug=ori.lower(),
            status="published", time_zone="America/New_York", population=int(population) if population else None,
        )  # fmt: skip
        if latitude:
            agency.latitude, agency.longitude, agency.precision = float(latitude), float(longitude), "town"
        agency.derive()
        agencies.append(agency)
    Department.objects.bulk_create(agencies)
    for name, state, county, latitude, longitude, zip_codes in lines("towns.txt"):
        make_place(name, state, county=county, at=(float(latitude), float(longitude)), zip_codes=int(zip_codes))
    make_place(zip="06880")


@pytest.fixture
def search(client, db):
    def search(q, **parameters):
        response = client.get(f"/departments/?{urlencode({'q': q} | parameters)}")
        assert response.status_code == 200
        return response

    return search


def oris(response):
    """Return the ORIs of the departments in the results, in order."""
    results = ANSWER.sub("", html(response))
    addresses = [part.split('"')[0] for part in results.split('<h3><a href="')[1:]]
    return [address.split("/")[-2].upper() for address in addresses]


def test_each_search_lists_the_expected_department_first(search, country):
    assert len(FIRST) >= 60
    found = {typed: next(iter(oris(search(typed))), None) for typed in FIRST}
    assert found == FIRST


# Ranks


def test_exact_names_come_before_prefixes_then_the_town_then_other_words(search, db):
    make_department("Milford Haven Police Department", city="Milford Haven", population=900)
    make_department("Bureau of Fish", city="Milford", population=800)
    make_department("New Milford Police Department", city="New Milford", population=700)
    make_department("Milford Police Department", city="Milford", population=1)
    make_department("City of Milford Police", state="DE", city="Dover", population=2)
    make_department("Oxford Police Department", city="Oxford", county="Milford", population=600)
    assert cards(search("milford")) == [
        "City of Milford Police",
        "Milford Police Department",
        "Milford Haven Police Department",
        "Bureau of Fish",
        "New Milford Police Department",
        "Oxford Police Department",
    ]


def test_within_a_rank_the_largest_come_first_and_unknown_sizes_last(search, db):
    for state, population in (("CT", 900), ("MA", None), ("NH", 90_000), ("DE", 50)):
        make_department("Milford Police Department", city="Milford", state=state, population=population)
    page = html(search("milford police"))
    assert sorted(["/nh/", "/ct/", "/de/", "/ma/"], key=lambda state: page.index(f"/departments{state}milford")) == [
        "/nh/", "/ct/", "/de/", "/ma/",
    ]  # fmt: skip


def test_within_a_rank_the_nearest_come_first_if_there_is_a_place(search, places):
    for name, miles_north, population in (("Harbor Police", 9, 1), ("Harbor Police", 3, 2), ("Harbor Patrol", 1, 3)):
        make_department(name, at=(41.1434 + miles_north / 69, -73.3496), population=population, slug=f"h{population}")
    page = html(search("harbor", near="06880"))
    assert page.index("/h2/") < page.index("/h1/") < page.index("/h3/")
    assert "2 miles" in page or "3 miles" in page


def test_the_agency_type_in_the_search_counts_more_than_the_name(search, country):
    assert oris(search("phoenix sheriff"))[0] == "AZ0070000"
    assert oris(search("maricopa"))[0] == "AZ0111700"


@pytest.mark.parametrize(
    ("sort", "first"),
    [("", "Milford Police Department"), ("name", "Borough of Milford"), ("population", "East Milford Police")],
)
def test_a_chosen_sort_order_replaces_the_ranks(search, db, sort, first):
    make_department("Milford Police Department", city="Milford", population=2)
    make_department("East Milford Police", city="Milford", population=900)
    make_department("Borough of Milford", city="Milford", population=1)
    assert cards(search("milford", sort=sort))[0] == first


def test_a_zip_code_in_the_search_sorts_by_distance_only(search, places):
    make_department("Westport Police Department", at=(41.3, -73.35))
    make_department("Norwalk Police Department", city="Norwalk", at=(41.15, -73.35))
    assert cards(search("06880"))[0] == "Norwalk Police Department"
    assert cards(search("Westport CT"))[0] == "Westport Police Department"


def test_the_department_named_after_the_town_comes_before_suburbs_with_its_address(search, places):
    make_department("Saugatuck Police Department", city="Westport", at=(41.14, -73.35))
    make_department("Westport Police Department", at=(41.3, -73.35))
    assert cards(search("Westport CT")) == ["Westport Police Department", "Saugatuck Police Department"]


def test_a_county_lists_its_own_departments_first(search, country):
    found = oris(search("Fairfield County CT"))
    assert found[:4] == ["CT0001500", "CT0013500", "CT0010300", "CT0003400"]
    assert all(ori.startswith("CT") for ori in found)


def test_a_state_lists_all_of_its_departments_largest_first(search, country):
    for typed in ("Connecticut", "ct", " CONNECTICUT "):
        found = search(typed)
        assert all(ori.startswith("CT") for ori in oris(found))
        assert "21 departments" in text_of(found)


# Choices


def test_a_town_in_many_states_lists_departments_and_offers_towns(search, country):
    page = search("Springfield")
    assert "Springfield Police Department" in cards(page)
    assert message_at(page, "q") == ""
    offered = {words: address for words, address in links(page).items() if words.startswith("Springfield, ")}
    assert "Search near: Springfield, Sangamon County, IL · Springfield, Hampden County, MA" in text_of(page)
    assert list(offered)[0] == "Springfield, Sangamon County, IL"
    assert parse_qs(urlsplit(offered["Springfield, Hampden County, MA"]).query) == {
        "near": ["Springfield, Hampden County, MA"]
    }


def test_words_that_name_no_town_offer_no_towns(search, country):
    assert "Search near:" not in text_of(search("Navajo Nation"))


# Misspelled


def test_a_correction_is_shown_and_finds_the_same_departments(search, country, client):
    page = search("Wesport", state="CT")
    assert "Showing results for Westport. No match for “Wesport”." in text_of(page)
    meant = links(page)["Westport"]
    assert parse_qs(urlsplit(meant).query) == {"q": ["Westport"], "state": ["CT"]}
    assert oris(client.get(f"/departments/{meant}")) == oris(page) == ["CT0015800"]


def test_a_misspelled_town_with_its_state_is_used_as_the_place(search, country):
    page = search("Wesport CT")
    assert "Showing results for Westport CT. No match for “Wesport CT”." in text_of(page)
    assert "within 25 miles of Westport, CT" in text_of(page)


def test_a_misspelled_town_without_departments_offers_towns(search, country):
    Department.objects.filter(name__contains="Springfield").delete()
    Department.objects.filter(city__contains="Springfield").delete()
    page = search("Springfeild")
    assert "Did you mean Springfield? No match for “Springfeild”." in text_of(page)
    assert "Search near: Springfield" in text_of(page)
    assert "Springfield, Sangamon County, IL" in links(page)


def test_a_misspelled_place_offers_corrected_places(client, country):
    page = client.get("/departments/", {"near": "Albequerque, NM", "q": "police"})
    assert "We don't know “Albequerque, NM”." in message_at(page, "near")
    choice = links(page)["Albuquerque, Bernalillo County, NM"]
    assert parse_qs(urlsplit(choice).query) == {"near": ["Albuquerque, Bernalillo County, NM"], "q": ["police"]}


def test_text_is_corrected_near_a_place_too(search, country):
    page = search("Norwak", near="06880")
    assert oris(page) == ["CT0010300"]
    assert "Showing results for Norwalk. No match for “Norwak”." in text_of(page)


@pytest.mark.parametrize("typed", ["zzz", "qqqqqqq", "xylophone quartet", "Westport", "Jiami"])
def test_text_is_not_corrected_if_it_is_known_or_too_different(search, country, typed):
    assert "No match for" not in text_of(search(typed))


def test_a_correction_that_finds_nothing_is_not_shown(search, country):
    page = search("Navjo Nation", kind="campus")
    assert "No match for" not in text_of(page)
    assert cards(page) == []


def test_names_of_drafts_are_not_used_for_corrections(db):
    make_department("Quahog Police", status="draft", city="")
    assert spelling.correct("quahgo") == ""
    spelling.clear_cache()
    make_department("Quahog Police", city="")
    assert spelling.correct("quahgo") == "Quahog"


# Any text


typeable = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=100)
nearly_names = st.lists(
    st.sampled_from(
        "west westport wesport port police pd so st ft co ct ma county sheriff of the in 06880 ' \" * : ( -".split()
    ),
    max_size=6,
).map(" ".join)


@given(typed=typeable | nearly_names)
@example(typed="aꭰb")
@example(typed="x" * 100)
@example(typed="'a' & !b | c:* \\")
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_can_be_searched(db, places, typed):
    make_department()
    list(ranking.rank(Department.objects.all(), typed))
    list(Job.objects.matching(typed))
    list(Job.objects.matching(typed))
    list(Department.objects.starting_with(typed))
    spelling.correct(typed)


@pytest.mark.parametrize("typed", [*FIRST][::6])
def test_a_search_takes_ten_queries_at_most_and_one_to_learn_names(country, queries_of, typed):
    url = f"/departments/?{urlencode({'q': typed})}"
    spelling.clear_cache()
    assert queries_of(url) <= 11
    assert queries_of(url) <= 10


def test_names_are_loaded_once(country, django_assert_num_queries):
    spelling.correct("Wesport")
    with django_assert_num_queries(0):
        assert spelling.correct("Albequerque") == "Albuquerque"
