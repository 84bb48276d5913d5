"""What an opening asks at least, in the opening's own form in the admin."""

import pytest

from jobs.models import Job, Requirements
from tests.admin import NO_CHOICE, errors_of, page, save, saved
from tests.factories import form_of, make_job, make_requirements, text_of

pytestmark = pytest.mark.django_db

ASKED = {
    "minimum_age": "21",
    "maximum_age": "34",
    "education": "associate",
    "certification": "this_state",
    "experience_years": "0",
    "citizenship": "citizen",
    "drivers_license": "required",
}


def typed(**values):
    """As the fields of the form are called."""
    return {f"structured_requirements-0-{name}": value for name, value in values.items()}


def stored():
    return [{name: str(row[name]) for name in ASKED} for row in Requirements.objects.values()]


def test_requirements_can_be_added_with_their_opening(alice, own, client):
    response = save(
        alice, Job, department=own.pk, title="Officer", description="x", apply_instructions="x", status="published",
        **typed(**ASKED),
    )  # fmt: skip
    assert saved(response), errors_of(response)
    assert stored() == [ASKED]
    assert "At least 21 years old" in text_of(client.get(Job.objects.get().get_absolute_url()))


def test_requirements_stand_in_the_form_again_and_can_be_changed(alice, own):
    job = make_job(own)
    assert saved(save(alice, job, **typed(**ASKED)))
    form = form_of(alice.get(page(job)))
    assert {name: form[f"structured_requirements-0-{name}"] for name in ASKED} == ASKED
    assert saved(save(alice, job, **typed(maximum_age="", education="none")))
    assert stored() == [ASKED | {"maximum_age": "None", "education": "none"}]


def test_an_opening_that_asks_nothing_has_no_row(alice, own):
    job = make_job(own)
    assert saved(save(alice, job, title="Another title"))
    assert not Requirements.objects.exists()


def test_what_is_emptied_goes(alice, own):
    job = make_job(own)
    make_requirements(job, minimum_age=21, education="none", experience_years=0)
    assert saved(save(alice, job, **typed(minimum_age="", education="", experience_years="")))
    assert not Requirements.objects.exists()
    assert saved(save(alice, job, **typed(experience_years="0")))
    assert stored() == [
        dict.fromkeys(ASKED, "") | {"minimum_age": "None", "maximum_age": "None", "experience_years": "0"}
    ]


def test_requirements_can_be_removed_by_their_box(alice, own):
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
def test_what_is_wrong_is_said_and_nothing_is_lost(alice, own, values, field, words):
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
def test_a_choice_that_was_never_offered_is_refused(alice, own, field, value):
    response = save(alice, make_job(own), **typed(**{field: value}))
    assert list(errors_of(response)) == [f"structured_requirements-0-{field}"]
    assert not Requirements.objects.exists()


def test_editors_set_and_clear_those_of_their_own_openings(bob, own):
    job = make_job(own)
    assert saved(save(bob, job, **typed(**ASKED)))
    assert stored() == [ASKED]
    assert saved(save(bob, job, **typed(**dict.fromkeys(ASKED, ""))))
    assert not Requirements.objects.exists()


def test_editors_do_not_reach_those_of_others(bob, own, strange):
    mine, job = make_job(own), make_job(strange)
    make_requirements(job, minimum_age=21)
    forged = form_of(bob.get(page(mine))) | typed(minimum_age="18", job=str(job.pk))
    bob.post(page(job), forged)
    bob.post(page(mine), forged | {"structured_requirements-INITIAL_FORMS": "1"})
    assert Requirements.objects.get(job=job).minimum_age == 21
