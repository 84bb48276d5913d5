"""Who polices a ZIP code, a town or a county: in small places of every kind."""

import pytest

from departments.models import Department, Place
from departments.policing import answer
from tests.departments import pages
from tests.factories import add_zip_part, make_department, make_job, make_jurisdiction, make_place, text_of

Kind = Department.Kind


def make_area(name, state, kind, county, departments=(), **zips):
    """Create a jurisdiction and its shares of ZIP codes: ``z06880=1.0``."""
    jurisdiction = make_jurisdiction(name, state, kind, county, departments)
    for zip_code, share in zips.items():
        add_zip_part(zip_code[1:], jurisdiction, share)
    return jurisdiction


def make_police(name, state, kind=Kind.MUNICIPAL, city="", **values):
    return make_department(name, state=state, kind=kind, city=city, **values)


def ask(zip_code):
    return answer.for_place(Place.objects.get(zip=zip_code))


def names(found):
    return [department.name for department in found.departments]


def roles(found):
    return {department.name: str(department.role) for department in found.departments}


@pytest.fixture
def massachusetts(db):
    """Boston, with its police, the state police, and a campus."""
    make_place("Boston", "MA", "02108", at=(42.357, -71.065), county="Suffolk County")
    make_place("Boston", "MA", at=(42.36, -71.06), county="Suffolk County", zip_codes=40)
    police = make_police("Boston Police Department", "MA", city="Boston", county="Suffolk", at=(42.2, -71.2))
    make_area("Boston", "MA", "city", "Suffolk County", [police], z02108=1)
    make_area("Suffolk County", "MA", "county", "Suffolk County")
    make_police("Massachusetts State Police", "MA", Kind.STATE_POLICE, city="Framingham")
    make_police("Emerson College", "MA", Kind.CAMPUS, city="Boston", at=(42.352, -71.066))
    make_police("Amherst College", "MA", Kind.CAMPUS, city="Amherst", at=(42.37, -72.5))


@pytest.fixture
def joshua_tree(db):
    """A place in California without a government, its county and a city elsewhere in the county."""
    make_place("Joshua Tree", "CA", "92252", at=(34.15, -116.3), county="San Bernardino County")
    make_place("Joshua Tree", "CA", at=(34.15, -116.3), county="San Bernardino County")
    county = "San Bernardino County"
    sheriff = make_police(
        "San Bernardino County Sheriff's Department", "CA", Kind.SHERIFF, "San Bernardino", county="San Bernardino"
    )
    make_area(county, "CA", "county", county, [sheriff], z92252=1)
    make_area("Joshua Tree", "CA", "CDP", county, z92252=0.77)
    make_police("California Highway Patrol", "CA", Kind.STATE_POLICE, city="Sacramento")
    make_police("Banning Police Department", "CA", city="Banning", county="Riverside", at=(34.1, -116.4))


def test_a_citys_own_police_come_first(massachusetts):
    found = ask("02108")
    assert names(found) == ["Boston Police Department", "Massachusetts State Police"]
    assert found.sentences == ["Boston Police Department serves Boston."]
    assert roles(found)["Boston Police Department"] == "Serves Boston."
    assert found.is_sure


def test_campus_police_of_the_city_are_apart(massachusetts):
    assert [(each.name, str(each.role)) for each in ask("02108").local] == [("Emerson College", "Serves its campus.")]


def test_a_place_without_a_government_has_the_sheriff(joshua_tree):
    found = ask("92252")
    assert names(found) == ["San Bernardino County Sheriff's Department", "California Highway Patrol"]
    assert found.sentences == [
        "Joshua Tree has no city government; "
        "the San Bernardino County Sheriff's Department serves areas outside cities."
    ]
    assert found.is_sure


def test_a_town_is_looked_up_by_its_zip_codes(joshua_tree, massachusetts):
    for town in Place.objects.filter(zip=""):
        assert answer.for_place(town).departments == ask({"CA": "92252", "MA": "02108"}[town.state]).departments


def test_a_postal_name_is_not_a_municipality(db):
    make_place("Bronx", "NY", "10451", at=(40.82, -73.92), county="Bronx County")
    bronx = make_place("Bronx", "NY", at=(40.85, -73.88), county="Bronx County", zip_codes=26)
    nypd = make_police("New York City Police Department", "NY", city="New York")
    make_area("New York", "NY", "city", "Bronx County", [nypd], z10451=1)
    found = answer.for_place(bronx)
    assert names(found) == ["New York City Police Department"]
    assert found.sentences == [
        "Bronx, NY is in New York City.",
        "New York City Police Department serves New York City.",
    ]


def test_a_zip_code_in_several_has_an_answer_for_each_largest_share_first(db):
    make_place("Fairfax", "VA", "22030", at=(38.85, -77.32), county="Fairfax County")
    city = make_police("Fairfax City Police Department", "VA", county="Fairfax City")
    county = make_police("Fairfax County Police Department", "VA", Kind.COUNTY_POLICE, county="Fairfax")
    sheriff = make_police("Fairfax County Sheriff's Office", "VA", Kind.SHERIFF, county="Fairfax")
    make_area("Fairfax", "VA", "independent city", "Fairfax city", [city], z22030=0.32)
    make_area("Fairfax County", "VA", "county", "Fairfax County", [sheriff, county], z22030=0.68)
    make_area("Fair Oaks", "VA", "CDP", "Fairfax County", z22030=0.25)
    found = ask("22030")
    assert found.sentences[0] == "Most of 22030 is in Fairfax County, about a third in the City of Fairfax."
    assert roles(found) == {
        "Fairfax County Police Department": "Serves areas of Fairfax County outside cities.",
        "Fairfax City Police Department": "Serves the City of Fairfax.",
        "Fairfax County Sheriff's Office": "Mostly serves the courts or the jail.",
    }
    assert not found.is_sure


def test_a_zip_code_in_two_counties_has_both_sheriffs(db):
    make_place("Border", "KS", "66000", at=(38.5, -95), county="Ada County")
    for county, share in (("Ada", 0.55), ("Bell", 0.45)):
        sheriff = make_police(f"{county} County Sheriff's Office", "KS", Kind.SHERIFF, county=county)
        make_area(f"{county} County", "KS", "county", f"{county} County", [sheriff], z66000=share)
    found = ask("66000")
    assert names(found) == ["Ada County Sheriff's Office", "Bell County Sheriff's Office"]
    assert found.sentences[0] == "About half of 66000 is in Ada County, about half in Bell County."


def test_a_city_in_two_counties_is_one(db):
    make_place("Kansas City", "MO", "64100", at=(39.1, -94.5), county="Clay County")
    police = make_police("Kansas City Police Department", "MO", city="Kansas City")
    for county in ("Clay County", "Jackson County"):
        make_area("Kansas City", "MO", "city", county, [police], z64100=0.5)
    found = ask("64100")
    assert found.sentences == ["Kansas City Police Department serves Kansas City."]
    assert found.is_sure


@pytest.mark.parametrize(
    ("state", "note"),
    [
        ("CT", "Connecticut has no sheriffs. The State Police serve towns without their own police."),
        ("RI", "Rhode Island has no sheriffs. The State Police serve towns without their own police."),
        ("AK", "Alaska has no counties and no sheriffs. The Alaska State Troopers serve places without police."),
        (
            "PA",
            "In Pennsylvania, the State Police serve towns without their own police. "
            "Sheriffs mostly serve the courts or the jail.",
        ),
        ("VT", "In Vermont, the State Police serve towns without their own police. Some pay the sheriff for patrols."),
    ],
)  # fmt: skip
def test_troopers_serve_towns_without_police_where_sheriffs_do_not(db, state, note):
    force = {"CT": "Connecticut", "RI": "Rhode Island", "PA": "Pennsylvania", "VT": "Vermont"}.get(state)
    name = f"{force} State Police" if force else "Alaska State Troopers"
    make_police(name, state, Kind.STATE_POLICE)
    make_place("Quiet", state, "00001", county="Elm County")
    sheriff = make_police("Elm County Sheriff's Office", state, Kind.SHERIFF, county="Elm")
    make_area("Quiet", state, "town", "Elm County", z00001=1)
    make_area("Elm County", state, "county", "Elm County", [sheriff])
    found = ask("00001")
    assert found.sentences == ["Quiet has no police department in our directory.", note]
    assert names(found) == [name, "Elm County Sheriff's Office"]
    assert roles(found)["Elm County Sheriff's Office"] == "Mostly serves the courts or the jail."
    assert not found.is_sure


def test_county_police_serve_all_of_a_county_in_hawaii(db):
    make_place("Kailua Kona", "HI", "96740", at=(19.64, -155.99), county="Hawaii County")
    police = make_police("Hawaii Police Department", "HI", Kind.COUNTY_POLICE, county="Hawaii")
    make_area("Hawaii County", "HI", "county", "Hawaii County", [police], z96740=1)
    make_area("Kailua", "HI", "CDP", "Hawaii County", z96740=0.8)
    found = ask("96740")
    assert found.sentences == ["Hawaii Police Department serves Hawaii County."]
    assert found.is_sure


def test_sheriff_and_troopers_share_towns_in_maine(db):
    make_place("Hermon", "ME", "04401", at=(44.8, -68.9), county="Penobscot County")
    make_police("Maine State Police", "ME", Kind.STATE_POLICE)
    sheriff = make_police("Penobscot County Sheriff's Office", "ME", Kind.SHERIFF, county="Penobscot")
    make_area("Hermon", "ME", "town", "Penobscot County", z04401=1)
    make_area("Penobscot County", "ME", "county", "Penobscot County", [sheriff])
    found = ask("04401")
    assert names(found) == ["Penobscot County Sheriff's Office", "Maine State Police"]
    assert "the sheriff and the State Police share towns" in found.sentences[1]


def test_a_contract_city_is_not_said_to_have_no_police(db):
    make_place("West Hollywood", "CA", "90069", at=(34.09, -118.38), county="Los Angeles County")
    sheriff = make_police("Los Angeles County Sheriff's Department", "CA", Kind.SHERIFF, county="Los Angeles")
    make_area("West Hollywood", "CA", "city", "Los Angeles County", z90069=1)
    make_area("Los Angeles County", "CA", "county", "Los Angeles County", [sheriff])
    found = ask("90069")
    assert found.sentences == [
        "West Hollywood has no police department in our directory; "
        "the Los Angeles County Sheriff's Department serves places without their own police."
    ]
    assert not found.is_sure


@pytest.mark.parametrize("kind", ["independent city", "consolidated city-county"])
def test_a_city_that_is_a_county_has_one_department(db, kind):
    make_place("Carson City", "NV", "89701", at=(39.16, -119.75), county="Carson City")
    sheriff = make_police("Carson City Sheriff's Office", "NV", Kind.SHERIFF, county="Carson City")
    make_area("Carson City", "NV", kind, "Carson City", z89701=1)
    make_area("Carson City", "NV", "county", "Carson City", [sheriff])
    found = ask("89701")
    assert found.sentences == ["Carson City Sheriff's Office serves Carson City."]
    assert found.is_sure


def test_the_sheriff_of_a_consolidated_city_serves_its_courts(db):
    make_place("Louisville", "KY", "40202", at=(38.25, -85.75), county="Jefferson County")
    police = make_police("Louisville Metro Police Department", "KY", county="Jefferson")
    sheriff = make_police("Jefferson County Sheriff's Office", "KY", Kind.SHERIFF, county="Jefferson")
    make_area("Louisville", "KY", "consolidated city-county", "Jefferson County", [police], z40202=1)
    make_area("Jefferson County", "KY", "county", "Jefferson County", [sheriff])
    found = ask("40202")
    assert roles(found) == {
        "Louisville Metro Police Department": "Serves Louisville.",
        "Jefferson County Sheriff's Office": "Mostly serves the courts or the jail.",
    }
    assert found.is_sure


@pytest.fixture
def hempstead(db):
    """A village and the town around it, both with police."""
    make_place("Hempstead", "NY", "11550", at=(40.7, -73.6), county="Nassau County")
    town = make_place("Hempstead", "NY", at=(40.7, -73.6), county="Nassau County")
    village_police = make_police("Hempstead Village Police Department", "NY")
    town_police = make_police("Hempstead Town Police Department", "NY")
    make_area("Hempstead", "NY", "town", "Nassau County", [town_police], z11550=1)
    make_area("Hempstead", "NY", "village", "Nassau County", [village_police], z11550=0.6)
    return town


def test_a_village_comes_before_the_town_around_it(hempstead):
    for found in (answer.for_place(hempstead), ask("11550")):
        assert names(found) == ["Hempstead Village Police Department", "Hempstead Town Police Department"]
        assert not found.is_sure
    assert found.sentences[:2] == [
        "All of 11550 is in the Town of Hempstead.",
        "The Village of Hempstead (most) is inside the Town of Hempstead.",
    ]


def test_one_department_of_a_village_and_its_town_is_named_once(db):
    make_place("New Paltz", "NY", "12561", at=(41.75, -74.09), county="Ulster County")
    police = make_police("New Paltz Police Department", "NY")
    make_area("New Paltz", "NY", "town", "Ulster County", [police], z12561=0.95)
    make_area("New Paltz", "NY", "village", "Ulster County", [police], z12561=0.5)
    found = ask("12561")
    assert "New Paltz Police Department serves the Village of New Paltz and the Town of New Paltz." in found.sentences
    assert found.is_sure


def test_tribal_police_of_the_place_come_first(db):
    make_place("Window Rock", "AZ", "86515", at=(35.68, -109.05), county="Apache County")
    sheriff = make_police("Apache County Sheriff's Office", "AZ", Kind.SHERIFF, county="Apache")
    make_area("Apache County", "AZ", "county", "Apache County", [sheriff], z86515=1)
    make_area("Window Rock", "AZ", "CDP", "Apache County", z86515=0.9)
    make_police("Navajo Nation Police", "AZ", Kind.TRIBAL, "Window Rock", county="Apache", at=(35.68, -109.06))
    found = ask("86515")
    assert names(found) == ["Navajo Nation Police", "Apache County Sheriff's Office"]
    assert "On tribal land, call the tribal police: Navajo Nation Police." in found.sentences
    assert not found.is_sure


def test_a_place_without_a_government_can_have_police_of_its_own(joshua_tree):
    police = make_police("Joshua Tree Tribal Police", "CA", Kind.TRIBAL, county="San Bernardino")
    police.jurisdictions.add(make_jurisdiction("Nowhere", "CA", "CDP", "San Bernardino County"))
    add_zip_part("92252", police.jurisdictions.get(), 0.6)
    assert names(ask("92252"))[0] == "Joshua Tree Tribal Police"


def test_tribal_police_of_a_city_do_not_come_before_the_countys(db):
    make_place("Las Vegas", "NV", "89109", at=(36.12, -115.16), county="Clark County")
    police = make_police("Las Vegas Metropolitan Police Department", "NV", county="Clark")
    make_area("Clark County", "NV", "county", "Clark County", [police], z89109=1)
    make_area("Winchester", "NV", "CDP", "Clark County", z89109=0.7)
    make_police("Las Vegas Paiute Tribal", "NV", Kind.TRIBAL, "Las Vegas", county="Clark", at=(36.13, -115.16))
    found = ask("89109")
    assert names(found) == ["Las Vegas Metropolitan Police Department"]
    assert [each.name for each in found.local] == ["Las Vegas Paiute Tribal"]
    assert found.is_sure


def test_a_county_with_much_tribal_land_is_not_sure(db):
    make_place("Tuba City", "AZ", "86045", at=(36.13, -111.23), county="Coconino County")
    sheriff = make_police("Coconino County Sheriff's Office", "AZ", Kind.SHERIFF, county="Coconino")
    make_area("Coconino County", "AZ", "county", "Coconino County", [sheriff], z86045=1)
    make_area("Tuba City", "AZ", "CDP", "Coconino County", z86045=0.9)
    found = ask("86045")
    assert found.sentences[1] == "Parts of Coconino County are tribal land, where tribal or federal police serve."
    assert not found.is_sure


def test_a_military_base_has_police_of_its_own(db):
    make_place("Camp Pendleton", "CA", "92055", at=(33.3, -117.3), county="San Diego County")
    sheriff = make_police("San Diego County Sheriff's Office", "CA", Kind.SHERIFF, county="San Diego")
    make_area("San Diego County", "CA", "county", "San Diego County", [sheriff], z92055=1)
    found = ask("92055")
    assert found.sentences[0] == "On a military base, call its military police. They are not in our directory."
    assert not found.is_sure


def test_a_town_with_the_name_of_a_fort_is_not_a_base(db):
    make_place("Fort Lee", "NJ", "07024", at=(40.85, -73.97), county="Bergen County")
    police = make_police("Fort Lee Police Department", "NJ")
    make_area("Fort Lee", "NJ", "borough", "Bergen County", [police], z07024=1)
    assert ask("07024").sentences == ["Fort Lee Police Department serves Fort Lee."]


def test_a_zip_code_of_po_boxes_has_the_answer_of_the_nearest_in_its_town(massachusetts):
    make_place("Boston", "MA", "02101", at=(42.357, -71.065), county="Suffolk County")
    make_place("Boston", "MA", "02200", at=(42.25, -71.1), county="Suffolk County")
    make_area("Milton", "MA", "town", "Norfolk County", z02200=1)
    found = ask("02101")
    assert names(found)[0] == "Boston Police Department"
    assert not found.is_sure


def test_coordinates_have_the_answer_of_the_nearest_zip_code(massachusetts):
    found = answer.for_place(Place(name="42.36, -71.06", latitude=42.36, longitude=-71.06))
    assert found.place == "this location"
    assert names(found)[0] == "Boston Police Department"
    assert not found.is_sure


def test_coordinates_far_from_everything_have_no_answer(massachusetts):
    assert answer.for_place(Place(name="0, 0", latitude=0.0, longitude=0.0)) is None


def test_a_territory_has_one_force(db):
    make_place("St Thomas", "VI", "00802", at=(18.34, -64.93), county="")
    make_place("Hagatna", "GU", "96910", at=(13.48, 144.75), county="")
    police = make_police("Guam Police Department", "GU", county="Guam")
    make_area("Territory of Guam", "GU", "county", "Territory of Guam", [police], z96910=1)
    assert ask("00802").sentences == ["The Virgin Islands Police Department serves all of the U.S. Virgin Islands."]
    assert ask("00802").departments == []
    assert ask("96910").sentences == ["The Guam Police Department serves all of Guam."]
    assert roles(ask("96910")) == {"Guam Police Department": "Serves all of Guam."}


def test_nothing_is_concluded_about_an_unknown_place(db):
    make_place("Nowhere", "TX", "79999", at=(31, -104), county="")
    make_police("Department of Public Safety", "TX", Kind.STATE_OTHER)
    found = ask("79999")
    assert found.sentences == ["We don't know which department that is."]
    assert names(found) == ["Department of Public Safety"]
    assert not found.is_sure


def test_a_force_that_has_only_posts_is_named_by_that_of_the_county(db):
    make_place("Salem", "OR", "97301", at=(44.94, -123.03), county="Marion County")
    for county in ("Lane", "Marion"):
        make_police(f"Oregon State Police, {county} County", "OR", Kind.STATE_POLICE, county=county)
    make_area("Salem", "OR", "city", "Marion County", [make_police("Salem Police Department", "OR")], z97301=1)
    assert names(ask("97301")) == ["Salem Police Department", "Oregon State Police, Marion County"]


def test_a_county_has_the_sheriff_and_says_that_cities_may_have_police(joshua_tree):
    found = answer.for_county("CA", "san-bernardino")
    assert found.place == "San Bernardino County, CA"
    assert names(found) == ["San Bernardino County Sheriff's Department", "California Highway Patrol"]
    assert found.sentences[1] == "Cities and towns there can have their own police."


def test_a_county_without_land_outside_of_towns_has_no_likely_department(massachusetts):
    make_jurisdiction("Chelsea", "MA", "city", "Suffolk County")
    found = answer.for_county("MA", "suffolk")
    assert found.sentences[0] == "All of Suffolk County is in cities or towns."
    assert names(found) == ["Massachusetts State Police"]


def test_county_police_come_first_in_a_county_that_is_all_towns(db):
    sheriff = make_police("Suffolk County Sheriff's Office", "NY", Kind.SHERIFF, county="Suffolk")
    police = make_police("Suffolk County Police Department", "NY", Kind.COUNTY_POLICE, county="Suffolk")
    make_area("Suffolk County", "NY", "county", "Suffolk County", [sheriff, police])
    for town in ("Islip", "Babylon"):
        make_area(town, "NY", "town", "Suffolk County")
    found = answer.for_county("NY", "suffolk")
    assert names(found) == ["Suffolk County Police Department", "Suffolk County Sheriff's Office"]
    assert found.sentences[1] == "The Suffolk County Police Department serves places without their own police."


def test_county_police_share_with_the_troopers_of_delaware(db):
    police = make_police("New Castle County Police Department", "DE", Kind.COUNTY_POLICE, county="New Castle")
    make_police("Delaware State Police", "DE", Kind.STATE_POLICE)
    make_place("Bear", "DE", "19701", at=(39.6, -75.7), county="New Castle County")
    make_area("New Castle County", "DE", "county", "New Castle County", [police], z19701=1)
    found = ask("19701")
    assert names(found) == ["New Castle County Police Department", "Delaware State Police"]
    assert found.sentences[0].startswith("The New Castle County Police Department serves areas of New Castle County")
    assert not found.is_sure


def test_a_place_is_not_said_to_have_no_government_if_a_town_has_its_name(db):
    make_place("Chevy Chase", "MD", "20815", at=(38.98, -77.08), county="Montgomery County")
    town = make_place("Chevy Chase", "MD", at=(38.98, -77.08), county="Montgomery County")
    police = make_police("Montgomery County Police Department", "MD", Kind.COUNTY_POLICE, county="Montgomery")
    make_area("Montgomery County", "MD", "county", "Montgomery County", [police], z20815=0.8)
    make_area("Chevy Chase", "MD", "CDP", "Montgomery County", z20815=0.6)
    make_area("Chevy Chase", "MD", "town", "Montgomery County", z20815=0.2)
    found = answer.for_place(town)
    assert not any("no city government" in sentence for sentence in found.sentences)
    assert found.sentences[0] == "Some addresses in Chevy Chase, MD are in the Town of Chevy Chase."


def test_a_town_whose_name_is_in_another_county_is_found_near_it(db):
    place = make_place("Lower Merion", "PA", at=(39.98, -75.31), county="Delaware County")
    make_place("Ardmore", "PA", "19003", at=(40, -75.29), county="Montgomery County")
    haverford, merion = (make_police(f"{name} Police Department", "PA") for name in ("Haverford", "Lower Merion"))
    make_area("Haverford", "PA", "township", "Delaware County", [haverford], z19003=0.66)
    make_area("Lower Merion", "PA", "township", "Montgomery County", [merion], z19003=0.34)
    assert names(answer.for_place(place)) == ["Lower Merion Police Department"]


def test_a_county_that_is_one_city_has_its_police(massachusetts):
    assert names(answer.for_county("MA", "suffolk"))[0] == "Boston Police Department"


def test_drafts_and_posts_are_left_out(massachusetts):
    police = Department.objects.get(name="Boston Police Department")
    precinct = make_police("Boston Police Department, North End", "MA", city="Boston", parent=police)
    precinct.jurisdictions.set(police.jurisdictions.all())
    police.unpublish()
    assert names(ask("02108")) == ["Massachusetts State Police"]


# The pages


def test_the_answer_stands_at_the_top_of_a_search_for_a_place(client, joshua_tree):
    for search in ("q=92252", "near=92252", "q=Joshua+Tree", "q=joshua+tree,+ca", "q=police+near+92252"):
        page = client.get(f"/departments/?{search}")
        assert pages.answer(page) == ["San Bernardino County Sheriff's Department", "California Highway Patrol"], search
        assert text_of(page).index("Who polices Joshua Tree, CA") < text_of(page).rindex("within 25 miles of"), search


def test_the_answer_stands_at_the_top_of_a_search_for_a_county(client, joshua_tree):
    for search in ("q=San+Bernardino+County,+CA", "near=San+Bernardino+County,+CA", "q=san+bernardino+county+ca"):
        page = client.get(f"/departments/?{search}")
        assert pages.answer(page)[0] == "San Bernardino County Sheriff's Department", search


@pytest.mark.parametrize(
    "question",
    [
        "who polices Joshua Tree CA",
        "Who polices Joshua Tree?",
        "what police department serves 92252",
        "nearest police station to Joshua Tree, CA",
        "police in Joshua Tree",
        "sheriff near 92252",
        "Joshau Tree, CA",
        "San Bernardino County",
    ],
)
def test_a_question_in_words_is_answered(client, joshua_tree, question):
    page = client.get("/departments/", {"q": question})
    assert pages.answer(page)[0] == "San Bernardino County Sheriff's Department"


@pytest.mark.parametrize("typed", ["Saint Louis County, MO", "St Louis County"])
def test_a_saint_in_the_name_of_a_county_is_known(client, db, typed):
    police = make_police("St. Louis County Police Department", "MO", Kind.COUNTY_POLICE, county="St. Louis")
    make_area("St. Louis County", "MO", "county", "St. Louis County", [police])
    assert pages.answer(client.get("/departments/", {"q": typed})) == ["St. Louis County Police Department"]


def test_a_county_of_several_states_has_no_answer_without_its_state(client, db):
    for state in ("IL", "GA"):
        make_area("Cook County", state, "county", "Cook County")
    assert "Who polices" not in text_of(client.get("/departments/?q=cook+county"))


@pytest.mark.parametrize(
    "search",
    ["", "q=narcotics", "q=narcotics+near+92252", "q=92252&kind=sheriff", "q=92252&page=2", "near=92252&hiring=on"],
)
def test_other_searches_have_no_answer(client, joshua_tree, search):
    assert "Who polices" not in text_of(client.get(f"/departments/?{search}"))


def test_the_answer_says_what_to_do_when_it_is_not_sure(client, hempstead):
    text = text_of(client.get("/departments/?q=11550"))
    assert "We don't know which of these serves your address: call the first, or 911 in an emergency." in text


def test_the_answer_shows_911_and_open_jobs(client, massachusetts):
    make_job(Department.objects.get(name="Boston Police Department"))
    page = client.get("/departments/?q=02108")
    section = pages.ANSWER.search(pages.html(page))[0]
    assert '<a href="tel:911">911</a>' in section
    assert "1 open job" in section


def test_neighbors_follow_with_their_distance(client, massachusetts):
    page = client.get("/departments/?q=02108")
    assert pages.cards(page) == ["Emerson College", "Boston Police Department"]
    text = text_of(page)
    assert text.index("Boston, MA · less than a mile") < text.index("Boston, MA · 13 miles")


def test_the_best_known_town_of_a_name_is_answered(client, massachusetts):
    make_place("Boston", "GA", at=(30.79, -83.79), county="Thomas County")
    assert pages.answer(client.get("/departments/?q=boston"))[0] == "Boston Police Department"
    Place.objects.filter(state="GA").update(zip_codes=5)
    assert "Who polices" not in text_of(client.get("/departments/?q=boston"))


@pytest.mark.parametrize("typed", ["NYC", "nyc ny"])
def test_short_names_of_cities_are_known(client, places, typed):
    assert "Who polices New York, NY?" in text_of(client.get(f"/departments/?q={typed}"))


def test_a_misspelled_county_is_corrected(client, db):
    sheriff = make_police("Loudoun County Sheriff's Office", "VA", Kind.SHERIFF, county="Loudoun")
    make_area("Loudoun County", "VA", "county", "Loudoun County", [sheriff])
    page = client.get("/departments/?q=Loudon+County+VA")
    assert "Showing results for Loudoun County, VA" in text_of(page)
    assert pages.cards(page) == ["Loudoun County Sheriff's Office"]


def test_the_county_page_has_the_answer_on_its_first_page(client, joshua_tree):
    url = "/departments/ca/county/san-bernardino/"
    assert pages.answer(client.get(url))[0] == "San Bernardino County Sheriff's Department"
    assert "Who polices San Bernardino County, CA?" in text_of(client.get(url))


def test_the_answer_takes_two_queries(joshua_tree, django_assert_num_queries):
    for place in Place.objects.all():
        with django_assert_num_queries(2):
            answer.for_place(place)
    with django_assert_num_queries(2):
        answer.for_county("CA", "san-bernardino")


def test_a_page_says_only_once_that_nothing_is_known(client, db):
    make_place("Nowhere", "TX", "79999", at=(31, -104), county="")
    text = text_of(client.get("/departments/?q=79999"))
    assert "We don't know which department that is. In an emergency, call 911." in text
