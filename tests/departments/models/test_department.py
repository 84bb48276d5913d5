"""The department model: sorting, searching, counties, figures, validation and parts."""

import random

import pytest
from django.core.exceptions import ValidationError

from departments.models import Department, Place, Specialization
from departments.search.ranking import rank
from tests.factories import (
    list_specializations,
    make_department,
    make_division,
    make_place,
    make_specialization,
    make_unit,
)

# Names

IN_ORDER = [
    "10th District Police",
    "1st District Police",
    "9th District Police",
    "Ágata Police",
    "Decatur Police",
    "DEKALB POLICE",
    "Deridder Police",
    "École Police",
    "Ft. Wayne Police",
    "fort worth police",
    "McAllen Police",
    "Mt. Vernon Police",
    "O'Fallon Police",
    "Sainte-Marie Police",
    "Úrsula Police",
    "Zürich Police",
]


def test_names_sort_the_same_on_every_database(db):
    shuffled = list(IN_ORDER)
    random.Random(7).shuffle(shuffled)
    for name in shuffled:
        make_department(name)
    assert [department.name for department in Department.objects.by_name()] == IN_ORDER
    assert [department.name for department in Department.objects.all()] == IN_ORDER


def test_departments_with_the_same_name_keep_their_order(db):
    pks = [make_department().pk for _ in range(5)]
    assert [department.pk for department in Department.objects.by_name()] == pks


def test_a_new_name_is_used_for_sorting_and_searching(db):
    department = make_department("Aardvark Police")
    make_department("Norwalk Police")
    department.name = "Zebra Police"
    department.save()
    assert [found.name for found in Department.objects.by_name()] == ["Norwalk Police", "Zebra Police"]
    assert department in rank(Department.objects.all(), "zebra")
    assert not rank(Department.objects.all(), "aardvark")


def test_saving_only_the_name_updates_derived_fields(db):
    make_department("Aardvark Police")
    Department.objects.update_or_create(slug="aardvark-police", defaults={"name": "Zebra Police"})
    assert [found.name for found in rank(Department.objects.all(), "zebra")] == ["Zebra Police"]


def test_sorting_by_population_puts_unknown_ones_last(db):
    for name, population in (("Unknown", None), ("Small", 900), ("Large", 900_000), ("Nobody", 0), ("Also small", 900)):
        make_department(name, population=population)
    by_population = [department.name for department in Department.objects.by_population()]
    assert by_population == ["Large", "Also small", "Small", "Nobody", "Unknown"]


# Search


@pytest.mark.parametrize(
    "words",
    [
        "westport",
        "WESTPORT POLICE",
        "police westport",
        "west",
        "west pol dep",
        "westport pd",
        "ct0015800",
        "CT00158",
        "06880",
        "068",
        "connecticut",
        "ct",
        "fairfield county",
        "wéstport",
        "westport, ct",
        "%",
        "",
    ],
)
def test_search_finds_a_department_by_the_start_of_its_words(db, words):
    department = make_department(ori="CT0015800", zip="06880", county="Fairfield")
    assert list(rank(Department.objects.all(), words)) == [department]


@pytest.mark.parametrize("words", ["estport", "westport norwalk", "%estport", "w_stport", "westportpolice", "6880"])
def test_search_does_not_find_it_by_other_words(db, words):
    make_department(ori="CT0015800", zip="06880", county="Fairfield")
    assert not rank(Department.objects.all(), words)


def test_abbreviations_find_full_names_and_vice_versa(db):
    saint = make_department("St. John's Police Dept.")
    assert list(rank(Department.objects.all(), "saint johns police department")) == [saint]
    sheriff = make_department("Fairfield County Sheriff's Office")
    assert list(rank(Department.objects.all(), "fairfield so")) == [sheriff]


# Counties


def test_counties_are_listed_a_to_z_with_counts(db):
    for name, county in (("A", "Fairfield"), ("B", "New Haven"), ("C", "Fairfield"), ("D", "")):
        make_department(name, county=county)
    make_department("E", state="IA", county="Adams")
    in_connecticut = Department.objects.filter(state="CT")
    found = [(county.slug, county.name, county.number) for county in in_connecticut.counties()]
    assert found == [("fairfield", "Fairfield", 2), ("new-haven", "New Haven", 1)]
    assert [department.name for department in Department.objects.in_county("CT", "fairfield")] == ["A", "C"]
    assert not Department.objects.in_county("IA", "fairfield")


# Officers per 1,000 residents

BOTH = {"sworn_officers": 64, "population": 28_000}


@pytest.mark.parametrize(
    ("values", "figure"),
    [
        (BOTH | {"sworn_year": 2020, "population_year": 2020}, 2.2857),
        (BOTH | {"sworn_year": 2020, "population_year": 2017}, 2.2857),
        (BOTH | {"sworn_year": 2017, "population_year": 2020}, 2.2857),
        (BOTH | {"sworn_year": 2020, "population_year": 2016}, None),
        (BOTH | {"sworn_year": 2016, "population_year": 2020}, None),
        (BOTH | {"sworn_year": 2020}, None),
        (BOTH | {"population_year": 2020}, None),
        (BOTH, None),
        ({"sworn_officers": 64, "sworn_year": 2020}, None),
        ({"population": 28_000, "population_year": 2020}, None),
        (BOTH | {"population": 0, "sworn_year": 2020, "population_year": 2020}, None),
    ],
)
def test_officers_per_thousand_need_comparable_years(values, figure):
    ratio = Department(**values).officers_per_thousand
    assert ratio == (figure and pytest.approx(figure, abs=0.0001))


@pytest.mark.parametrize(
    ("kind", "is_comparable"),
    [
        ("municipal", True),
        ("sheriff", True),
        ("county_police", True),
        ("state_police", True),
        ("tribal", True),
        ("state_other", False),
        ("campus", False),
        ("school_district", False),
        ("transit_airport_port", False),
        ("park_wildlife", False),
        ("constable_marshal", False),
        ("federal", False),
        ("other", False),
    ],
)
def test_officers_per_thousand_need_a_kind_that_serves_residents(kind, is_comparable):
    department = Department(kind=kind, **BOTH, sworn_year=2020, population_year=2020)
    assert (department.officers_per_thousand is not None) is is_comparable


@pytest.mark.parametrize(
    ("officers", "residents", "is_comparable"),
    [
        (("The department", ""), ("The department", ""), True),
        (("FBI", "2018"), ("FBI", "2018"), True),
        (("FBI", "2018"), ("FBI", "2019"), False),
        (("FBI", "2018"), ("Census", "2018"), False),
        (("", ""), ("", ""), False),
    ],
)
def test_officers_per_thousand_without_years_need_the_same_source(officers, residents, is_comparable):
    department = Department(**BOTH)
    department.set_source(["sworn_officers"], *officers, "import")
    department.set_source(["population"], *residents, "import")
    assert (department.officers_per_thousand is not None) is is_comparable


# Properties and validation


@pytest.mark.parametrize(
    ("values", "town"),
    [({"city": "Westport", "state": "CT"}, "Westport, CT"), ({"city": "", "state": "CT"}, "Connecticut")],
)
def test_its_town_includes_the_state(values, town):
    assert Department(**values).town == town


def test_directions_need_a_street_address():
    department = Department(name="Westport Police", street1="50 Jesup Road", city="Westport", state="CT", zip="06880")
    assert department.directions_url.endswith("destination=Westport+Police%2C+50+Jesup+Road%2C+Westport%2C+CT+06880")
    department.street1 = ""
    assert department.directions_url == ""
    assert Department(street1="50 Jesup Road", state="CT").directions_url == ""


@pytest.mark.parametrize(
    "street1",
    [
        "PO Box 12", "P.O. Box 12", "P. O. BOX A", "POBox 12", "P.O.B. 12", "POB 12", "Post Office Box 12", "PO BX 9",
        "Box 12", "Box B", "P.O. Drawer 10", "Drawer 10", "Drawer P", "Lock Box 3", "Caller Box 7", "Mail Box #4",
        "Box No. 7", "PMB 120", "50 Main Street, PMB 12", "Private Mailbox 4", "General Delivery", "c/o Town Clerk",
        "C/O City Hall", "Care of the county", "Attn: Chief of Police",
    ],
)  # fmt: skip
@pytest.mark.parametrize("street2", ["", "Suite 3", "Attn: Records", "PO Box 7"])
def test_there_are_no_directions_to_a_mailbox(street1, street2):
    department = Department(name="Police", street1=street1, street2=street2, city="Westport", state="CT", zip="06880")
    assert department.directions_url == "" and department.street_lines == []


@pytest.mark.parametrize(
    ("street1", "street2", "lines"),
    [
        ("50 Jesup Road", "", ["50 Jesup Road"]),
        ("50 Jesup Road", "Suite 3", ["50 Jesup Road", "Suite 3"]),
        ("50 Jesup Road", "PO Box 12", ["50 Jesup Road"]),
        ("PO Box 12", "50 Jesup Road", ["50 Jesup Road"]),
        ("c/o Town Hall", "50 Jesup Road", ["50 Jesup Road"]),
        ("Town Hall", "", ["Town Hall"]),
        *(
            (street, "", [street])
            for street in ("12 Box Elder Lane", "Box Canyon Road", "Pobiddy Road", "County Road 5")
        ),
        *((street, "", [street]) for street in ("Drawer Street 4", "Postal Avenue", "Co Road 12", "Route 2 Box 5")),
    ],
)
def test_its_street_lines_lead_to_a_building(street1, street2, lines):
    department = Department(name="Police", street1=street1, street2=street2, city="Westport", state="CT")
    assert department.street_lines == lines
    assert bool(department.directions_url)


@pytest.mark.parametrize(
    ("website", "name"),
    [
        ("https://www.westportct.gov/police", "westportct.gov"),
        ("http://police.example.org:8080/", "police.example.org"),
        ("", ""),
    ],
)
def test_its_website_is_shown_as_a_host_name(website, name):
    assert Department(website=website).website_host == name


def test_an_ori_is_stored_in_capitals(db):
    department = make_department()
    department.ori = "ct0015800"
    department.full_clean()
    assert department.ori == "CT0015800"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ori", "CT00158"),
        ("ori", "CT-015800"),
        ("ori", "CT0015800\n"),
        ("zip", "6880"),
        ("zip", "06880-12"),
        ("zip", "06880\n"),
        ("zip", "٠٦٨٨٠"),
        ("state", "XX"),
        ("kind", "bakery"),
        ("status", "hidden"),
        ("email", "desk"),
        ("website", "javascript:alert(1)"),
        ("sworn_officers", 100_001),
        ("sworn_year", 1899),
        ("population", 400_000_001),
        ("population_year", 2101),
        ("name", ""),
        ("name", "x" * 201),
    ],
)
def test_an_invalid_value_is_an_error_of_its_field(db, field, value):
    department = make_department(sworn_officers=1, population=1)
    setattr(department, field, value)
    with pytest.raises(ValidationError) as refused:
        department.full_clean()
    assert field in refused.value.message_dict


def test_a_zip_code_keeps_its_leading_zeros(db):
    assert Department.objects.get(pk=make_department(zip="06880").pk).zip == "06880"


def test_a_new_department_needs_only_a_name_and_a_state(db):
    department = Department(name="Westport Police Department", state="CT")
    department.full_clean()
    department.save()
    assert department.get_absolute_url() == "/departments/ct/westport-police-department/"
    assert not department.is_published


def test_a_year_without_its_number_is_rejected(db):
    department = make_department()
    department.sworn_year = department.population_year = 2020
    with pytest.raises(ValidationError) as refused:
        department.full_clean()
    assert set(refused.value.messages) == {
        "Enter the number of officers for this year.",
        "Enter the population for this year.",
    }


# Parts of a profile


def test_divisions_and_units_keep_the_departments_order(db):
    department = make_department()
    for make, related in ((make_division, "divisions"), (make_unit, "special_units")):
        make(department, "Third", order=3)
        make(department, "First", order=1)
        make(department, "Also first", order=1)
        assert [str(part) for part in getattr(department, related).all()] == ["First", "Also first", "Third"]


def test_specializations_keep_the_departments_order(db):
    department = make_department()
    list_specializations(department, "Motorcycle", "Bike Patrol", "K-9 Unit")
    listed = [str(listed) for listed in department.listed_specializations.with_names()]
    assert listed == ["Motorcycle", "Bike Patrol", "K-9 Unit"]
    assert [str(specialization) for specialization in Specialization.objects.all()] == [
        "Bike Patrol",
        "K-9 Unit",
        "Motorcycle",
    ]


@pytest.mark.parametrize(
    ("name", "text"), [("K9/Unit", "almost the same name"), ("K9 unit", "almost the same name"), ("!!!", "a letter")]
)
def test_a_specialization_needs_a_distinct_slug(db, name, text):
    make_specialization("K9 Unit")
    with pytest.raises(ValidationError, match=text):
        Specialization(name=name).full_clean()


def test_a_place_is_shown_with_its_state_and_zip_code(db):
    assert str(make_place(zip="06880")) == "Westport, CT 06880"
    assert str(make_place()) == "Westport, CT"
    assert Place.objects.get(zip="").search_text == "Westport, Fairfield County, CT"
