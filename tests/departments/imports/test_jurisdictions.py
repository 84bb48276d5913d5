"""Loading municipalities, counties and the ZIP codes in them, and finding the departments that police them."""

import pytest

from departments.imports import jurisdictions
from departments.imports.municipality_names import readings
from departments.models import Jurisdiction, ZipPart
from tests.departments.imports.agency_files import WESTPORT as WESTPORT_ROW
from tests.departments.imports.agency_files import import_rows
from tests.factories import make_department, make_jurisdiction

pytestmark = pytest.mark.django_db

HEADER = "zip,state,municipality,class,share,county"
WESTPORT = "06880,CT,Westport,town,0.98,Fairfield County"
BOSTON = "02108,MA,Boston,city,1.00,Suffolk County"


@pytest.fixture
def load(monkeypatch, tmp_path):
    """``load(*lines)`` loads these lines instead of the file that ships with the site."""

    def load(*lines):
        file = tmp_path / "zip_municipalities.csv"
        file.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
        monkeypatch.setattr(jurisdictions, "ZIP_MUNICIPALITIES", file)
        return jurisdictions.load()

    return load


def stored():
    return sorted(Jurisdiction.objects.values_list("state", "name", "kind", "county_slug"))


def departments_of(name, kind=None, county=None):
    """Return the names of the departments that a jurisdiction has."""
    found = Jurisdiction.objects.filter(name=name)
    found = found.filter(kind=kind) if kind else found
    jurisdiction = (found.filter(county=county) if county else found).get()
    return sorted(department.name for department in jurisdiction.departments.all())


def match(*departments):
    """Create these departments, given as (name, state, county) or with values, and match all."""
    for name, state, county, *values in departments:
        defaults = {"state": state, "county": county, "city": ""}
        make_department(name, **(defaults | (values[0] if values else {})))
    jurisdictions.match()
    return jurisdictions.report()


# Loading


def test_it_loads_municipalities_and_their_counties(load):
    assert load(WESTPORT, BOSTON) == 4
    assert stored() == [
        ("CT", "Fairfield County", "county", "fairfield"),
        ("CT", "Westport", "town", "fairfield"),
        ("MA", "Boston", "city", "suffolk"),
        ("MA", "Suffolk County", "county", "suffolk"),
    ]
    assert list(ZipPart.objects.values_list("zip", "jurisdiction__name", "share")) == [
        ("02108", "Boston", 1.0),
        ("06880", "Westport", 0.98),
    ]


def test_a_zip_code_of_the_virgin_islands_has_their_state(load):
    load("00820,,Saint Croix Island,county,1.00,Saint Croix Island")
    assert stored() == [("VI", "Saint Croix Island", "county", "saint-croix-island")]


@pytest.mark.parametrize(
    ("line", "slug"),
    [
        ("46350,IN,LaPorte County,county,0.07,LaPorte County", "la-porte"),
        ("77954,TX,DeWitt County,county,0.40,DeWitt County", "de-witt"),
        ("99801,AK,Juneau,city,1.00,Juneau City and Borough", "juneau"),
        ("63101,MO,St. Louis,independent city,1.00,St. Louis city", "st-louis-city"),
        ("63105,MO,Clayton,city,0.90,St. Louis County", "st-louis"),
    ],
)
def test_a_county_has_the_slug_of_its_departments(load, line, slug):
    load(line)
    assert set(Jurisdiction.objects.values_list("county_slug", flat=True)) == {slug}


def test_loading_the_same_file_again_changes_nothing(load, django_assert_num_queries):
    load(WESTPORT, BOSTON)
    before = list(ZipPart.objects.values()), list(Jurisdiction.objects.values())
    with django_assert_num_queries(5):  # a savepoint, the rows of both tables and those that are corrected
        assert load(WESTPORT, BOSTON) == 0
    assert (list(ZipPart.objects.values()), list(Jurisdiction.objects.values())) == before


def test_a_changed_share_replaces_the_old_one(load):
    load(WESTPORT, BOSTON)
    assert load(WESTPORT.replace("0.98", "0.91"), BOSTON) == 4
    assert ZipPart.objects.get(zip="06880").share == 0.91
    assert ZipPart.objects.count() == 2


def test_rows_that_the_file_lost_are_deleted_unless_they_were_corrected(load):
    load(WESTPORT, BOSTON)
    Jurisdiction.objects.filter(name="Boston").update(is_corrected=True)
    load("06850,CT,Norwalk,city,1.00,Fairfield County")
    assert [name for _state, name, _kind, _county in stored()] == ["Fairfield County", "Norwalk", "Boston"]
    assert list(ZipPart.objects.values_list("zip", flat=True)) == ["06850"]


# Links


def test_an_administrators_correction_stays(westport):
    other = make_department("Other Police Department")
    corrected = make_jurisdiction(departments=[other], is_corrected=True)
    jurisdictions.match()
    assert list(corrected.departments.all()) == [other]
    Jurisdiction.objects.update(is_corrected=False)
    jurisdictions.match()
    assert list(corrected.departments.all()) == [westport]


def test_matching_again_changes_nothing_and_follows_a_new_name(westport):
    westport.county = "Fairfield"
    westport.save()
    make_jurisdiction()
    norwalk = make_jurisdiction("Norwalk", kind="city")
    jurisdictions.match()
    links = list(jurisdictions.Link.objects.values())
    jurisdictions.match()
    assert list(jurisdictions.Link.objects.values()) == links and len(links) == 1
    westport.name = "Norwalk Police Department"
    westport.save()
    jurisdictions.match()
    assert list(jurisdictions.Link.objects.values_list("jurisdiction", "department")) == [(norwalk.pk, westport.pk)]


def test_an_import_links_the_departments_that_it_adds_and_renames():
    westport, weston = make_jurisdiction(), make_jurisdiction("Weston")
    row = WESTPORT_ROW | {"county": "Fairfield", "type": "municipal"}
    import_rows(row)
    assert [department.ori for department in westport.departments.all()] == [row["ori"]]
    import_rows(row | {"name": "Weston Police Department"})
    assert (westport.departments.count(), weston.departments.count()) == (0, 1)


def test_only_the_given_states_are_matched(westport):
    westport.county = "Fairfield"
    westport.save()
    town = make_jurisdiction(kind="town")
    jurisdictions.match(["NY"])
    assert not town.departments.exists()
    jurisdictions.match(["CT", "NY"])
    assert list(town.departments.all()) == [westport]


def test_a_deleted_department_drops_out(westport):
    town = make_jurisdiction(departments=[westport])
    westport.delete()
    assert not town.departments.exists()


def test_it_reports_how_many_are_matched():
    make_jurisdiction("Fairfield County", kind="county")
    make_jurisdiction()
    make_jurisdiction("Weston")
    make_jurisdiction("Saugatuck", kind="CDP")
    report = match(("Westport Police Department", "CT", "Fairfield"), ("Mystic Police Department", "CT", "Fairfield"))
    assert report == (
        "1 of 2 municipalities and 0 of 1 counties have a department. 1 municipal departments have no municipality, "
        "and 0 sheriffs and county police no county."
    )


# Reading names


@pytest.mark.parametrize(
    ("name", "county", "read"),
    [
        ("Westport Police Department", "Fairfield", [[("westport", "")]]),
        ("Hempstead Village Police Department", "Nassau", [[("hempstead village", "")], [("hempstead", "village")]]),
        ("City of Kibler Police Department", "Crawford", [[("city of kibler", "")], [("kibler", "city")]]),
        ("Metropolitan Nashville Police Department", "Davidson", [[("nashville", "")]]),
        ("Portland Police Bureau", "Multnomah", [[("portland", "")]]),
        ("Louisville Metro Police Department", "Jefferson", [[("louisville", "")]]),
        ("Oak Ridge Police Department, Kaufman County", "Kaufman", [[("oak ridge", "")]]),
        (
            "Franklin Township, Somerset County Police Department",
            "Somerset",
            [[("franklin township", "")], [("franklin", "township")]],
        ),
        ("Dawson/Boyd Police Department", "Lac qui Parle", [[("dawson boyd", "")], [("dawson", ""), ("boyd", "")]]),
        (
            "Camillus Town and Village Police Department",
            "Onondaga",
            [
                [("camillus town and village", "")],
                [("camillus", "town"), ("camillus", "village")],
                [("camillus town and", "village")],
                [("camillus", "town"), ("village", "")],
            ],
        ),
    ],
)
def test_the_name_of_a_department_is_read(name, county, read):
    assert readings(name, county) == read


# Towns of the same name


def test_a_township_and_a_village_of_one_name_have_different_departments():
    for kind in ("township", "village"):
        make_jurisdiction("Clinton", "MI", kind, "Lenawee County")
    match(("Clinton Township Police Department", "MI", "Lenawee"), ("Clinton Police Department", "MI", "Lenawee"))
    assert departments_of("Clinton", "township") == ["Clinton Township Police Department"]
    assert departments_of("Clinton", "village") == ["Clinton Police Department"]


@pytest.mark.parametrize(
    ("state", "kinds", "matched"),
    [
        ("CT", ["town", "borough"], ["town", "borough"]),  # the borough is a part of the town
        ("VT", ["town", "city"], ["city"]),
        ("NY", ["town", "village"], ["village"]),
        ("NJ", ["town", "township"], ["town"]),
        ("NJ", ["township"], ["township"]),
        ("PA", ["township", "borough"], ["borough"]),
        ("MI", ["township"], []),
        ("OH", ["township", "city"], ["city"]),
        ("WI", ["town"], ["town"]),
        ("WI", ["town", "village", "city"], ["city"]),
        ("CA", ["CDP"], ["CDP"]),
        ("CA", ["CDP", "city"], ["city"]),
    ],
)
def test_a_name_without_a_kind_is_that_of_the_likeliest(state, kinds, matched):
    for kind in kinds:
        make_jurisdiction("Dover", state, kind, "Kent County")
    match(("Dover Police Department", state, "Kent"))
    assert {kind for kind in kinds if departments_of("Dover", kind)} == set(matched)


def test_a_township_of_the_same_county_comes_first():
    make_jurisdiction("Springfield", "NJ", "township", "Union County")
    make_jurisdiction("Springfield", "NJ", "township", "Burlington County")
    match(("Springfield Police Department", "NJ", "Union"))
    assert departments_of("Springfield", county="Union County") == ["Springfield Police Department"]
    assert departments_of("Springfield", county="Burlington County") == []


def test_a_city_in_the_next_county_comes_before_a_township(load):
    load(
        "48430,MI,Fenton,city,0.32,Livingston County",
        "48430,MI,Fenton,township,0.24,Genesee County",
    )
    match(("Fenton Police Department", "MI", "Genesee", {"zip": "48430"}))
    assert departments_of("Fenton", "city") == ["Fenton Police Department"]
    assert departments_of("Fenton", "township") == []


def test_a_town_far_away_is_another_one(load):
    load("79239,TX,Lakeview,town,0.60,Hall County", "77002,TX,Houston,city,1.00,Harris County")
    match(("Lakeview Police Department", "TX", "Harris", {"zip": "77586", "city": "Lakeview"}))
    assert departments_of("Lakeview") == []


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ({"county": "", "city": ""}, True),
        ({"county": "Maricopa", "city": "Queen Creek"}, True),
        ({"county": "Maricopa", "city": "Chandler"}, False),
        ({"county": "Maricopa", "city": "Chandler", "zip": "85140"}, True),
        ({"county": "Maricopa", "city": "Queen Creek", "zip": "86001"}, False),
    ],
)
def test_the_only_town_of_a_name_is_found_by_the_address(load, address, found):
    load("85142,AZ,Queen Creek,town,0.54,Pinal County", "85001,AZ,Phoenix,city,1.00,Maricopa County")
    match(("Queen Creek Police Department", "AZ", address.pop("county"), address))
    assert departments_of("Queen Creek") == (["Queen Creek Police Department"] if found else [])


def test_a_village_is_not_the_city_of_its_name(load):
    load("32901,FL,Melbourne,city,0.90,Brevard County")
    match(("Melbourne Village Police Department", "FL", "Brevard", {"zip": "32904"}))
    assert departments_of("Melbourne", "city") == []


def test_a_city_in_several_counties_has_one_department(load):
    load(
        "75201,TX,Dallas,city,1.00,Dallas County",
        "75252,TX,Dallas,city,0.90,Collin County",
        "75462,TX,Reno,city,0.40,Lamar County",
        "76020,TX,Reno,city,0.20,Parker County",
    )
    match(("Dallas Police Department", "TX", "Dallas"), ("Reno Police Department", "TX", "Lamar"))
    assert departments_of("Dallas", county="Collin County") == ["Dallas Police Department"]
    assert departments_of("Reno", county="Parker County") == []


def test_a_regional_department_serves_the_towns_in_its_name():
    for name in ("Westtown", "East Goshen", "York"):
        make_jurisdiction(name, "PA", "township", "Chester County")
    match(
        ("Westtown-East Goshen Regional Police Department", "PA", "Chester"),
        ("Northern York County Regional Police Department", "PA", "Chester"),
    )
    assert departments_of("Westtown") == departments_of("East Goshen")
    assert departments_of("East Goshen") == ["Westtown-East Goshen Regional Police Department"]
    assert departments_of("York") == []


@pytest.mark.parametrize(
    ("town", "kind", "name"),
    [
        ("Dania Beach", "city", "Dania Police Department"),
        ("Middleborough", "town", "Middleboro Police Department"),
        ("City of Orange", "township", "Orange Police Department"),
        ("The Dalles", "city", "The Dalles Police Department"),
        ("WaKeeney", "city", "Wa Keeney Police Department"),
        ("Española", "city", "Espanola Police Department"),
        ("St. Paul", "city", "Saint Paul Police Department"),
    ],
)
def test_names_are_compared_without_their_spelling(town, kind, name):
    make_jurisdiction(town, "OR", kind, "Marion County")
    match((name, "OR", "Marion"))
    assert departments_of(town) == [name]


def test_a_longer_name_is_not_taken_from_its_own_department():
    make_jurisdiction("Miami Beach", "FL", "city", "Miami-Dade County")
    match(
        ("Miami Police Department", "FL", "Miami-Dade"),
        ("Miami Beach Police Department", "FL", "Miami-Dade"),
    )
    assert departments_of("Miami Beach") == ["Miami Beach Police Department"]


# Counties


def test_sheriffs_and_county_police_serve_counties():
    make_jurisdiction("Fairfax County", "VA", "county", "Fairfax County")
    make_jurisdiction("Fairfax city", "VA", "county", "Fairfax city")
    make_jurisdiction("Fairfax", "VA", "independent city", "Fairfax city")
    match(
        ("Fairfax County Police Department", "VA", "Fairfax", {"kind": "county_police"}),
        ("Fairfax County Sheriff's Office", "VA", "Fairfax", {"kind": "sheriff"}),
        ("Fairfax City Police Department", "VA", "Fairfax City"),
    )
    assert departments_of("Fairfax County") == ["Fairfax County Police Department", "Fairfax County Sheriff's Office"]
    assert departments_of("Fairfax") == departments_of("Fairfax city") == ["Fairfax City Police Department"]


def test_new_york_is_one_city_in_five_counties(load):
    boroughs = {"Bronx": "10451", "Kings": "11201", "New York": "10001", "Queens": "11101", "Richmond": "10301"}
    load(*(f"{zip_code},NY,New York,city,1.00,{county} County" for county, zip_code in boroughs.items()))
    match(("New York City Police Department", "NY", "New York", {"ori": "NY0303000"}))
    linked = Jurisdiction.objects.filter(departments__name="New York City Police Department")
    assert linked.filter(kind="city").count() == linked.filter(kind="county").count() == 5


def test_a_consolidated_city_and_its_county_share_departments(load):
    load(
        "37201,TN,Nashville,consolidated city-county,1.00,Davidson County",
        "37205,TN,Belle Meade,city,0.20,Davidson County",
        "32202,FL,Jacksonville,consolidated city-county,1.00,Duval County",
        "32250,FL,Jacksonville Beach,city,0.90,Duval County",
        "89701,NV,Carson City,independent city,1.00,Carson City",
    )
    match(
        ("Metropolitan Nashville Police Department", "TN", "Davidson"),
        ("Jacksonville Sheriff's Office", "FL", "Duval", {"kind": "sheriff"}),
        ("Carson City County Sheriff's Office", "NV", "Carson City", {"kind": "sheriff"}),
    )
    assert departments_of("Nashville") == departments_of("Davidson County")
    assert departments_of("Nashville") == ["Metropolitan Nashville Police Department"]
    assert departments_of("Belle Meade") == departments_of("Jacksonville Beach") == []
    assert departments_of("Jacksonville") == departments_of("Duval County") == ["Jacksonville Sheriff's Office"]
    assert departments_of("Carson City", "independent city") == ["Carson City County Sheriff's Office"]


def test_a_department_can_have_the_name_of_its_borough():
    make_jurisdiction("North Slope Borough", "AK", "county", "North Slope Borough")
    match(("North Slope Borough Police Department", "AK", "North Slope Borough"))
    assert departments_of("North Slope Borough") == ["North Slope Borough Police Department"]


# Others


def test_a_tribe_is_linked_to_the_place_of_its_name_but_never_to_a_city():
    make_jurisdiction("Suquamish", "WA", "CDP", "Kitsap County")
    make_jurisdiction("Sault Ste. Marie", "MI", "city", "Chippewa County")
    match(
        ("Suquamish Tribal", "WA", "Kitsap", {"kind": "tribal"}),
        ("Sault Ste. Marie Tribal", "MI", "Chippewa", {"kind": "tribal"}),
    )
    assert departments_of("Suquamish") == ["Suquamish Tribal"]
    assert departments_of("Sault Ste. Marie") == []


def test_campuses_and_posts_serve_no_municipality(westport):
    make_jurisdiction("Weston")
    match(
        ("Weston Police Department", "CT", "Fairfield", {"kind": "campus"}),
        ("Weston Police Department", "CT", "Fairfield", {"parent": westport}),
    )
    assert departments_of("Weston") == []
