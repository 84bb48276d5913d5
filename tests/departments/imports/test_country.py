"""The directory that ships with the site, loaded as a whole."""

from io import StringIO
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.core.management import call_command

from departments.imports import country
from departments.models import Department, Jurisdiction, Place, Specialization, ZipPart
from departments.search import counts
from departments.search.forms import DepartmentSearchForm
from policeapp.imports.models import Import
from tests.departments import pages
from tests.factories import text_of

AGENCIES = 16_881

# A search, and the ORI of the department that comes first.
FIRST = {
    # A place inside a text
    "50 Jesup Road Westport": "CT0015800",
    "50 Jesup Rd, Westport, CT 06880-1234": "CT0015800",
    "ZIP 06880": "CT0015800",
    "Westport, CT 06880": "CT0015800",
    "westport connecticut usa": "CT0015800",
    "Westport, CT, United States": "CT0015800",
    "sheriff near 79764": "TX0680000",
    "police near westport ct": "CT0015800",
    "police departments in Westport CT": "CT0015800",
    "1600 Pennsylvania Ave Washington DC": "DCMPD0000",
    "12345 Main St, Westport CT": "CT0015800",
    # Twin spellings
    "De Kalb": "IL0190800",
    "DeKalb": "IL0190800",
    "de kalb county sheriff ga": "GA0440000",
    "La Salle": "IL0500100",
    "LaSalle IL": "IL0500100",
    "N. Las Vegas": "NV0020200",
    "n las vegas nv": "NV0020200",
    "North Las Vegas police": "NV0020200",
    "E. St. Louis": "IL0820700",
    "W Palm Beach": "FL0500800",
    "O Fallon": "MO0920100",
    "O'Fallon MO": "MO0920100",
    "Mc Allen": "TX1080800",
    "Coeur d Alene": "ID0280100",
    "Winston Salem": "NC0340200",
    "Winston-Salem PD": "NC0340200",
    "West port": "CT0015800",
    "Baton Rouge LA police": "LA0170200",
    "El Paso": "TX0710200",
    # Words that are all types of agencies
    "PA state police": "PAPSP0000",
    "pennsylvania state police": "PAPSP0000",
    "state police pa": "PAPSP0000",
    "Ohio State Highway Patrol": "OHOHP0000",
    "ohio highway patrol": "OHOHP0000",
    "Texas Highway Patrol": "TX0000000",
    "Indiana State Police": "INISP0000",
    "univ of texas police": "TX2203300",
    "university of texas austin": "TX2270500",
    "University of Texas at Dallas": "TX0572800",
    "university of california berkeley": "CA0019700",
    "Springfield police": "MO0390300",
    "sheriff odessa tx": "TX0680000",
    "los angeles co sheriff": "CA0190000",
    # Short forms
    "LAPD": "CA0194200",
    "NYPD": "NY0303000",
    "CHP": "CA0349900",
    "LASD": "CA0190000",
    "BART": "CA0012100",
    "TX DPS": "TX0000000",
    "dps texas": "TX0000000",
    "Arizona DPS": "AZCCHPX00",
    "ucla": "CA0199700",
    "metro transit police dc": "DCMTP0000",
    # Telephone numbers, a chief, and the name in federal lists
    "203-341-6000": "CT0015800",
    "(203) 341-6000": "CT0015800",
    "2033416000": "CT0015800",
    "+1 203 341 6000": "CT0015800",
    "Foti Koskinas": "CT0015800",
    "chief koskinas": "CT0015800",
    "Michigan State Police": "MI3300100",
    "Independent School District: Aldine": "TX1017300",
}

# A place, and the departments that its answer to "Who polices here?" begins with.
POLICED = {
    "10451": ["New York City Police Department", "New York State Police"],
    "02108": ["Boston Police Department", "Massachusetts State Police"],
    "92252": ["San Bernardino County Sheriff's Office", "California Highway Patrol"],
    "22030": ["Fairfax County Police Department", "Fairfax City Police Department", "Virginia State Police"],
    "Fairfax, VA": ["Fairfax City Police Department", "Fairfax County Police Department"],
    # Postal names
    "Bronx, NY": ["New York City Police Department"],
    "Astoria, NY": ["New York City Police Department"],
    "Brooklyn": ["New York City Police Department"],
    "Queens, NY": ["New York City Police Department"],
    "Long Island City, NY": ["New York City Police Department"],
    "NYC": ["New York City Police Department"],
    "Van Nuys, CA": ["Los Angeles Police Department", "Los Angeles County Sheriff's Office"],
    "Hyannis, MA": ["Barnstable Police Department"],
    "Phila PA": ["Philadelphia Police Department"],
    "wash dc": ["Metropolitan Police Department of the District of Columbia"],
    # Cities that are counties
    "63101": ["St. Louis Metropolitan Police Department", "Missouri State Highway Patrol"],
    "21201": ["Baltimore Police Department", "Baltimore City Sheriff's Office", "Maryland State Police"],
    "89701": ["Carson City County Sheriff's Office", "Nevada Highway Patrol, Northwestern Division"],
    "Nashville, TN": ["Metropolitan Nashville Police Department", "Tennessee Highway Patrol"],
    "Indianapolis, IN": ["Indianapolis Metropolitan Police Department", "Indiana State Police"],
    "Louisville, KY": ["Louisville Metro Police Department", "Jefferson County Sheriff's Office"],
    "32202": ["Jacksonville Sheriff's Office", "Florida Highway Patrol"],
    "94103": ["San Francisco Police Department", "San Francisco County Sheriff's Office"],
    # States that differ
    "06880": ["Westport Police Department", "Connecticut State Police"],
    "Exeter, RI": ["Rhode Island State Police Headquarters"],
    "Tok, AK": ["Alaska State Troopers"],
    "99801": ["Juneau Police Department", "Alaska State Troopers"],
    "Kailua, HI": ["Honolulu Police Department"],
    "96740": ["Hawaii Police Department"],
    "19962": ["Delaware State Police"],
    "Cherry Hill, NJ": ["Cherry Hill Township Police Department", "Camden County Sheriff's Office"],
    # Counties, county police, and contract cities
    "Reston, VA": ["Fairfax County Police Department", "Virginia State Police"],
    "Towson, MD": ["Baltimore County Police Department"],
    "Levittown, NY": ["Nassau County Police Department"],
    "90069": ["Los Angeles County Sheriff's Office", "Los Angeles Police Department"],
    "The Woodlands, TX": ["Montgomery County Sheriff's Office"],
    "San Bernardino County, CA": ["San Bernardino County Sheriff's Office", "California Highway Patrol"],
    # In several: a city in two counties, two cities, townships, a village in a town, two states
    "64114": ["Kansas City Police Department", "Jackson County Sheriff's Office"],
    "64118": ["Kansas City Police Department", "Gladstone Police Department"],
    "Quakertown, PA": ["Quakertown Police Department"],
    "Hempstead, NY": ["Hempstead Village Police Department", "Nassau County Police Department"],
    "86515": ["Navajo Nation", "Apache County Sheriff's Office", "McKinley County Sheriff's Office"],
    # A base, PO boxes, a point, and territories
    "92055": ["San Diego County Sheriff's Office", "California Highway Patrol"],
    "10048": ["New York City Police Department"],
    "41.14, -73.36": ["Westport Police Department"],
    "96910": ["Guam Police Department"],
    "00901": ["Puerto Rico"],
    "00802": [],
}
# And what it says.
SENTENCES = {
    "02108": "Boston Police Department serves Boston.",
    "92252": (
        "Joshua Tree has no city government; the San Bernardino County Sheriff's Office serves areas outside cities."
    ),
    "22030": "Most of 22030 is in Fairfax County, about a third in the City of Fairfax.",
    "90069": "West Hollywood has no police department in our directory;",
    "Exeter, RI": "Rhode Island has no sheriffs.",
    "18951": "About a third of 18951 is in Richland Township, about a quarter in Quakertown,",
    "92055": "On a military base, call its military police.",
    "00802": "The Virgin Islands Police Department serves all of the U.S. Virgin Islands.",
    "87301": "Nearly all of 87301 is in Gallup, a small part in McKinley County outside cities.",
}


def load():
    output = StringIO()
    call_command("load_country", stdout=output)
    return output.getvalue()


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The output of ``load_country``. Loading takes seconds, so it runs once for this module.

    The rows are committed, and removed after the last test.
    """
    with django_db_blocker.unblock():
        try:
            yield load()
        finally:
            call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(autouse=True)
def whole_country(loaded, db):
    pass


@pytest.mark.unmeasured
def test_it_reports_what_it_loaded(loaded):
    assert "Loaded the Westport Police Department." in loaded
    assert f"{AGENCIES - 1:,} added, 1 updated, 0 unchanged, 0 rejected." in loaded


@pytest.mark.unmeasured
def test_it_reports_how_many_municipalities_have_a_department(loaded):
    assert "Loaded 37,148 municipalities and counties." in loaded
    assert (
        "11,356 of 28,062 municipalities and 3,067 of 3,231 counties have a department. 202 municipal departments have "
        "no municipality, and 0 sheriffs and county police no county."
    ) in loaded


def test_departments_serve_the_municipalities_and_counties_that_they_police():
    """``policed.txt`` was picked by hand in all states, with what is easily mistaken."""
    expected, found = {}, {}
    for line in (Path(__file__).parent / "policed.txt").read_text(encoding="utf-8").splitlines():
        *key, expected[tuple(key)] = line.split("|")
        state, name, kind, county = key
        jurisdiction = Jurisdiction.objects.get(state=state, name=name, kind=kind, county=county)
        names = sorted(department.name for department in jurisdiction.departments.all())
        found[tuple(key)] = "; ".join(names) or "-"
    assert found == expected
    assert len({state for state, *_rest in expected}) == 51


def test_jurisdictions_have_the_counties_of_the_directory():
    counties = set(Jurisdiction.objects.filter(kind="county").values_list("state", "county_slug"))
    sheriffs = Department.objects.filter(kind="sheriff").values_list("state", "county_slug")
    assert set(sheriffs) - counties == set()


def test_every_zip_code_of_the_file_lies_somewhere():
    assert ZipPart.objects.values("zip").distinct().count() == 33_790
    bronx = ZipPart.objects.get(zip="10451")
    assert (bronx.jurisdiction.name, bronx.jurisdiction.county, bronx.share) == ("New York", "Bronx County", 1.0)


def test_every_agency_is_published():
    assert Department.objects.published().count() == AGENCIES
    assert len(counts.by_state()) == 53


def test_an_interrupted_load_is_finished():
    Jurisdiction.departments.through.objects.all().delete()
    assert "11,356 of 28,062 municipalities" in load()


def test_no_name_has_a_colon():
    assert not Department.objects.filter(name__contains=":").exists()


def test_loading_again_changes_nothing():
    before = list(Department.objects.order_by("pk").values_list("pk", "modified"))
    assert load() == ""
    assert list(Department.objects.order_by("pk").values_list("pk", "modified")) == before
    assert Import.objects.count() == 1


def test_an_edit_survives_another_edition_of_the_file(monkeypatch, tmp_path):
    chief = Department.objects.get(ori="CT0010300")
    chief.phone = "203-854-3001"
    chief.set_source(["phone"], "Editor of this site", "2026-11-26", "user:alice")
    chief.save()
    lines = country.AGENCIES.read_text(encoding="utf-8").splitlines(keepends=True)
    edition = tmp_path / "agencies.csv"
    edition.write_text("".join([lines[0], *(line for line in lines if line.startswith("CT00"))]), encoding="utf-8")
    monkeypatch.setattr(country, "AGENCIES", edition)
    assert "0 added, 1 updated" in load()  # the department remembers what the file says
    chief.refresh_from_db()
    assert chief.phone == "203-854-3001"
    assert chief.sources["phone"]["other"]["source"] == "DHS HIFLD"


def test_westport_keeps_its_own_figures():
    westport = Department.objects.get(ori="CT0015800")
    assert (westport.sworn_officers, westport.population) == (64, 28_000)
    conflicts = bytes(Import.objects.get().conflicts).decode("utf-8-sig")
    assert "CT0015800,Westport Police Department,sworn_officers,64,66,fixture" in conflicts
    assert "CT0015800,Westport Police Department,population,28000,28233,fixture" in conflicts


def test_posts_of_state_police_belong_to_their_headquarters():
    michigan = Department.objects.get(name="Michigan State Police")
    assert michigan.posts.count() == 83
    assert Department.objects.exclude(parent=None).count() == 164


def test_every_specialization_has_an_explanation():
    assert 60 <= Specialization.objects.count() <= 70
    assert not Specialization.objects.filter(explanation="").exists()
    assert Specialization.objects.get(name="SWAT/Tactical").explanation.startswith("A trained team")


def test_an_administrators_explanation_stays():
    Specialization.objects.filter(name="K-9 Unit").update(explanation="Dogs.")
    Specialization.objects.filter(name="Drone").update(explanation="")
    load()
    assert Specialization.objects.get(name="K-9 Unit").explanation == "Dogs."
    assert Specialization.objects.get(name="Drone").explanation


def test_searches_find_the_expected_department_first(client):
    found = {}
    for typed in FIRST:
        cards = client.get(f"/departments/?{urlencode({'q': typed})}").content.decode().split('<h3><a href="')[1:]
        state, slug = cards[0].split('"')[0].split("/")[2:4] if cards else ("", "")
        found[typed] = Department.objects.filter(state=state.upper(), slug=slug).values_list("ori", flat=True).first()
    assert found == FIRST


def test_the_answer_begins_with_the_expected_departments(client):
    found = {typed: pages.answer(client.get(f"/departments/?{urlencode({'q': typed})}")) for typed in POLICED}
    assert {typed: names[: len(POLICED[typed])] for typed, names in found.items()} == POLICED


def test_the_answer_says_the_expected_sentence(client):
    texts = {typed: text_of(client.get(f"/departments/?{urlencode({'near': typed})}")) for typed in SENTENCES}
    assert [typed for typed, sentence in SENTENCES.items() if sentence not in texts[typed]] == []


def test_every_county_page_has_an_answer(client):
    counties = Department.objects.listed().exclude(county_slug="").order_by("state", "county_slug")
    for state, county in list(counties.values_list("state", "county_slug").distinct())[::150]:
        assert "Who polices" in text_of(client.get(f"/departments/{state.lower()}/county/{county}/")), (state, county)


def test_a_short_form_of_an_unknown_agency_is_not_taken_for_a_misspelled_town(client):
    assert "No matching departments" in text_of(client.get("/departments/?q=MBTA"))


def test_every_form_accepts_the_places_that_the_site_writes(client):
    places = [*Place.objects.order_by("?")[:50], *Place.objects.filter(zip="").order_by("?")[:50]]
    county = Place.objects.get(zip="06880")
    texts = [text for place in places for text in (str(place), place.search_text)]
    for text in [*texts, f"{county.county}, {county.state}", "41.14, -73.36"]:
        form = DepartmentSearchForm({"near": text})
        assert form.is_valid() or form.choices, text


def test_the_home_page_counts_the_departments(client):
    assert f"Browse all {Department.objects.listed().count():,} departments" in text_of(client.get("/"))


@pytest.mark.parametrize(
    ("url", "most"),
    [
        ("/", 10),
        ("/departments/", 10),
        ("/departments/?q=Springfield", 10),
        ("/departments/?q=22030", 10),
        ("/departments/?q=Hollywood,+CA", 10),
        ("/departments/?q=police+near+Boston,+MA", 10),
        ("/departments/?near=10048", 10),
        ("/departments/ca/county/san-bernardino/", 10),
        ("/departments/tx/", 10),
        ("/departments/ca/los-angeles-police-department/", 10),
        # One more than other profiles, for the posts.
        ("/departments/mi/michigan-state-police/", 11),
    ],
)
def test_pages_take_few_queries(client, django_assert_max_num_queries, url, most):
    client.get("/departments/?q=Sprinfield")  # caches the counts and the words for corrections
    client.get("/departments/ct/westport-police-department/")  # learns what the database can do
    with django_assert_max_num_queries(most):
        assert client.get(url).status_code == 200


def test_the_sitemaps_have_every_department(client):
    states = [code.lower() for code in counts.by_state()]
    pages = "".join(client.get(f"/sitemap-{state}.xml").content.decode() for state in states)
    assert pages.count("-department/</loc>") > 10_000
    assert "/departments/mi/michigan-state-police-alcona-county/" in pages


def test_looking_up_a_place_uses_indexes():
    for query in (
        Place.objects.zip_code("06880"),
        Place.objects.towns("Westport"),
        Place.objects.towns("Westport", "CT"),
        Place.objects.of_address("06880", "Westport", "CT"),
    ):
        plan = query.explain()
        assert "Index" in plan or "INDEX" in plan
        assert "SCAN departments_place" not in plan and "Seq Scan" not in plan
