"""What changed lately, as visitors see it."""

import pytest

from departments.models import Department
from jobs.models import Job
from policeapp.history.public import recent_changes
from policeapp.history.records import change_by

from ...factories import make_department, make_job

pytestmark = pytest.mark.django_db


def is_published(values):
    return values["status"] == "published"


def change(instance, **values):
    with change_by():
        for name, value in values.items():
            setattr(instance, name, value)
        instance.save()


def test_visitors_see_the_newest_changes_of_chosen_facts_in_one_query(django_assert_num_queries):
    department = make_department(chief_name="Ada Lovelace")
    change(department, chief_name="Grace Hopper", about="Nobody asked for this fact.")
    change(department, about="Nor for this one.")
    change(department, phone="203-341-6000")
    with django_assert_num_queries(1):
        found = recent_changes(Department, ["chief_name", "phone", "status"], is_published, 5, id=department.pk)
    facts = [[(fact.label, fact.before, fact.after) for fact in each.facts] for each in found]
    assert facts == [[("Phone", "blank", "203-341-6000")], [("Chief's name", "Ada Lovelace", "Grace Hopper")]]


def test_drafts_stay_hidden_and_openings_are_added_and_removed():
    department = make_department()
    with change_by():
        job = make_job(department, title="Officer", status="draft")
    change(job, title="Sergeant")
    assert recent_changes(Job, ["title", "status"], is_published, 5, department=department) == []
    change(job, status="published")
    change(job, title="Lieutenant")
    with change_by():
        job.delete()
    found = recent_changes(Job, ["title", "status"], is_published, 5, department=department)
    assert [(each.event, each.values["title"]) for each in found] == [
        ("removed", "Lieutenant"),
        ("", "Lieutenant"),
        ("added", "Sergeant"),
    ]
