"""The import of agency files: matching rows with departments."""

import pytest

from departments.models import Department
from tests.departments.imports.agency_files import WESTPORT, edited, import_rows, only, report_of
from tests.factories import make_department

pytestmark = pytest.mark.django_db


def test_a_row_with_an_ori_matches_by_ori_whatever_its_name():
    import_rows(WESTPORT)
    import_rows(WESTPORT | {"name": "Town of Westport Police", "ori": "ct0015800"})
    assert only().name == "Town of Westport Police"
    assert only().slug == "westport-police-department"


def test_different_oris_are_different_agencies_whatever_their_name():
    assert import_rows(WESTPORT, WESTPORT | {"ori": "CT0015801"})["created"] == 2
    assert import_rows(WESTPORT | {"ori": "CT0015802"})["created"] == 1
    assert Department.objects.count() == 3


def test_the_same_ori_twice_in_one_file_is_rejected_with_the_first_line():
    report = report_of(WESTPORT, WESTPORT | {"name": "Other"})
    assert (report.created, report.rejections) == (1, [("ori", "is also the ORI of line 2", 1, 3)])
    assert only().name == "Westport Police Department"


def test_a_row_without_an_ori_matches_by_name_city_and_state():
    make_department(ori="CT0015800", name="St. John's PD", city="St. Mary")
    row = {"name": "SAINT JOHNS POLICE DEPARTMENT", "city": "SAINT MARY", "state": "CT", "phone": "203-341-6000"}
    import_rows(row)
    assert only().phone == "203-341-6000"
    assert only().name == "St. John's PD"


def test_an_ambiguous_row_without_an_ori_is_rejected():
    make_department(ori="CT0015800")
    make_department(ori="CT0015801")
    ((_column, reason, _number, _line),) = report_of(WESTPORT | {"ori": ""}).rejections
    assert "several agencies" in reason
    assert import_rows({"name": "Westport Police Department", "state": "CT", "city": "Weston"})["created"] == 1


def test_the_second_of_two_rows_of_one_agency_is_rejected():
    report = report_of(WESTPORT | {"ori": "", "zip": "06880"}, WESTPORT | {"ori": "", "zip": "06881"})
    assert (report.created, report.rejected) == (1, 1)
    assert "line 2" in report.rejections[0][1]
    assert only().zip == "06880"


def test_a_row_with_an_ori_wins_wherever_it_is_in_the_file():
    for _time in range(2):
        report = report_of(WESTPORT | {"ori": "", "zip": "06881"}, WESTPORT | {"zip": "06880"})
        assert (report.rejected, report.rejections[0][3]) == (1, 2)
        assert (only().ori, only().zip) == ("CT0015800", "06880")


def test_a_department_without_an_ori_gets_it_from_the_only_matching_row():
    import_rows(WESTPORT | {"ori": ""})
    assert import_rows(WESTPORT)["updated"] == 1
    assert only().ori == "CT0015800"


@pytest.mark.parametrize("rows", [[{}, {"ori": "CT0015801"}], [{"city": ""}]])
def test_a_department_gets_no_ori_from_an_ambiguous_row(rows):
    import_rows(
        {"name": "Westport Police Department", "state": "CT", "city": rows[0].get("city", "Westport"), "ori": ""}
    )
    assert import_rows(*(WESTPORT | row for row in rows))["created"] == len(rows)
    assert Department.objects.filter(ori="").count() == 1


def test_a_row_without_an_ori_matches_a_department_that_an_editor_has_renamed():
    row = {"name": "Akiachak PD", "state": "AK", "city": "Akiachak", "ori": ""}
    import_rows(row)
    edited(only(), name="Akiachak Native Community Police")
    assert import_rows(row)["created"] == 0
    assert import_rows(row)["unchanged"] == 1
    assert only().name == "Akiachak Native Community Police"
    edited(only(), name="Akiachak PD", city="Bethel")
    assert import_rows(row)["created"] == 0
    assert import_rows(row)["unchanged"] == 1
    assert only().city == "Bethel"


BUELLTON = {"ori": "CA0420500", "name": "Buellton Police Department", "state": "CA", "city": "Buellton"}
AIRPORT = {"ori": "CA0421200", "name": "Santa Barbara Airport Patrol", "state": "CA", "city": "Santa Barbara"}
ANOTHER = [("ori", "belongs to another agency than this name and city", 1, 2)]


@pytest.mark.parametrize("known", [[BUELLTON, AIRPORT], [BUELLTON]])
def test_a_row_whose_ori_and_name_mean_different_agencies_is_rejected(known):
    import_rows(*known)
    before = list(Department.objects.order_by("pk").values())
    report = report_of(AIRPORT | {"ori": BUELLTON["ori"], "phone": "805-555-0100"})
    assert (report.rejections, list(Department.objects.order_by("pk").values())) == (ANOTHER, before)


def test_a_row_with_the_name_of_another_department_in_town_is_rejected():
    import_rows(BUELLTON, AIRPORT | {"city": "Buellton"})
    assert report_of(AIRPORT | {"ori": BUELLTON["ori"], "city": "Buellton"}).rejections == ANOTHER


@pytest.mark.parametrize(
    "changes",
    [{"name": "Buellton Public Safety", "city": "Solvang"}, {"name": "Lompoc Valley Patrol"}, {"city": "Solvang"}],
)
def test_a_row_may_change_a_name_or_a_city(changes):
    import_rows(BUELLTON)
    assert report_of(BUELLTON | changes).updated == 1


def test_a_department_that_an_editor_has_renamed_and_moved_is_still_the_same():
    import_rows(BUELLTON)
    edited(only(), name="Santa Ynez Valley Patrol", city="Solvang")
    assert report_of(BUELLTON | {"phone": "805-555-0100"}).rejected == 0
