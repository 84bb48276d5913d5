"""The history of departments and jobs in the admin, and restoring from it."""

from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from departments.models import Department, Division, Specialization
from jobs.models import Job
from policeapp.history.records import change_by
from policeapp.history.restoring import delete_old_history, deleted_rows
from policeapp.models import Change
from policeapp.operations.media import referenced_files

from ...admin import messages_of, page, save, signed_in
from ...factories import (
    get_user,
    list_specializations,
    make_bob,
    make_department,
    make_division,
    make_job,
    make_rita,
    text_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]


def change(instance, **values):
    """Change an object as Alice would, and return the :class:`Change`."""
    with change_by(get_user("alice")) as recorder:
        for name, value in values.items():
            setattr(instance, name, value)
        instance.save()
    return recorder.change


def restore(client, instance, change, fact="", version=None):
    version = version or client.get(page(instance, "history")).context["version"]
    values = {"version": version, "change": change.pk, "fact": fact}
    return client.post(f"{page(instance, 'history')}restore/", values, follow=True)


def test_the_history_says_in_words_who_changed_what(alice):
    department = make_department(chief_name="Ada Lovelace", about="We serve the town since 1900.")
    list_specializations(department, "K-9 Unit", "Dive Team")
    division = make_division(department, "Patrol")
    with change_by(get_user("alice")):
        change_by_hand(department, division)
    shown = text_of(alice.get(page(department, "history")))
    for text in (
        "Alice, ",
        "Chief's name: “Ada Lovelace” → “Grace Hopper”",
        "About: We serve the town since 1900. 1901.",
        "Specializations: added: Bomb Squad; removed: Dive Team",
        "Divisions: Patrol, responsibilities: blank → “Streets.”",
        "Status: “Published” → “Draft”",
    ):
        assert text in shown


def change_by_hand(department, division):
    department.chief_name, department.status = "Grace Hopper", "draft"
    department.about = "We serve the town since 1901."
    department.save()
    list_specializations(department, "Bomb Squad")
    department.listed_specializations.get(specialization__name="Dive Team").delete()
    division.responsibilities = "Streets."
    division.save()


def test_amounts_are_written_as_people_write_them(alice):
    job = make_job(pay_min=64_500)
    change(job, pay_min=Decimal("70250.00"), positions=3)
    shown = text_of(alice.get(page(job, "history")))
    assert "Minimum pay: “64,500” → “70,250”" in shown and "Positions: “1” → “3”" in shown


def test_one_fact_is_restored_with_its_year_and_its_source(alice):
    department = make_department(sworn_officers=60, sworn_year=2020)
    department.set_source(["sworn_officers", "sworn_year"], "FBI", "2020", "import")
    department.save()
    source = dict(department.sources["sworn_officers"])
    save(alice, department, sworn_officers="70", sworn_year="2024", chief_name="Ada Lovelace")
    restore(alice, department, Change.objects.get(), "sworn_officers")
    department.refresh_from_db()
    assert (department.sworn_officers, department.sworn_year) == (60, 2020)
    assert department.sources["sworn_officers"] == source
    assert department.chief_name == "Ada Lovelace"
    assert Change.objects.first().author == "Restored from the history: Alice"


def test_a_version_comes_back_with_its_parts(alice):
    department = make_department(chief_name="Ada Lovelace")
    list_specializations(department, "K-9 Unit", "Dive Team")
    division = make_division(department, "Patrol")
    first = change(department, chief_title="Sheriff")
    with change_by(get_user("alice")):
        change_by_hand(department, division)
        make_division(department, "Marine")
    restore(alice, department, first)
    department.refresh_from_db()
    assert (department.chief_name, department.chief_title, department.status) == (
        "Ada Lovelace",
        "Sheriff",
        "published",
    )
    assert [str(each) for each in department.listed_specializations.all()] == ["K-9 Unit", "Dive Team"]
    assert [(each.pk, each.responsibilities) for each in department.divisions.all()] == [(division.pk, "")]


def test_nothing_is_restored_over_a_change_that_the_page_did_not_show(alice):
    department = make_department(chief_name="Ada Lovelace")
    first = change(department, chief_name="Grace Hopper")
    version = alice.get(page(department, "history")).context["version"]
    change(department, phone="203-555-0100")
    response = restore(alice, department, first, "chief_name", version)
    assert "somebody changed this after you opened the page" in messages_of(response)[0]
    department.refresh_from_db()
    assert department.chief_name == "Grace Hopper"


def test_a_value_that_is_not_valid_by_now_is_refused_with_the_reason(alice):
    department = make_department(ori="CT0000001")
    first = change(department, ori="CT0000002")
    make_department("Norwalk Police", ori="CT0000001")
    response = restore(alice, department, first, "ori")
    assert messages_of(response) == ["Nothing is restored: Another department has this ORI."]


def test_people_restore_only_what_they_can_edit(alice):
    department = make_department("Own Police", chief_name="Ada Lovelace")
    job = make_job(department, title="Officer")
    first = change(department, chief_name="Grace Hopper", name="Our Police")
    job_change = change(job, title="Sergeant")
    bob, rita = signed_in(make_bob(department)), signed_in(make_rita(department))
    assert restore(bob, department, first, "name").status_code == 403
    restore(bob, department, first, "chief_name")
    restore(rita, job, job_change, "title")
    department.refresh_from_db()
    job.refresh_from_db()
    assert (department.chief_name, department.name, job.title) == ("Ada Lovelace", "Our Police", "Officer")
    assert rita.get(page(department, "history")).status_code in (302, 403)
    assert rita.post(f"{page(department, 'history')}restore/", {"version": "x"}).status_code in (403, 404)
    stranger = make_job(make_department("Strange Police"))
    assert rita.post(f"{page(stranger, 'history')}restore/", {"version": "x"}).status_code == 404


def test_a_deleted_department_comes_back_with_its_parts_its_jobs_and_its_address(alice):
    department = make_department("Old Name", chief_name="Ada Lovelace")
    department.name, department.slug = "Westport Police", "westport-police"
    department.save()
    make_division(department, "Patrol")
    list_specializations(department, "K-9 Unit")
    job = make_job(department, title="Officer")
    job.hiring_steps.create(kind="oral_board")
    department.hiring_steps.create(kind="medical")
    job.refresh_from_db()
    alice.post(page(department, "delete"), {"post": "yes"})
    assert not Department.objects.exists()
    shown = alice.get("/admin/departments/department/deleted/")
    assert "Westport Police, Westport, CT" in text_of(shown)
    assert "without its editors, recruiters, claims and connectors" in text_of(shown)
    assert text_of(alice.get("/admin/jobs/job/deleted/")).count("Officer") == 0  # it comes with its department
    alice.post(f"/admin/departments/department/deleted/{shown.context['rows'][0][0].pk}/")
    back = Department.objects.get(pk=department.pk)
    assert (back.slug, back.created) == ("westport-police", department.created)
    assert [str(each) for each in back.divisions.all()] == ["Patrol"]
    assert [str(each) for each in back.listed_specializations.all()] == ["K-9 Unit"]
    assert [each.slug for each in back.slug_redirects.all()] == ["old-name"]
    assert back.hiring_steps.count() == 1
    again = Job.objects.get(pk=job.pk)
    assert (again.published_at, again.open_since, again.words) == (job.published_at, job.open_since, job.words)
    assert again.hiring_steps.count() == 1
    assert "Nothing was deleted." in text_of(alice.get("/admin/departments/department/deleted/"))


def test_editors_restore_the_deleted_jobs_of_their_own_departments(alice):
    own, strange = make_department("Own Police"), make_department("Strange Police")
    bob = signed_in(make_bob(own))
    for department in (own, strange):
        alice.post(page(make_job(department, title=f"Job of {department.name}"), "delete"), {"post": "yes"})
    rows = {row.department_id: row.pk for row in Job.history.model.objects.filter(history_type="-")}
    shown = text_of(bob.get("/admin/jobs/job/deleted/"))
    assert f"Job of Own Police, {own} " in shown
    assert "Job of Strange Police" not in shown
    assert bob.post(f"/admin/jobs/job/deleted/{rows[strange.pk]}/").status_code == 404
    bob.post(f"/admin/jobs/job/deleted/{rows[own.pk]}/")
    assert [job.title for job in Job.objects.all()] == ["Job of Own Police"]
    assert bob.get("/admin/departments/department/deleted/").status_code == 403


def test_after_30_days_deleted_objects_are_gone_and_their_logos_too(alice, clock, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    department = make_department()
    department.logo.save("badge.png", ContentFile(b"picture"))
    living = make_department("Living Police")
    division = make_division(living)
    job = make_job(living)
    for each in (department, division, job):
        with change_by(get_user("alice")):
            each.delete()
    assert department.logo.name in referenced_files()
    clock(days=29)
    assert deleted_rows(Department).get().name == department.name
    assert delete_old_history() == 0
    clock(days=2)
    assert not deleted_rows(Department).exists()
    assert delete_old_history() == 2
    assert department.logo.name not in referenced_files()
    parts = Division.history.model.objects.filter(department_id=living.pk)
    assert parts.count() == 1  # the department can still get an older version


def test_the_page_takes_as_many_queries_for_many_changes_as_for_one(alice):
    department = make_department()
    list_specializations(department, "K-9 Unit", "Dive Team")
    with change_by(get_user("alice")):
        department.listed_specializations.first().delete()
        make_division(department, "Patrol")
    alice.get(page(department, "history"))  # fills caches of the process
    with CaptureQueriesContext(connection) as few:
        alice.get(page(department, "history"))
    for number in range(5):
        with change_by(get_user("alice")):
            department.chief_name = f"Chief {number}"
            department.save()
            make_division(department, f"Division {number}")
    with CaptureQueriesContext(connection) as many:
        alice.get(page(department, "history"))
    assert len(many) == len(few) < 30


def test_a_specialization_that_is_gone_has_no_name_in_the_history(alice):
    department = make_department()
    list_specializations(department, "K-9 Unit")
    with change_by(get_user("alice")):
        department.listed_specializations.get().delete()
    Specialization.objects.all().delete()
    assert "Specializations: removed: something deleted" in text_of(alice.get(page(department, "history")))


@pytest.mark.parametrize("change", ["", "x", "9" * 30, "9" * 5_000])
def test_a_change_that_does_not_exist_is_a_bad_request(change, alice):
    department = make_department()
    version = alice.get(page(department, "history")).context["version"]
    response = alice.post(f"{page(department, 'history')}restore/", {"version": version, "change": change})
    assert response.status_code == 400
