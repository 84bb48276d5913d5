"""A form of the admin that is saved as it was opened changes nothing."""

from datetime import date, time

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import RequestFactory

from departments.models import Department, Division, Specialization
from jobs.models import HiringStep, Job
from policeapp.models import User
from tests.admin import page, save, saved, signed_in
from tests.departments.imports.agency_files import WESTPORT, import_rows
from tests.factories import (
    form_of,
    get_user,
    list_specializations,
    make_alice,
    make_bob,
    make_department,
    make_division,
    make_job,
    make_requirements,
    make_step,
    make_unit,
)

pytestmark = pytest.mark.django_db

LINES = "\n\n    code\r\n\r\nTwo  \rspaces\u2028and\u2029more \x85 end \n\n"
EVERY_NUMBER = {"sworn_officers": 1200, "sworn_year": 2024, "population": 1_234_567, "population_year": 2023}


def rows():
    """Return every row of every table but the sessions."""
    models = [model for model in apps.get_models() if model is not Session]
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in models}


def fill():
    """Create objects of all models that people edit, with the values that a browser sends differently."""
    department = make_department("Full", phone="203-341-6100 ext. 5", about=LINES, mission=LINES, at=(41.1, -73.25),
                                 website="https://example.org/?x=1&y=2", **EVERY_NUMBER)  # fmt: skip
    make_bob(department)
    make_division(department, "Ops", responsibilities=LINES)
    make_unit(department, "Dogs", description=LINES)
    list_specializations(department, "Drone", "Marine Unit")
    make_step(department, weeks="2", fee="25", date=date(2030, 1, 2), time=time(10, 0, 30), note="a  b")
    job = make_job(department, description=LINES, requirements=LINES, apply_instructions=LINES, pay_min=52_000,
                   pay_max="60000.5", opens_time=time(10, 0, 30), closes_on=date(2090, 1, 1),
                   apply_url="https://example.org/A%20b/")  # fmt: skip
    make_requirements(job, minimum_age=21, experience_years=0)
    make_step(job, fee=0, weeks="0.5")
    make_job(department, "Without parts")
    Group.objects.create(name="Clerks")
    # Values that only code, or a database of an earlier version, can have stored.
    Department.objects.filter(pk=department.pk).update(
        about=LINES, name="Full \n Police ", phone="(203) 341 6100", email=" desk@example.org "
    )
    Job.objects.filter(pk=job.pk).update(description=LINES, title="Officer\r\n", opens_time=time(10, 0, 30, 123456))
    Division.objects.update(responsibilities=LINES)
    HiringStep.objects.update(note=" note\n", place=" there ")
    User.objects.filter(email="bob@example.com").update(first_name="Bob ", email="bob@example.com ")
    Specialization.objects.filter(name="Drone").update(name="Drone ")


def editable():
    """Return the models whose objects Alice can change."""
    request = RequestFactory().get("/")
    request.user = get_user("alice")
    return [model for model, found in admin.site._registry.items() if found.has_change_permission(request)]


def test_no_row_changes_and_the_history_has_no_entry(westport):
    fill()
    call_command("load_samples", verbosity=0)
    client = signed_in(make_alice())
    models = editable()
    assert {User, Group, Department, Specialization, Job} <= set(models)
    for model in models:
        for target in model.objects.order_by("pk")[:12]:
            form = form_of(client.get(page(target)))
            before = rows()
            response = client.post(page(target), form)
            assert response.status_code == 302, (target, response.context["errors"])
            assert rows() == before, target


def test_only_the_changed_field_is_marked(alice):
    fill()
    department, job = Department.objects.get(name__startswith="Full"), Job.objects.get(requirements__gt="")
    before = dict(department.sources), dict(job.sources)
    assert saved(save(alice, department, chief_name="Ada Byron"))
    assert saved(save(alice, job, positions="7"))
    department.refresh_from_db()
    job.refresh_from_db()
    assert department.sources.keys() - before[0].keys() == {"chief_name"}
    assert job.sources.keys() - before[1].keys() == {"positions"}
    messages = [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")]
    assert messages == ["Changed Chief's name.", "Changed Positions."]


@pytest.mark.parametrize("typed", ["a\r\nb", "a\nb", "a\rb", "a\u2028b", "a\u2029b", " a\r\nb \r\n"])
def test_line_breaks_are_stored_in_one_form(alice, own, typed):
    assert saved(save(alice, own, about=typed))
    Department.objects.create(name="By code", state="CT", about=typed)
    Department.objects.bulk_create([make_unsaved(about=typed)])
    assert set(Department.objects.values_list("about", flat=True)) == {"a\nb"}


def make_unsaved(**values):
    department = Department(name="In bulk", slug="in-bulk", state="CT", **values)
    department.derive()
    return department


def test_a_blank_line_more_is_a_change(alice, own):
    Department.objects.update(about="a\nb")
    assert saved(save(alice, own, about="a\r\n\r\nb"))
    own.refresh_from_db()
    assert own.about == "a\n\nb" and "about" in own.sources


def test_a_text_of_the_maximum_length_can_be_saved_again(alice, own):
    Department.objects.update(about="x\n" * 9_999 + "xx")
    assert saved(save(alice, own, chief_name="Ada Byron"))


def test_an_import_still_updates_the_facts_of_a_form_that_was_saved_untouched(alice):
    assert import_rows(WESTPORT | {"phone": "203-341-6000"}, source="A list")["created"] == 1
    assert saved(save(alice, Department.objects.get()))
    assert import_rows(WESTPORT | {"phone": "203-341-6001"}, source="A list")["updated"] == 1
    assert Department.objects.get().phone == "203-341-6001"
