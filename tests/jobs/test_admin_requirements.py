"""Requirements in the admin form of a job."""

import pytest

from jobs.models import Job, Requirements
from tests.admin import NO_CHOICE, errors_of, page, save, saved
from tests.factories import form_of, make_job, make_requirements, text_of

pytestmark = pytest.mark.django_db

STATED = {
    "minimum_age": "21",
    "maximum_age": "34",
    "education": "associate",
    "certification": "this_state",
    "experience_years": "0",
    "citizenship": "citizen",
    "drivers_license": "required",
}


def typed(**values):
    """Return the values by the names of the form's fields."""
    return {f"structured_requirements-0-{name}": value for name, value in values.items()}


def stored():
    return [{name: str(row[name]) for name in STATED} for row in Requirements.objects.values()]


def test_requirements_can_be_added_with_their_job(alice, own, client):
    response = save(
        alice, Job, department=own.pk, title="Officer", description="x", apply_instructions="x", status="published",
        **typed(**STATED),
    )  # fmt: skip
    assert saved(response), errors_of(response)
    assert stored() == [STATED]
    assert "At least 21 years old" in text_of(client.get(Job.objects.get().get_absolute_url()))


def test_requirements_can_be_changed(alice, own):
    job = make_job(own)
    assert saved(save(alice, job, **typed(**STATED)))
    form = form_of(alice.get(page(job)))
    assert {name: form[f"structured_requirements-0-{name}"] for name in STATED} == STATED
    assert saved(save(alice, job, **typed(maximum_age="", education="none")))
    assert stored() == [STATED | {"maximum_age": "None", "education": "none"}]


def test_a_job_without_requirements_has_no_row(alice, own):
    job = make_job(own)
    assert saved(save(alice, job, title="Another title"))
    assert not Requirements.objects.exists()


def test_clearing_all_requirements_deletes_the_row(alice, own):
    job = make_job(own)
    make_requirements(job, minimum_age=21, education="none", experience_years=0)
    assert saved(save(alice, job, **typed(minimum_age="", education="", experience_years="")))
    assert not Requirements.objects.exists()
    assert saved(save(alice, job, **typed(experience_years="0")))
    assert stored() == [
        dict.fromkeys(STATED, "") | {"minimum_age": "None", "maximum_age": "None", "experience_years": "0"}
    ]


def test_the_delete_box_deletes_requirements(alice, own):
    job = make_job(own)
    make_requirements(job, minimum_age=21)
    assert saved(save(alice, job, **{"structured_requirements-0-DELETE": "on"}))
    assert not Requirements.objects.exists()


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"minimum_age": "13"}, "structured_requirements-0-minimum_age", "greater than or equal to 14"),
        ({"maximum_age": "100"}, "structured_requirements-0-maximum_age", "less than or equal to 99"),
        ({"minimum_age": "old"}, "structured_requirements-0-minimum_age", "Enter a whole number."),
        ({"experience_years": "-1"}, "structured_requirements-0-experience_years", "greater than or equal to 0"),
        ({"minimum_age": "35", "maximum_age": "34"}, "", "The maximum age is lower than the minimum age."),
    ],
)
@pytest.mark.any_engine
def test_an_error_shows_at_its_field_and_keeps_the_input(alice, own, values, field, words):
    job = make_job(own)
    response = save(alice, job, title="Another title", **typed(**values))
    errors = errors_of(response)
    assert list(errors) == [field]
    assert words in " ".join(errors[field])
    form = form_of(response)
    assert form["title"] == "Another title"
    assert {name: form[f"structured_requirements-0-{name}"] for name in values} == values
    assert not Requirements.objects.exists()


@pytest.mark.parametrize("value", NO_CHOICE, ids=lambda value: value[:12])
@pytest.mark.parametrize("field", ["education", "certification", "citizenship", "drivers_license"])
@pytest.mark.any_engine
def test_a_forged_choice_is_refused(alice, own, field, value):
    response = save(alice, make_job(own), **typed(**{field: value}))
    assert list(errors_of(response)) == [f"structured_requirements-0-{field}"]
    assert not Requirements.objects.exists()


def test_editors_can_set_and_clear_the_requirements_of_their_own_jobs(bob, own):
    job = make_job(own)
    assert saved(save(bob, job, **typed(**STATED)))
    assert stored() == [STATED]
    assert saved(save(bob, job, **typed(**dict.fromkeys(STATED, ""))))
    assert not Requirements.objects.exists()


def test_editors_cannot_change_the_requirements_of_other_jobs(bob, own, strange):
    mine, job = make_job(own), make_job(strange)
    make_requirements(job, minimum_age=21)
    forged = form_of(bob.get(page(mine))) | typed(minimum_age="18", job=str(job.pk))
    bob.post(page(job), forged)
    bob.post(page(mine), forged | {"structured_requirements-INITIAL_FORMS": "1"})
    assert Requirements.objects.get(job=job).minimum_age == 21
