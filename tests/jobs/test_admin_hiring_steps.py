"""Hiring steps in the admin, on the pages of jobs and departments."""

from datetime import date, time
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission

from departments.models import Department
from jobs.models import HiringStep, Job
from tests.admin import EXTREMES, errors_of, html_of, page, peel, save, saved
from tests.factories import form_of, get_user, make_job, make_step, text_of

pytestmark = pytest.mark.django_db

FIELDS = {
    "order": "3",
    "kind": "written_test",
    "name": "State examination",
    "weeks": "2.5",
    "date": "2090-01-09",
    "time": "09:30:00",
    "place": "Town hall",
    "fee": "25.00",
    "waiver": "veterans",
    "note": "Bring a pencil.",
}


# The form of a step at a time that the clocks of New York skip.
SKIPPED_TIME = {
    "hiring_steps-TOTAL_FORMS": "1",
    "hiring_steps-0-order": "0",
    "hiring_steps-0-kind": "other",
    "hiring_steps-0-date": "2090-03-12",
    "hiring_steps-0-time": "2:30 AM",
}


def prefix_of(thing):
    return "hiring_steps" if isinstance(thing, Job) else "hiring_steps"


def add_step(client, thing, **values):
    """Add a step on the page of the job or department, and save."""
    prefix = prefix_of(thing)
    number = int(form_of(client.get(page(thing)))[f"{prefix}-TOTAL_FORMS"])
    sent = {f"{prefix}-{number}-{name}": value for name, value in ({"order": "0", "kind": "other"} | values).items()}
    return save(client, thing, **{f"{prefix}-TOTAL_FORMS": number + 1}, **sent)


@pytest.fixture(params=["an opening", "a department"])
def thing(request, own):
    return make_job(own) if request.param == "an opening" else own


def steps_of(thing):
    return HiringStep.objects.filter(**{"job" if isinstance(thing, Job) else "department": thing})


def test_a_step_can_be_added_with_every_field(alice, thing):
    assert saved(add_step(alice, thing, **FIELDS))
    step = steps_of(thing).get()
    assert (step.kind, step.name, step.weeks, step.fee) == ("written_test", "State examination", Decimal("2.5"), 25)
    assert (step.date, step.time, step.order) == (date(2090, 1, 9), time(9, 30), 3)
    form = form_of(alice.get(page(thing)))
    assert {name: form[f"{prefix_of(thing)}-0-{name}"] for name in FIELDS} == FIELDS


def test_steps_without_an_order_come_last(alice, thing):
    for kind in ("application", "oral_board", "academy"):
        assert saved(add_step(alice, thing, kind=kind))
    assert [(step.kind, step.order) for step in steps_of(thing)] == [
        ("application", 1),
        ("oral_board", 2),
        ("academy", 3),
    ]


def test_a_step_can_be_reordered_and_deleted(alice, thing):
    for kind in ("application", "oral_board"):
        make_step(thing, kind)
    prefix = prefix_of(thing)
    assert saved(save(alice, thing, **{f"{prefix}-0-order": "9"}))
    assert [step.kind for step in steps_of(thing)] == ["oral_board", "application"]
    assert saved(save(alice, thing, **{f"{prefix}-0-DELETE": "on"}))
    assert [step.kind for step in steps_of(thing)] == ["application"]


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"time": "09:00"}, "time", "Enter a date for this time."),
        ({"date": "2090-03-12", "time": "25:00"}, "time", "Enter a time such as 5:00 PM, 17:00 or noon."),
        (
            {"date": "2090-03-12", "time": "2:30 AM"},
            "time",
            "2:30 AM does not exist on March 12, 2090 in New York time, because clocks move ahead. Enter 3:00 AM.",
        ),
        (
            {"date": "2090-11-05", "time": "1:30 AM"},
            "time",
            "1:30 AM comes twice on November 5, 2090 in New York time, because clocks move back. Enter 2:00 AM.",
        ),
        ({"fee": "-1"}, "fee", "Ensure this value is greater than or equal to 0."),
        ({"fee": "much"}, "fee", "Enter a number."),
        ({"weeks": "-1"}, "weeks", "Ensure this value is greater than or equal to 0."),
        ({"weeks": "201"}, "weeks", "Ensure this value is less than or equal to 200."),
        ({"date": "0026-01-09"}, "date", "Ensure this value is greater than or equal to 2000-01-01."),
        ({"date": "2999-01-09"}, "date", "Ensure this value is less than or equal to 2100-12-31."),
        ({"date": "soon"}, "date", "Enter a date such as 7/16/2026, 2026-07-16 or July 16, 2026."),
        ({"kind": "duel"}, "kind", "Select a valid choice. duel is not one of the available choices."),
        ({"kind": ""}, "kind", "This field is required."),
    ],
)
@pytest.mark.any_engine
def test_an_error_shows_at_its_field_and_keeps_the_input(alice, thing, values, field, message):
    response = add_step(alice, thing, note="Bring a pencil.", **values)
    [error] = errors_of(response)[f"hiring_steps-0-{field}"]
    assert error == message
    assert list(errors_of(response)) == [f"hiring_steps-0-{field}"]
    assert "Bring a pencil." in html_of(response)
    assert not HiringStep.objects.exists()


@pytest.mark.parametrize("model", [Department, Job])
def test_the_steps_of_an_invalid_page_are_checked_too(alice, model):
    response = save(alice, model, **{"state": "", "department": ""}, **SKIPPED_TIME)
    assert not saved(response) and not model.objects.exists()


def test_a_departments_steps_are_checked_in_its_changed_zone(alice, own):
    assert saved(save(alice, own, time_zone="America/Phoenix", **SKIPPED_TIME))
    assert list(errors_of(save(alice, own, time_zone="America/New_York"))) == ["hiring_steps-0-time"]


@pytest.mark.parametrize("value", EXTREMES)
def test_extreme_values_never_break_the_form(alice, own, value):
    job = make_job(own)
    form = form_of(alice.get(page(job))) | {"hiring_steps-TOTAL_FORMS": "1", "hiring_steps-0-kind": "other"}
    peel(alice, page(job), form, [f"hiring_steps-0-{name}" for name in FIELDS if name != "kind"], value)


def test_visitors_see_a_saved_step(alice, client, thing):
    add_step(alice, thing, **FIELDS)
    text = text_of(client.get(thing.get_absolute_url()))
    assert "State examination 2.5 weeks January 9, 2090, 9:30 AM EST Town hall Fee: $25 (waived for veterans)" in text


# Editors


def test_editors_can_edit_the_steps_of_their_own_departments_and_jobs(bob, thing):
    assert saved(add_step(bob, thing, **FIELDS))
    assert saved(save(bob, thing, **{f"{prefix_of(thing)}-0-name": "Changed"}))
    assert steps_of(thing).get().name == "Changed"
    assert saved(save(bob, thing, **{f"{prefix_of(thing)}-0-DELETE": "on"}))
    assert not HiringStep.objects.exists()


def test_editors_cannot_edit_the_steps_of_others(bob, own, strange):
    for mine, theirs in ((own, strange), (make_job(own), make_job(strange))):
        step = make_step(theirs, name="Theirs")
        own_step = make_step(mine, name="Mine")
        prefix = prefix_of(mine)
        # On the others' page, and with the id of their step on the editor's own page.
        form = form_of(bob.get(page(mine))) | {f"{prefix}-0-name": "Taken over"}
        assert bob.post(page(theirs), form)["Location"] == "/admin/"
        save(bob, mine, **{f"{prefix}-0-id": step.pk, f"{prefix}-0-name": "Taken over"})
        step.refresh_from_db()
        own_step.refresh_from_db()
        assert (step.name, own_step.name) == ("Theirs", "Mine")


def test_a_forged_form_cannot_move_a_step_to_others(bob, own, strange):
    job = make_job(own)
    theirs = make_job(strange)
    for forged in ({"hiring_steps-0-job": theirs.pk}, {"hiring_steps-0-department": strange.pk}):
        add_step(bob, job, **{name.removeprefix("hiring_steps-0-"): value for name, value in forged.items()})
    assert not HiringStep.objects.filter(job=theirs).exists()
    assert not HiringStep.objects.filter(department=strange).exists()


def test_the_permission_to_edit_every_department_includes_hiring_steps(charlie, own):
    person = get_user("charlie")
    person.user_permissions.add(Permission.objects.get(codename="edit_every_department"))
    for owner in (own, make_job(own)):
        add_step(charlie, owner, name="Oral exam")
    assert [step.name for step in HiringStep.objects.all()] == ["Oral exam"] * 2


def test_permission_to_change_jobs_does_not_include_their_steps(charlie, own):
    person = get_user("charlie")
    person.user_permissions.add(*Permission.objects.filter(codename__in=["view_job", "change_job"]))
    assert charlie.get(page(make_job(own))).status_code == 302
