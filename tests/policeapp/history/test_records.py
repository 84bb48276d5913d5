"""Which historical rows are written, and when."""

import pytest

from departments.models import Department, Division
from policeapp.history.records import change_by, record_bulk
from policeapp.history.timeline import changes_of
from policeapp.models import Change

from ...admin import save, saved
from ...factories import make_alice, make_department, make_division, make_job

pytestmark = pytest.mark.django_db


def history_of(instance):
    """Return ``[(type, change, row)]``, oldest first."""
    return [(row.history_type, row.change, row) for row in instance.history.order_by("history_id")]


def test_nothing_is_recorded_without_a_recorder():
    department = make_department()
    department.chief_name = "Ada Lovelace"
    department.save()
    assert not history_of(department)
    assert not Change.objects.exists()


def test_the_first_recorded_change_also_writes_what_was_there_before():
    department = make_department(chief_name="Ada Lovelace")
    with change_by(make_alice()) as recorder:
        department.chief_name = "Grace Hopper"
        department.save()
    before, after = history_of(department)
    assert before[:2] == ("~", None)
    assert before[2].chief_name == "Ada Lovelace"
    assert after[:2] == ("~", recorder.change)
    assert after[2].chief_name == "Grace Hopper"


def test_a_later_change_writes_one_row_unless_somebody_changed_it_without_a_recorder():
    department = make_department()
    for number in (1, 2):
        with change_by():
            department.sworn_officers = number
            department.save()
    assert [row.sworn_officers for _type, _change, row in history_of(department)] == [None, 1, 2]
    department.sworn_officers = 3
    department.save()
    with change_by():
        department.sworn_officers = 4
        department.save()
    assert [row.sworn_officers for _type, _change, row in history_of(department)] == [None, 1, 2, 3, 4]


def test_what_a_block_changes_is_one_change_with_one_row_for_each_object():
    department = make_department()
    with change_by() as recorder:
        department.chief_name = "Ada Lovelace"
        department.save()
        division = make_division(department)
        department.chief_title = "Sheriff"
        department.save(update_fields=["chief_title"])
    assert Change.objects.get() == recorder.change
    assert [(kind, change) for kind, change, _row in history_of(department)] == [("~", None), ("~", recorder.change)]
    assert history_of(department)[1][2].chief_title == "Sheriff"
    assert [(kind, change) for kind, change, _row in history_of(division)] == [("+", recorder.change)]


def test_a_save_that_changes_nothing_writes_nothing():
    department = make_department()
    with change_by() as recorder:
        department.save()
    assert recorder.change is None
    assert not history_of(department)


def test_a_deleted_object_leaves_a_row_with_all_that_was_deleted_with_it():
    department = make_department(chief_name="Ada Lovelace")
    make_division(department)
    job = make_job(department)
    pk = department.pk
    with change_by() as recorder:
        department.delete()
    for model, key in ((Department, {"id": pk}), (Division, {"department_id": pk}), (type(job), {"id": job.pk})):
        row = model.history.model.objects.get(**key)
        assert (row.history_type, row.change) == ("-", recorder.change)


def test_bulk_writes_take_the_same_queries_for_one_row_as_for_many(django_assert_num_queries):
    departments = [make_department(f"Department {number}") for number in range(6)]
    for some in (departments[:1], departments[1:]):
        with change_by() as recorder, django_assert_num_queries(8):
            new = Department(name="New", state="CT", slug=f"new-{len(some)}")
            recorder.open()
            with record_bulk([*some, new]):
                Department.objects.filter(pk__in=[each.pk for each in some]).update(chief_name="Ada Lovelace")
                Department.objects.bulk_create([new])
        assert [kind for kind, _change, _row in history_of(some[0])] == ["~", "~"]
        assert [kind for kind, _change, _row in history_of(new)] == ["+"]


def test_a_request_of_a_signed_in_user_is_one_change(alice):
    department = make_department()
    division = make_division(department)
    saved(save(alice, department, **{"divisions-0-name": "Patrol", "chief_name": "Ada Lovelace"}))
    change = Change.objects.get()
    assert change.author == "Alice"
    assert [each.history.first().change for each in (department, division)] == [change, change]


@pytest.mark.postgresql
def test_the_changes_of_one_object_are_found_without_reading_those_of_all():
    assert "SubPlan" not in changes_of(Department, 1).explain()
