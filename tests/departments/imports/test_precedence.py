"""Imports and precedence: what newer, older, surer and less sure files change, and what departments remember."""

import pytest

from departments.models import Department
from tests.admin import page, save, saved, signed_in
from tests.departments.imports.agency_files import WESTPORT, edited, import_rows, only, report_of
from tests.factories import make_bob, text_of

pytestmark = pytest.mark.django_db

LEE = {
    "ori": "CT0015800", "data_year": "2025", "pub_agency_name": "Westport", "state_abbr": "CT",
    "county_name": "FAIRFIELD", "agency_type_name": "City", "population": "28233", "officer_ct": "66",
    "civilian_ct": "14", "total_pe_ct": "80", "pe_ct_per_1000": "2.83",
}  # fmt: skip


def others(department):
    return {
        field: source["other"] for field, source in department.sources.items() if "other" in source
    }  # fmt: skip


# Dates


def test_an_older_file_changes_nothing_that_is_newer():
    import_rows(WESTPORT | {"phone": "203-341-6000", "sworn_officers": "66", "sworn_year": "2025"}, as_of="2025")
    report = report_of(
        WESTPORT | {"phone": "203-341-1995", "sworn_officers": "61", "email": "desk@example.org"}, as_of="1995"
    )
    assert (only().phone, only().sworn_officers, only().sworn_year) == ("203-341-6000", 66, 2025)
    assert only().email == "desk@example.org"
    assert {(column, reason) for column, reason, _number, _line in report.notices} == {
        ("phone", "is older than the stored value; it was not imported"),
        ("sworn_officers", "is older than the stored value; it was not imported"),
    }


def test_the_source_of_an_equal_value_stays_if_it_is_newer():
    import_rows(WESTPORT | {"phone": "203-341-6000"}, source="Connecticut", as_of="2024")
    assert import_rows(WESTPORT | {"phone": "203-341-6000"}, source="A list", as_of="1995")["unchanged"] == 1
    assert only().sources["phone"]["source"] == "Connecticut"


def test_a_newer_figure_takes_its_year_and_its_basis_along():
    old = {"population": "28278", "population_year": "2018", "population_basis": "local_government"}
    import_rows(WESTPORT | old)
    import_rows(WESTPORT | {"population": "28233", "population_year": "2025"})
    assert (only().population, only().population_year, only().population_basis) == (28233, 2025, "")


def test_an_older_address_does_not_mix_with_a_newer_one():
    import_rows(WESTPORT | {"address1": "50 Jesup Road", "zip": "06880"}, as_of="2012")
    import_rows(WESTPORT | {"address1": "1 Old Road", "address2": "Floor 2", "zip": "06880"}, as_of="2009")
    assert (only().street1, only().street2) == ("50 Jesup Road", "")


def test_a_status_of_an_older_list_does_not_count():
    import_rows(WESTPORT | {"fbi_active_2025": "1"})
    import_rows(WESTPORT | {"fbi_active_2018": "0"})
    assert only().status == "published"
    import_rows(WESTPORT | {"fbi_active_2026": "0"})
    assert only().status == "draft"


# Certainty


def test_the_default_title_of_a_chief_is_nobodys_statement():
    import_rows(WESTPORT | {"type": "sheriff"})
    report = report_of(WESTPORT | {"chief_name": "Pat Doe", "chief_title": "Sheriff"})
    assert (only().chief_title, report.conflicts) == ("Sheriff", 0)


def test_names_never_degrade(places):
    import_rows(WESTPORT)
    before = only()
    report = report_of(LEE)
    assert (report.updated, only().name, only().slug) == (1, "Westport Police Department", before.slug)
    assert (only().sworn_officers, only().sworn_year, only().population) == (66, 2025, 28233)
    assert report_of(LEE).unchanged == 1
    assert import_rows(WESTPORT | {"name": "WESTPORT"}, as_of="2026")["unchanged"] == 1


def test_a_kind_that_a_name_suggests_does_not_replace_a_stated_one():
    import_rows(WESTPORT | {"type": "tribal"}, as_of="2009")
    import_rows(WESTPORT, as_of="2025")
    assert only().kind == "tribal"
    import_rows(WESTPORT | {"type": "municipal"}, as_of="2025")
    assert only().kind == "municipal"


def test_a_building_stays_where_it_is_when_a_list_has_only_the_zip_code(places):
    import_rows(WESTPORT | {"lat": "41.14", "lon": "-73.36", "geo_source": "hifld2009"})
    import_rows(WESTPORT | {"lat": "41.2", "lon": "-73.3", "geo_source": "zip_centroid", "geo_year": "2025"})
    assert (only().latitude, only().precision) == (41.14, "building")


def test_a_location_that_follows_a_new_address_is_compared_at_once(places):
    import_rows(WESTPORT | {"city": "", "lat": "41.3", "lon": "-73.1", "geo_source": "fbi_cde2018"}, as_of="2018")
    row = WESTPORT | {"zip": "06880", "lat": "41.2", "lon": "-73.3", "geo_source": "county_centroid"}
    import_rows(row)
    assert (only().latitude, only().precision, "latitude" in only().sources) == (41.1434, "zip", False)
    assert import_rows(row)["unchanged"] == 1
    row |= {"geo_source": "census_place"}
    import_rows(row)
    assert (only().latitude, only().precision) == (41.2, "town")
    assert import_rows(row)["unchanged"] == 1


# People


def test_a_department_remembers_what_another_source_says(westport):
    assert import_rows(LEE)["updated"] == 1
    westport.refresh_from_db()
    assert (westport.sworn_officers, westport.population) == (64, 28000)
    assert others(westport) == {
        "sworn_officers": {"value": 66, "source": "FBI", "as_of": "2025"},
        "sworn_year": {"value": 2025, "source": "FBI", "as_of": "2025"},
        "population": {"value": 28233, "source": "FBI", "as_of": "2025"},
        "population_year": {"value": 2025, "source": "FBI", "as_of": "2025"},
        "population_basis": {"value": "fbi_jurisdiction", "source": "FBI", "as_of": "2025"},
    }
    before = Department.objects.values().get()
    assert import_rows(LEE)["unchanged"] == 1
    assert Department.objects.values().get() == before


def test_an_older_source_does_not_replace_what_it_remembers(westport):
    import_rows(LEE)
    assert import_rows(LEE | {"data_year": "2009", "officer_ct": "70"})["unchanged"] == 1
    import_rows(LEE | {"data_year": "2026", "officer_ct": "67"})
    westport.refresh_from_db()
    assert others(westport)["sworn_officers"] == {"value": 67, "source": "FBI", "as_of": "2026"}


def test_it_forgets_the_value_when_a_later_import_agrees(westport):
    import_rows(LEE)
    import_rows(LEE | {"data_year": "2026", "officer_ct": "64", "population": "28000"})
    westport.refresh_from_db()
    assert not {"sworn_officers", "population"} & set(others(westport))


def test_editors_see_the_value_and_it_goes_when_they_enter_it(westport):
    import_rows(LEE)
    client = signed_in(make_bob(westport))
    words = text_of(client.get(page(westport)))
    assert "number of officers 64 66 FBI, 2025" in words
    assert "population served 28000 28233 FBI, 2025" in words
    assert saved(save(client, westport, sworn_officers="65"))
    assert "number of officers 65 66 FBI, 2025" in text_of(client.get(page(westport)))
    assert saved(save(client, westport, sworn_officers="66", sworn_year="2025"))
    westport.refresh_from_db()
    assert not {"sworn_officers", "sworn_year"} & set(others(westport))
    assert import_rows(LEE)["unchanged"] == 1


def test_the_year_that_a_person_entered_protects_the_figure_too():
    import_rows(WESTPORT | {"sworn_officers": "64", "sworn_year": "2020"})
    edited(only(), sworn_year=2021)
    report = report_of(WESTPORT | {"sworn_officers": "66", "sworn_year": "2025"})
    assert (only().sworn_officers, only().sworn_year, report.conflicts) == (64, 2021, 2)


# Options


def test_an_import_can_be_limited_to_some_columns():
    import_rows(WESTPORT | {"phone": "203-341-6000", "sworn_officers": "64", "sworn_year": "2020"})
    row = WESTPORT | {"phone": "203-341-7000", "sworn_officers": "66", "sworn_year": "2025"}
    other = WESTPORT | {"ori": "CT0010300", "name": "Norwalk Police Department", "city": "Norwalk"}
    report = report_of(row, other, only_fields=["sworn_officers"])
    assert (report.updated, report.skips) == (1, [("", "is new, and this import creates nothing", 1, 3)])
    assert (only().phone, only().sworn_officers, only().sworn_year) == ("203-341-6000", 66, 2025)


def test_an_import_can_update_without_creating():
    import_rows(WESTPORT)
    other = WESTPORT | {"ori": "CT0010300", "name": "Norwalk Police Department", "city": "Norwalk"}
    report = report_of(WESTPORT | {"phone": "203-341-6000"}, other, update_only=True)
    assert (report.created, report.updated, report.skipped, only().phone) == (0, 1, 1, "203-341-6000")


# Figures


@pytest.mark.parametrize(
    ("stored", "new", "kept_out"),
    [
        ({"sworn_officers": "64"}, {"sworn_officers": "320"}, True),
        ({"sworn_officers": "64"}, {"sworn_officers": "12"}, True),
        ({"sworn_officers": "64"}, {"sworn_officers": "319"}, False),
        ({"sworn_officers": "64"}, {"sworn_officers": "13"}, False),
        ({"sworn_officers": "2"}, {"sworn_officers": "12"}, False),
        ({"sworn_officers": "0"}, {"sworn_officers": "64"}, False),
        ({"population": "28000"}, {"population": "280000"}, True),
        ({"population": "28000", "population_basis": "fbi_jurisdiction"}, {"population": "280000"}, True),
        ({"population": "150"}, {"population": "900"}, False),
        ({"population": "28000", "sworn_officers": "64"}, {"population": "60"}, True),
        ({"population": "1200"}, {"sworn_officers": "1300"}, True),
    ],
)
def test_figures_that_cannot_be_right_are_kept_out_and_reported(stored, new, kept_out):
    import_rows(WESTPORT | stored)
    report = report_of(WESTPORT | new)
    (field,) = new
    assert (str(getattr(only(), field)) != new[field]) == kept_out
    assert [column for column, *_reason in report.notices] == [field] * kept_out


def test_more_officers_than_people_in_one_row_are_both_kept_out():
    report = report_of(WESTPORT | {"sworn_officers": "2800", "population": "64", "population_year": "2025"})
    assert (only().sworn_officers, only().population, only().population_year) == (None, None, None)
    assert {column for column, *_reason in report.notices} == {"sworn_officers", "population"}
    campus = {"ori": "CT0000001", "name": "Westport University Police Department", "type": "campus"}
    import_rows(WESTPORT | campus | {"sworn_officers": "28", "population": "5"})
    assert Department.objects.get(ori="CT0000001").sworn_officers == 28


def test_overwriting_accepts_a_jump():
    import_rows(WESTPORT | {"sworn_officers": "64"})
    import_rows(WESTPORT | {"sworn_officers": "640"}, overwrite=True)
    assert only().sworn_officers == 640


def test_a_population_of_other_people_may_differ_by_any_factor():
    import_rows(WESTPORT | {"population": "280000", "population_basis": "whole_county"})
    import_rows(WESTPORT | {"population": "28000", "population_basis": "fbi_jurisdiction"})
    assert only().population == 28000
