"""Official agency files: the FBI's two lists, and columns of merged national files."""

import pytest

from departments.imports import formats
from departments.models import Department
from tests.departments.imports.agency_files import WESTPORT, import_rows, only, report_of

pytestmark = pytest.mark.django_db


def lee(ori, name, kind="City", state="CT", **values):
    """Return a row of the FBI's Law Enforcement Employees."""
    return {
        "ori": ori, "data_year": "2025", "pub_agency_name": name, "state_abbr": state, "county_name": "FAIRFIELD",
        "agency_type_name": kind, "population": "0", "officer_ct": "12", "civilian_ct": "3", "total_pe_ct": "15",
        "pe_ct_per_1000": "NULL",
    } | values  # fmt: skip


def cde(ori, name, kind="City", code="CT", state="Connecticut", **values):
    """Return a row of the list of agencies in the FBI's Crime Data Explorer."""
    return {
        "ori": ori, "county": "FAIRFIELD", "latitude": "41.2", "longitude": "-73.3", "state_abbr": code,
        "state": state, "agency_name": name, "agency_type": kind, "is_nibrs": "True", "nibrs_start_date": "2013-01-01",
    } | values  # fmt: skip


def names():
    return list(Department.objects.order_by("ori").values_list("name", flat=True))


# Law Enforcement Employees


def test_officers_are_sworn_officers_and_the_year_is_that_of_all_figures():
    import_rows(lee("CT0015800", "Westport", population="28233", officer_ct="66"))
    department = only()
    assert (department.sworn_officers, department.sworn_year) == (66, 2025)
    assert (department.population, department.population_year) == (28233, 2025)
    assert (department.population_basis, department.county) == ("fbi_jurisdiction", "Fairfield")
    assert department.sources["sworn_officers"] == {"source": "FBI", "as_of": "2025", "set_by": "import"}


@pytest.mark.parametrize(
    ("name", "kind", "state", "whole"),
    [
        ("Anchorage", "City", "AK", "Anchorage Police Department"),
        ("Orange Township", "City", "NJ", "Orange Township Police Department"),
        ("Cook", "County", "IL", "Cook County Sheriff's Office"),
        ("Orleans", "County", "LA", "Orleans Parish Sheriff's Office"),
        ("Arlington County", "County", "VA", "Arlington County Sheriff's Office"),
        ("Baltimore County Police Department", "County", "MD", "Baltimore County Police Department"),
        ("Yale University", "University or College", "CT", "Yale University"),
        ("Menominee", "Tribal", "WI", "Menominee"),
    ],
)
def test_names_of_places_become_names_of_agencies(name, kind, state, whole):
    assert formats.complete_name(name, "", kind, state)[0] == whole


def test_a_unit_follows_after_a_colon_in_the_other_name():
    import_rows(lee("GAGSP2000", "State Patrol:", "State Police", "GA", pub_agency_unit="Perry", county_name="HOUSTON"))
    assert (only().name, only().alias) == ("Georgia State Patrol, Perry", "State Patrol: Perry")


def test_a_completed_name_gives_way_to_a_stated_one():
    import_rows(lee("CT0015800", "Westport"))
    assert only().sources["name"]["guessed"]
    import_rows(WESTPORT | {"name": "Westport Department of Police Services"}, as_of="2012")
    assert only().name == "Westport Department of Police Services"
    assert "guessed" not in only().sources["name"]


def test_zero_is_unknown_in_this_list():
    import_rows(lee("CT0000001", "Yale University", "University or College", officer_ct="0"))
    assert (only().sworn_officers, only().sworn_year, only().population, only().population_basis) == (
        None, None, None, "",
    )  # fmt: skip


def test_federal_agencies_are_skipped_and_counted():
    report = report_of(
        lee("USFBI0000", "Federal Bureau of Investigation", "Federal", "FS"), lee("CT0015800", "Westport")
    )
    assert (report.created, report.skips) == (1, [("state_abbr", "is not in a state", 1, 2)])


def test_the_codes_of_the_fbi_for_nebraska_and_guam_are_known():
    import_rows(lee("GM0010000", "Guam", "Other", "GM"), lee("NB0280200", "Omaha", "City", "NB", county_name="DOUGLAS"))
    assert set(Department.objects.values_list("state", flat=True)) == {"GU", "NE"}


def test_the_newest_year_of_an_agency_counts():
    rows = [
        lee("CT0015800", "Westport", data_year=str(year), officer_ct=str(year - 1960)) for year in (2023, 2025, 2024)
    ]
    report = report_of(*rows)
    assert (report.created, report.skipped, only().sworn_officers) == (1, 2, 65)
    assert report.skips == [("data_year", "is older than another row with this ORI", 2, 2)]
    assert report_of(*rows).unchanged == 1


def test_of_several_counties_with_commas_the_first_is_used():
    report = report_of(lee("GA0000001", "Braselton", state="GA", county_name="BARROW, GWINNETT, HALL"))
    assert only().county == "Barrow"
    assert ("county_name", "names several counties; only one was imported", 1, 2) in report.notices


# Crime Data Explorer


def test_the_list_of_agencies_is_read_with_both_columns_of_the_state(places):
    report = report_of(
        cde("CT0015800", "Westport Police Department"),
        cde("NB0280200", "Omaha Police Department", code="NB", state="Nebraska", latitude="41.2", longitude="-96.0"),
    )
    assert (report.created, report.rejected) == (2, 0)
    assert "is_nibrs" in report.ignored
    department = Department.objects.get(ori="CT0015800")
    assert (department.state, department.county, department.precision) == ("CT", "Fairfield", "town")
    assert department.sources["name"]["source"] == "FBI"
    assert Department.objects.get(ori="NB0280200").state == "NE"


def test_a_second_load_of_both_lists_changes_nothing(places):
    lists = [
        [cde("CT0015800", "Westport Police Department"), cde("CT0010300", "Norwalk Police Department")],
        [lee("CT0015800", "Westport", population="28233"), lee("CT0010300", "Norwalk", population="91184")],
    ]
    for rows in lists:
        assert import_rows(*rows)["rejected"] == 0
    before = list(Department.objects.order_by("pk").values())
    for rows in lists:
        assert import_rows(*rows)["unchanged"] == 2
    assert list(Department.objects.order_by("pk").values()) == before
    assert names() == ["Norwalk Police Department", "Westport Police Department"]


# Merged national files


def test_the_newest_column_of_active_agencies_counts():
    rows = [
        {"ori": f"CT000000{number}", "name": f"A {number} PD", "state": "CT"}
        | {"fbi_active_2018": old, "fbi_active_2025": new}
        for number, (old, new) in enumerate([("1", "1"), ("1", "0"), ("0", "1"), ("", "")])
    ]  # fmt: skip
    import_rows(*rows)
    assert list(Department.objects.published().values_list("name", flat=True)) == ["A 0 PD", "A 2 PD"]


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"name_flag": "unit_missing"}, "name_flag", "has no name of its own: its unit is missing"),
        ({"name_flag": "statewide_total"}, "name_flag", "counts the officers of a whole state at one post"),
        ({"is_sub_facility": "1"}, "is_sub_facility", "is a part of another agency"),
        ({"superseded_by": "CT0015900"}, "superseded_by", "has a newer ORI"),
        ({"name": "TOTAL,NM"}, "name", "is a total"),
        ({"name": "Statewide total"}, "name", "is a total"),
    ],
)
def test_rows_that_are_not_departments_are_skipped_with_the_reason(cells, column, reason):
    report = report_of(WESTPORT | cells)
    assert (report.created, report.skips) == (0, [(column, reason, 1, 2)])


def test_a_flag_that_says_that_a_name_was_completed_does_not_skip_the_row():
    assert import_rows(WESTPORT | {"name_flag": "built", "is_sub_facility": "0", "superseded_by": ""})["created"] == 1


def test_an_agency_without_employees_is_a_draft_and_does_not_unpublish_a_department():
    import_rows(WESTPORT | {"fbi_active_2025": "1"})
    rows = [WESTPORT, {"ori": "AK0011900", "name": "Seldovia Police Department", "state": "AK"}]
    rows = [row | {"fbi_active_2025": "1", "reports_no_staff": "1"} for row in rows]
    import_rows(*rows)
    assert list(Department.objects.published().values_list("state", flat=True)) == ["CT"]
    assert import_rows(*rows)["unchanged"] == 2


def test_all_facts_of_a_merged_file_are_imported_with_their_sources():
    import_rows(
        {"ori": "AL0010000", "name": "Jefferson County Sheriff's Office", "type": "sheriff", "state": "AL"}
        | {"sworn_officers": "550", "sworn_year": "2025", "sworn_source": "fbi_lee_2025", "record_source": "fbi"}
        | {"population": "160000", "population_year": "2025", "population_source": "fbi_lee_2025"}
        | {"population_basis": "fbi_jurisdiction", "county_population": "660000", "county_population_year": "2025"}
        | {"website": "https://www.jccal.org/", "website_kind": "parent_government"}
        | {"website_source": "cisa_dotgov_2026"}
    )  # fmt: skip
    department = only()
    assert (department.county_population, department.county_population_year) == (660_000, 2025)
    assert (department.population_basis, department.website_kind) == ("fbi_jurisdiction", "parent_government")
    assert department.sources["county_population"] == {"source": "Census Bureau", "as_of": "2025", "set_by": "import"}
    assert department.sources["website_kind"]["source"] == "CISA .gov registry"


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"website": "https://example.org", "website_kind": "fan club"}, "website_kind"),
        ({"population": "5", "population_basis": "census tract"}, "population_basis"),
    ],
)
def test_an_unknown_kind_or_basis_is_dropped_and_reported(cells, column):
    assert [notice[0] for notice in report_of(WESTPORT | cells).notices] == [column]
    assert getattr(only(), column) == ""


def test_the_kind_of_a_website_is_dropped_with_the_website():
    import_rows(WESTPORT | {"website": "see below", "website_kind": "agency", "population_basis": "whole_county"})
    assert (only().website, only().website_kind, only().population_basis) == ("", "", "")
