"""The import of agency files: departments, edits, sources, status and locations."""

import pytest
from django.core.exceptions import ValidationError

from departments.imports.agencies import FIELDS
from departments.imports.rows import problem_of
from departments.models import Department, SlugRedirect
from departments.search import ranking
from tests.departments.imports.agency_files import WESTPORT, edited, import_rows, only, report_of
from tests.factories import make_alice, make_department, make_job, make_place

pytestmark = pytest.mark.django_db


# Rows


def test_a_row_becomes_a_department_with_derived_fields(places):
    report = import_rows(
        WESTPORT
        | {"type": "City", "county": "FAIRFIELD", "address1": "50 JESUP ROAD", "zip": "6880", "phone": "(203)341-6000"}
        | {"sworn_officers": "64", "sworn_year": "2020", "population": "28,000", "lat": "41.14", "lon": "-73.36"}
    )
    assert report["created"] == 1
    department = only()
    assert (department.slug, department.status, department.kind) == (
        "westport-police-department",
        "published",
        "municipal",
    )
    assert (department.street1, department.zip, department.phone) == ("50 Jesup Road", "06880", "203-341-6000")
    assert (department.county, department.county_slug, department.size) == ("Fairfield", "fairfield", 28000)
    assert (department.latitude, department.precision, department.time_zone) == (41.14, "building", "America/New_York")
    stored = {name: getattr(department, name) for name in Department.DERIVED}
    department.derive()
    department.locate()
    assert stored == {name: getattr(department, name) for name in Department.DERIVED}


def test_a_row_needs_only_a_name_and_a_state(places):
    import_rows({"name": "STATE POLICE", "state": "Connecticut"})
    department = only()
    assert (department.name, department.kind, department.state) == ("Connecticut State Police", "state_police", "CT")
    assert (department.latitude, department.precision, department.time_zone) == (None, "", "America/New_York")


def test_rows_without_a_name_or_a_state_are_rejected_with_the_reason():
    rejected = report_of(
        {"name": "", "state": "CT", "city": "A"},
        {"name": "A", "state": "PZ", "city": "A"},
        {"name": "B", "state": "", "city": "A"},
        {"name": ":::", "state": "CT", "city": "A"},
        {"name": "x" * 201, "state": "CT", "city": "A"},
    ).rejections
    assert {(column, reason, line) for column, reason, _number, line in rejected} == {
        ("name", "is missing", 2), ("state", "“PZ” is not a state", 3), ("state", "is missing", 4),
        ("name", "is too long", 6),
    }  # fmt: skip


def test_an_invalid_cell_is_ignored_and_the_row_is_imported(places):
    report = report_of(
        WESTPORT
        | {"zip": "abc", "phone": "call", "sworn_officers": "-12", "population": "many", "type": "Starfleet"}
        | {
            "email": "x",
            "website": "see below",
            "lat": "north",
            "lon": "-73",
            "address1": "x" * 121,
            "sworn_year": "18",
        }
    )
    assert report.created == 1
    columns = {column for column, _reason, _number, _line in report.notices}
    assert columns >= {"zip", "phone", "sworn_officers", "population", "type", "email", "website", "lat", "address1"}
    department = only()
    assert (department.zip, department.phone, department.sworn_officers, department.street1) == ("", "", None, "")


def test_a_number_of_employees_is_not_imported_as_officers():
    import_rows(WESTPORT | {"total_employees_2018": "80", "civilians": "16", "total_employees": "80"})
    assert only().sworn_officers is None


def test_blank_cells_do_not_clear_values():
    import_rows(WESTPORT | {"phone": "203-341-6000", "sworn_officers": "64", "sworn_year": "2020"})
    assert import_rows(WESTPORT | {"phone": "N/A", "sworn_officers": "-1", "sworn_year": ""})["unchanged"] == 1
    assert (only().phone, only().sworn_officers, only().sworn_year) == ("203-341-6000", 64, 2020)


def test_a_second_street_line_without_a_first_becomes_the_street():
    import_rows(WESTPORT | {"address1": "MOBILE UNIT", "address2": "PO Box 9"})
    assert (only().street1, only().street2) == ("PO Box 9", "")


@pytest.mark.parametrize(
    "second, stored",
    [("111 2nd St E", ""), ("111 2ND STREET EAST", ""), ("111 3rd St", "111 3rd St"), ("Floor 2", "Floor 2")],
)
def test_an_address_that_is_in_both_street_columns_is_imported_once(second, stored):
    import_rows(WESTPORT | {"address1": "111 2nd Street East", "address2": second})
    assert only().street2 == stored


# Repeated imports


def test_a_second_run_changes_no_row_and_no_timestamp(places):
    rows = [
        WESTPORT | {"phone": "2033416000", "county": "FAIRFIELD", "lat": "41.14", "lon": "-73.36"},
        {"ori": "CT0000001", "name": "SAME NAME PD", "state": "CT", "city": "Westport"},
        {"ori": "CT0000002", "name": "SAME NAME PD", "state": "CT", "city": "Westport", "county": "FAIRFIELD"},
        {"ori": "CT0000003", "name": "SAME NAME PD", "state": "CT", "city": "Norwalk", "zip": "6880"},
        {"ori": "", "name": "SAME NAME PD", "state": "CT", "city": "Elsewhere"},
        {"ori": "", "name": "STATE POLICE", "state": "CT", "city": ""},
    ]
    assert import_rows(*rows, source="FBI", as_of="2018")["created"] == 6
    before = list(Department.objects.order_by("pk").values())
    assert import_rows(*rows, source="FBI", as_of="2018")["unchanged"] == 6
    assert list(Department.objects.order_by("pk").values()) == before
    assert len({department["slug"] for department in before}) == 6


def test_slugs_are_the_same_as_for_departments_saved_one_by_one():
    SlugRedirect.objects.create(state="CT", slug="a", department=make_department("Other"))
    rows = [
        {"ori": f"CT000000{number}", "name": "A", "state": "CT", "city": city, "county": county}
        for number, (city, county) in enumerate([("", ""), ("Bee", "C"), ("Bee", "C"), ("Bee", "C"), ("Dee", "")])
    ]
    import_rows(*rows)
    imported = list(Department.objects.exclude(name="Other").order_by("pk").values_list("slug", flat=True))
    Department.objects.exclude(name="Other").delete()
    for row in rows:
        Department.objects.create(**row)
    assert imported == list(Department.objects.exclude(name="Other").order_by("pk").values_list("slug", flat=True))


def test_a_newer_file_updates_values_of_an_older_one():
    import_rows(WESTPORT | {"phone": "203-341-6000", "phone_source": "hifld2009"})
    report = import_rows(WESTPORT | {"phone": "203-341-7000", "phone_source": "Connecticut", "phone_year": "2024"})
    assert report["updated"] == 1
    assert only().phone == "203-341-7000"
    assert only().sources["phone"] == {"source": "Connecticut", "as_of": "2024", "set_by": "import"}


def test_an_update_keeps_fields_that_the_file_does_not_have():
    import_rows(WESTPORT | {"phone": "203-341-6000"})
    department = edited(only(), about="About us", chief_name="Ada")
    created = department.created
    import_rows(WESTPORT | {"phone": "203-341-7000"})
    department = only()
    assert (department.about, department.chief_name, department.created) == ("About us", "Ada", created)
    assert department.modified > created


# Edits have precedence


@pytest.mark.parametrize("values", [{"phone": "203-341-9999"}, {"phone": ""}, {"name": "Ours"}, {"status": "draft"}])
def test_a_value_that_an_editor_has_set_or_cleared_stays(values):
    row = WESTPORT | {"phone": "203-341-6000", "active": "1"}
    import_rows(row)
    edited(only(), **values)
    report_of(row)
    report = report_of(row)
    assert (report.unchanged, report.conflicts) == (1, 1)
    assert all(getattr(only(), field) == value for field, value in values.items())
    assert import_rows(row, overwrite=True)["updated"] == 1
    assert (only().phone, only().name, only().status) == ("203-341-6000", "Westport Police Department", "published")
    assert report_of(row).conflicts == 0


def test_a_value_without_a_source_counts_as_edited():
    make_department(ori="CT0015800", phone="203-341-9999")
    report = report_of(WESTPORT | {"phone": "203-341-6000", "email": "police@example.org"})
    assert (report.updated, report.conflicts) == (1, 1)
    assert (only().phone, only().email) == ("203-341-9999", "police@example.org")


def test_an_edited_address_is_not_mixed_with_the_one_in_the_file():
    row = WESTPORT | {"address1": "1 Old Road", "address2": "Floor 2", "zip": "06880", "lat": "41.2", "lon": "-73.3"}
    import_rows(row)
    edited(only(), street1="50 Jesup Road")
    import_rows(row | {"address2": "Floor 3", "zip": "06881", "lat": "41.3", "phone": "203-341-6000"})
    department = only()
    assert (department.street1, department.street2, department.zip) == ("50 Jesup Road", "Floor 2", "06880")
    assert (department.latitude, department.phone) == (41.2, "203-341-6000")


def test_the_year_of_an_edited_number_stays_too():
    import_rows(WESTPORT)
    edited(only(), sworn_officers=64)
    import_rows(WESTPORT | {"sworn_officers": "64", "sworn_year": "2008"})
    assert (only().sworn_officers, only().sworn_year) == (64, None)


def test_an_edit_in_the_admin_counts(client):
    import_rows(WESTPORT | {"active": "1"})
    client.force_login(make_alice())
    client.post(
        "/admin/departments/department/", {"action": "unpublish", "_selected_action": [only().pk], "index": "0"}
    )
    assert only().status == "draft"
    report = report_of(WESTPORT | {"active": "1"})
    assert (report.conflicts, only().status) == (1, "draft")


def test_the_source_of_the_status_is_not_shown_on_the_profile(client):
    import_rows(WESTPORT | {"active": "1"}, source="FBI", as_of="2018")
    ((source, as_of, labels),) = only().facts_by_source()
    assert (source, as_of) == ("FBI", "2018")
    assert "status" not in labels


def test_westport_keeps_the_facts_of_its_fixture(westport, places):
    before = Department.objects.values().get()
    row = (
        WESTPORT
        | {"name": "WESTPORT POLICE DEPT", "county": "FAIRFIELD", "zip": "06880", "phone": "203-341-7000"}
        | {"sworn_officers": "63", "sworn_year": "2020", "population": "28278", "lat": "41.2", "lon": "-73.3"}
    )
    assert import_rows(row)["updated"] == 1  # the department remembers what the file says
    report = report_of(row)
    remembered = {"sources": only().sources, "modified": only().modified}
    assert (report.unchanged, Department.objects.values().get()) == (1, before | remembered)
    # The name, the phone, the officers and their year, the population, and three fields of the location.
    assert report.conflicts == 8


# Sources


def test_facts_keep_the_source_and_the_year_of_their_columns(client):
    import_rows(
        WESTPORT
        | {"record_source": "fbi", "record_year": "2018", "phone": "203-341-6000", "phone_source": "hifld2009"}
        | {
            "population": "28278",
            "population_source": "fbi_table78_2018",
            "zip": "06880",
            "address_source": "leaic2012",
        }
        | {
            "sworn_officers": "64",
            "sworn_source": "a_new_list",
            "sworn_year": "2021-06-30",
            "lat": "41.1",
            "lon": "-73.3",
        }
    )
    found = {(source, as_of): list(map(str, labels)) for source, as_of, labels in only().facts_by_source()}
    assert found["FBI", "2018"] == ["name", "agency type", "ORI", "address", "population served", "map location"]
    assert found["DHS HIFLD", "2009"] == ["phone"]
    assert found["BJS LEAIC", "2012"] == ["address"]
    assert found["a_new_list", "2021-06-30"] == ["number of officers"]
    assert (only().population_year, only().sworn_year) == (2018, 2021)
    page = client.get(only().get_absolute_url()).content.decode()
    assert "FBI, 2018" in page and "DHS HIFLD, 2009" in page


def test_the_options_state_the_source_if_the_file_does_not():
    import_rows(WESTPORT | {"sworn_officers": "64"}, source="State of Connecticut", as_of="2024")
    assert only().sources["name"] == {"source": "State of Connecticut", "as_of": "2024", "set_by": "import"}
    assert only().sworn_year == 2024


# Status


@pytest.mark.parametrize("column", ["fbi_active_2018", "active", "STATUS"])
def test_only_active_agencies_are_published(column):
    rows = [
        {"ori": f"CT000000{number}", "name": f"A {number}", "state": "CT", column: cell}
        for number, cell in enumerate(["1", "0", "", "OPEN", "N/A"])
    ]
    import_rows(*rows)
    assert list(Department.objects.published().values_list("name", flat=True)) == ["A 0", "A 3"]


def test_without_a_status_column_all_are_published_except_with_draft():
    import_rows(WESTPORT)
    import_rows(WESTPORT | {"ori": "CT0000001"}, draft=True)
    assert list(Department.objects.order_by("pk").values_list("status", flat=True)) == ["published", "draft"]
    assert import_rows(WESTPORT, draft=True)["unchanged"] == 1


def test_an_agency_that_becomes_dormant_is_unpublished():
    import_rows(WESTPORT | {"active": "1"})
    import_rows(WESTPORT | {"active": "0"})
    assert only().status == "draft"


# Locations


@pytest.mark.parametrize(
    "cells, position",
    [
        ({"lat": "41.1", "lon": "-73.3", "geo_source": "hifld2009"}, (41.1, -73.3, "building")),
        ({"lat": "41.1", "lon": "-73.3", "geo_source": "fbi_cde2018"}, (41.1, -73.3, "town")),
        ({"lat": "41.1", "lon": "-73.3", "geo_source": "zip_centroid"}, (41.1, -73.3, "zip")),
        ({"lat": "41.1", "lon": "-73.3", "geo_source": "county_centroid"}, (41.1, -73.3, "county")),
        ({"lat": "41.1", "lon": "-73.3", "address1": "50 Jesup Road"}, (41.1, -73.3, "building")),
        ({"lat": "41.1", "lon": "-73.3", "address1": "PO Box 1"}, (41.1, -73.3, "town")),
        ({"lat": "41.1", "lon": "73.3", "geo_source": "hifld2009"}, (41.1, -73.3, "building")),
        # Invalid coordinates: use the ZIP code, then the town, then nothing.
        ({"lat": "0", "lon": "0", "zip": "06880"}, (41.1434, -73.3496, "zip")),
        ({"lat": "25.7", "lon": "-80.2", "zip": "06880"}, (41.1434, -73.3496, "zip")),
        ({"lat": "888888888", "lon": "888888888"}, (41.1434, -73.3496, "town")),
        ({"lat": "25.7", "lon": "-80.2", "zip": "10001"}, (41.1434, -73.3496, "town")),
        ({"lat": "41.1", "lon": "", "city": "Nowhere"}, (None, None, "")),
    ],
)
def test_impossible_coordinates_are_replaced(places, cells, position):
    import_rows(WESTPORT | cells)
    department = only()
    assert (department.latitude, department.longitude, department.precision) == position
    assert import_rows(WESTPORT | cells)["unchanged"] == 1


def test_coordinates_in_a_file_replace_a_derived_location(places):
    make_department(ori="CT0015800", zip="06880")
    assert import_rows(WESTPORT | {"lat": "41.1", "lon": "-73.3", "geo_source": "hifld2009"})["updated"] == 1
    assert (only().latitude, only().precision) == (41.1, "building")


def test_a_zip_code_in_another_state_and_a_far_point_are_imported_and_reported(places):
    report = report_of(WESTPORT | {"zip": "10001", "lat": "42.0", "lon": "-71.8"})
    assert {column for column, _reason, _number, _line in report.notices} == {"zip", "lat"}
    assert (only().zip, only().latitude, only().time_zone) == ("10001", 42.0, "America/New_York")


def test_the_county_is_that_of_the_place_in_its_usual_spelling(places):
    make_place("Atlanta", "GA", county="Fulton County", at=(33.75, -84.39))
    make_place("Decatur", "GA", county="DeKalb County", at=(33.77, -84.29))
    make_place("Bowie", "MD", county="Prince George's County", at=(38.94, -76.73))
    rows = [
        ("Atlanta", "GA", "DE KALB; FULTON"),
        ("Decatur", "GA", "DE KALB; FULTON"),
        ("Bowie", "MD", "PRINCE GEORGES"),
    ]
    import_rows(*({"name": city, "city": city, "state": state, "county": county} for city, state, county in rows))
    assert list(Department.objects.order_by("pk").values_list("county", flat=True)) == [
        "Fulton", "DeKalb", "Prince George's",
    ]  # fmt: skip


# Jobs


def test_jobs_are_updated_with_the_name_and_time_zone_of_their_department(places, client):
    make_place("Westport", "IN", at=(39.17, -85.57), zip="47283", time_zone="America/Indiana/Indianapolis")
    import_rows(WESTPORT | {"state": "IN", "name": "Old Name PD", "zip": "47283"})
    job = make_job(only(), closes_on=only().today())
    closes = job.closes_at
    make_place("Gary", "IN", at=(41.6, -87.3), zip="46402", time_zone="America/Chicago")
    import_rows(WESTPORT | {"state": "IN", "name": "New Name PD", "city": "Gary", "zip": "46402"})
    job.refresh_from_db()
    assert " new name " in f"{job.words} "
    assert (job.closes_at - closes).total_seconds() == 3600


# Large files


def test_the_number_of_queries_does_not_grow_with_the_rows(places, django_assert_max_num_queries):
    rows = [WESTPORT | {"ori": f"CT{number:07}", "name": f"A {number}", "zip": "06880"} for number in range(300)]
    with django_assert_max_num_queries(40):
        import_rows(*rows)
    with django_assert_max_num_queries(15):
        import_rows(*rows)


def test_imported_departments_can_be_searched(places):
    import_rows(WESTPORT)
    assert not ranking.rank(Department.objects.all(), "wesport").exists()
    assert ranking.rank(Department.objects.all(), "westport ct0015800").exists()


def test_places_that_are_loaded_later_give_locations_at_the_next_import():
    import_rows(WESTPORT)
    assert only().latitude is None
    make_place()
    assert import_rows(WESTPORT)["updated"] == 1
    assert only().precision == "town"


# The model's rules


@pytest.mark.parametrize("field", FIELDS)
def test_what_the_model_refuses_is_not_imported(field, monkeypatch, request, places):
    def refuse(value):
        raise ValidationError("Not today.")

    monkeypatch.setattr(Department._meta.get_field(field), "validators", [refuse])
    request.addfinalizer(problem_of.cache_clear)
    problem_of.cache_clear()
    everything = {
        "type": "sheriff", "address1": "50 Jesup Road", "address2": "Floor 2", "zip": "06880", "county": "Fairfield",
        "phone": "203-341-6000", "email": "desk@example.org", "website": "https://example.org",
        "website_kind": "agency", "chief_name": "Pat Doe", "chief_title": "Colonel", "sworn_officers": "64",
        "sworn_year": "2025", "population": "28000", "population_year": "2025", "population_basis": "whole_county",
        "county_population": "900000", "county_population_year": "2025", "lat": "41.1", "lon": "-73.3", "active": "1",
        "geo_source": "hifld2009",
    }  # fmt: skip
    name = {"name": "State Police: Troop G"} if field == "alias" else {}
    report = report_of(WESTPORT | everything | name)
    assert "Not today." in {reason for _column, reason, *_lines in [*report.notices, *report.rejections]}
    if report.created and field not in ("latitude", "longitude", "precision"):  # the town has a location, too
        assert getattr(only(), field) == Department._meta.get_field(field).get_default()


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"website": "desk@example.org"}, "website", "is an email address"),
        ({"email": "https://example.org/police"}, "email", "is not an email address"),
        ({"sworn_officers": "12,5"}, "sworn_officers", "has a comma that doesn't separate thousands"),
        ({"population": "1.234"}, "population", "is not a whole number"),
        ({"phone": "#REF!"}, "phone", "is an error of a spreadsheet"),
        ({"zip": "#N/A"}, "zip", "is an error of a spreadsheet"),
        ({"address1": "#VALUE!"}, "address1", "is an error of a spreadsheet"),
        ({"sworn_officers": "64", "sworn_year": "12-04-15"}, "sworn_year", "is not a year"),
        ({"zip": "06889"}, "zip", "is not a ZIP code in use; it was imported anyway"),
        ({"zip": "06880", "county": "HARTFORD"}, "county", "is not the county of the ZIP code; it was imported anyway"),
    ],
)
def test_no_value_changes_silently(places, cells, column, reason):
    report = report_of(WESTPORT | cells)
    assert report.notices == [(column, reason, 1, 2)]
    assert report.created == 1


def test_a_county_and_a_zip_code_that_look_wrong_are_kept(places):
    import_rows(WESTPORT | {"zip": "06889", "county": "HARTFORD"})
    assert (only().zip, only().county) == ("06889", "Hartford")


@pytest.mark.parametrize("cell", ['="06880"', '"06880"', '"6880"'])
def test_codes_that_were_quoted_for_a_spreadsheet_are_read(cell):
    import_rows(WESTPORT | {"zip": cell})
    assert only().zip == "06880"


# Moves


def test_a_department_that_moves_to_another_state_leaves_a_redirect(client):
    import_rows(WESTPORT)
    old = only().get_absolute_url()
    report = report_of(WESTPORT | {"state": "MA"})
    assert (report.updated, report.rejected) == (1, 0)
    assert only().get_absolute_url() == "/departments/ma/westport-police-department/"
    assert client.get(old)["Location"] == only().get_absolute_url()
    assert report_of(WESTPORT | {"state": "MA"}).unchanged == 1


@pytest.mark.parametrize("is_redirect", [False, True])
def test_a_department_that_moves_gets_another_slug_if_its_own_is_taken(is_redirect):
    import_rows(WESTPORT)
    other = make_department("Westport Police Department", state="MA", city="Westport", ori="MA0038000")
    if is_redirect:
        other.slug = "other"
        other.save()
    norwalk = {"ori": "CT0010300", "name": "Norwalk Police Department", "state": "CT", "city": "Norwalk"}
    report = report_of(WESTPORT | {"state": "MA", "city": "Boston"}, norwalk)
    assert (report.created, report.updated, report.rejected) == (1, 1, 0)
    moved = Department.objects.get(ori="CT0015800")
    assert (moved.state, moved.slug) == ("MA", "westport-police-department-boston")
    assert SlugRedirect.objects.filter(state="CT", slug="westport-police-department", department=moved).exists()
