"""Undoing an import."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from departments.models import Department
from jobs.models import Job
from policeapp.history.records import change_by
from policeapp.imports import undo, uploads
from policeapp.models import Change, Import

from ...admin import messages_of, signed_in
from ...factories import (
    get_user,
    make_bob,
    make_claim,
    make_connector,
    make_department,
    make_import,
    make_job,
    text_of,
)

pytestmark = pytest.mark.django_db

HEADER = "ori,name,state,city,chief_name,sworn_officers,sworn_year,source,as_of\n"


def row(number, chief="Ada Lovelace", officers=10, year=2024):
    return f"CT{number:07},Department {number},CT,Westport,{chief},{officers},{year},FBI,{year}\n"


def apply(text, by=None):
    """Apply a list of departments and return its :class:`Import`."""
    upload = make_import(kind="departments", file_name="list.csv", content=(HEADER + text).encode(), by=by)
    uploads.apply(upload)
    return Import.objects.get(pk=upload.pk)


def url(upload, part):
    return f"/admin/policeapp/import/{upload.pk}/{part}/"


def test_an_import_is_one_change_of_all_its_objects(alice):
    apply(row(1))
    upload = apply(row(1, officers=20, year=2025) + row(2))
    change = Change.objects.get(upload=upload)
    assert change.author == "An import: list.csv"
    rows = Department.history.model.objects.filter(change=change)
    assert sorted((each.name, each.history_type) for each in rows) == [("Department 1", "~"), ("Department 2", "+")]


def test_undoing_brings_back_values_with_their_sources_and_deletes_what_is_new(alice):
    apply(row(1))
    before = Department.objects.get()
    upload = apply(row(1, officers=20, year=2025) + row(2))
    page = text_of(alice.get(url(upload, "change")))
    assert "What it changed Department 1, Westport, CT Department 2, Westport, CT" in page
    response = alice.post(url(upload, "undo"), follow=True)
    assert messages_of(response) == ["The import is undone."]
    assert "1 got their old values back, 1 new ones were deleted, 0 stay as they are." in text_of(response)
    department = Department.objects.get()
    assert (department.pk, department.sworn_officers, department.sworn_year) == (before.pk, 10, 2024)
    assert department.sources == before.sources
    assert Change.objects.first().author == "Undo of an import: Alice"
    assert messages_of(alice.post(url(upload, "undo"), follow=True)) == ["This import was undone before."]


def test_what_people_have_changed_since_stays_and_is_listed(alice):
    apply(row(1) + row(2) + row(3))
    upload = apply("".join(row(number, officers=20, year=2025) for number in range(1, 10)))
    with change_by(get_user("alice")):
        first = Department.objects.get(name="Department 1")
        first.chief_name = "Grace Hopper"
        first.save()
        Department.objects.get(name="Department 2").delete()
    make_job(Department.objects.get(name="Department 4"))
    make_bob(Department.objects.get(name="Department 5"))
    make_claim(Department.objects.get(name="Department 8"))
    make_connector(Department.objects.get(name="Department 9"))
    Department.objects.filter(name="Department 6").update(phone="203-555-0100")  # without a recorder
    alice.post(url(upload, "undo"))
    kept = {
        name.split(",")[0]: reason for _key, name, reason in Import.objects.get(pk=upload.pk).report["undo"]["reasons"]
    }
    day = Change.objects.order_by("pk").last().at.date().isoformat()
    assert kept == {
        "Department 1": f"was changed since: Alice, {day}",
        "Department 2": "was deleted since",
        "Department 4": "has jobs by now",
        "Department 5": "has editors by now",
        "Department 6": "was changed since",
        "Department 8": "has claims by now",
        "Department 9": "has connectors by now",
    }
    numbers = dict(Department.objects.values_list("name", "sworn_officers"))
    assert numbers == {f"Department {n}": 10 if n == 3 else 20 for n in (1, 3, 4, 5, 6, 8, 9)}


def test_imports_can_be_undone_one_after_the_other_from_the_last_one_on(alice):
    apply(row(1))
    before = Department.objects.get()
    second = apply(row(1, officers=20, year=2024) + row(2, officers=20))
    third = apply(row(1, officers=30, year=2025) + row(2, officers=30, year=2025))
    for upload in (third, second):
        alice.post(url(upload, "undo"))
        assert Import.objects.get(pk=upload.pk).report["undo"]["kept"] == 0
    department = Department.objects.get()
    assert (department.sworn_officers, department.sources) == (10, before.sources)


def test_what_a_person_changed_between_two_imports_stays_when_both_are_undone(alice):
    first = apply(row(1))
    with change_by(get_user("alice")):
        department = Department.objects.get()
        department.chief_name = "Grace Hopper"
        department.save()
    second = apply(row(1, chief="Grace Hopper", officers=20, year=2025))
    for upload in (second, first):
        alice.post(url(upload, "undo"))
    assert Import.objects.get(pk=first.pk).report["undo"]["kept"] == 1
    department = Department.objects.get()
    assert (department.chief_name, department.sworn_officers) == ("Grace Hopper", 10)


def test_undoing_1000_rows_after_later_edits_takes_few_queries(alice):
    user = get_user("alice")
    apply("".join(row(number) for number in range(500)))
    upload = apply("".join(row(number, officers=20, year=2025) for number in range(1000)))
    with change_by(user):
        for department in Department.objects.filter(name__in=["Department 7", "Department 507"]):
            department.chief_name = "Grace Hopper"
            department.save()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert undo.undo(upload, user)
    inserts = sum(query["sql"].startswith("INSERT") for query in queries)
    assert len(queries) - inserts < 120  # SQLite inserts a few rows at a time
    report = Import.objects.get(pk=upload.pk).report["undo"]
    assert (report["restored"], report["deleted"], report["kept"]) == (499, 499, 2)
    assert Department.objects.filter(sworn_officers=20).count() == 2


def test_an_opening_gets_back_its_dates_and_a_new_one_goes(alice):
    make_department(ori="CT0015800")
    header = "source,job_id,employer_ori,title,description,to_apply,posting_date,post_until\n"
    officer = "list,1,CT0015800,Officer,Calls.,Write.,2026-06-16,2036-06-16\n"
    uploads.apply(make_import(content=(header + officer).encode()))
    before = Job.objects.get()
    upload = make_import(content=(header + officer.replace("2036", "2037") + officer.replace("1", "2", 1)).encode())
    uploads.apply(upload)
    assert Job.objects.count() == 2
    undo.undo(upload, get_user("alice"))
    job = Job.objects.get()
    assert (job.pk, job.closes_on, job.closes_at) == (before.pk, before.closes_on, before.closes_at)


def test_only_people_who_can_import_undo(alice, db):
    upload = apply(row(1))
    assert signed_in(make_bob(make_department())).post(url(upload, "undo")).status_code == 403
    assert alice.get(url(upload, "undo")).status_code == 405
