"""Requirements: verdicts, groups of jobs, constraints and the job page."""

from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from departments.models import Department
from jobs.eligibility.evaluation import Applicant, group_jobs
from jobs.models import Job
from jobs.models.requirements import Certification, Citizenship, DriversLicense, Education, Outcome, Requirements
from tests.factories import make_job, make_requirements, text_of


def make(**values):
    """Return unsaved requirements of a job in Connecticut."""
    return Requirements(job=Job(title="Officer", department=Department(state="CT")), **values)


MEETS, FAILS, UNANSWERED = Outcome.MEETS, Outcome.FAILS, Outcome.UNANSWERED

# A requirement, an applicant's answers, and the verdict with its text.
VERDICTS = [
    ({"minimum_age": 21}, {"age": 20}, FAILS, "Minimum age is 21; you are 20"),
    ({"minimum_age": 21}, {"age": 21}, MEETS, "At least 21 years old"),
    ({"minimum_age": 21}, {"age": 22}, MEETS, "At least 21 years old"),
    ({"minimum_age": 21}, {"age": 0}, FAILS, "Minimum age is 21; you are 0"),
    ({"minimum_age": 21}, {}, UNANSWERED, "At least 21 years old"),
    ({"maximum_age": 34}, {"age": 34}, MEETS, "At most 34 years old"),
    ({"maximum_age": 34}, {"age": 35}, FAILS, "Maximum age is 34; you are 35"),
    ({"maximum_age": 34}, {}, UNANSWERED, "At most 34 years old"),
    ({"education": "high_school"}, {"education": "none"}, FAILS, "Needs: High school diploma or GED"),
    ({"education": "high_school"}, {"education": "high_school"}, MEETS, "High school diploma or GED"),
    ({"education": "some_college"}, {"education": "associate"}, MEETS, "60 college credits"),
    ({"education": "bachelor"}, {"education": "associate"}, FAILS, "Needs: Bachelor's degree"),
    ({"education": "master"}, {}, UNANSWERED, "Master's degree"),
    ({"education": "none"}, {}, MEETS, "No diploma needed"),
    ({"certification": "none"}, {}, MEETS, "No certification needed"),
    ({"certification": "academy"}, {"certification": "none"}, FAILS, "Needs: Police academy completed"),
    ({"certification": "academy"}, {"certification": "any_state"}, MEETS, "Police academy completed"),
    ({"certification": "any_state"}, {"certification": "academy"}, FAILS, "Needs: POST certification from any state"),
    ({"certification": "any_state"}, {"certification": "any_state"}, MEETS, "POST certification from any state"),
    (
        {"certification": "any_state"},
        {"certification": "any_state", "certified_in": "NY"},
        MEETS,
        "POST certification from any state",
    ),
    (
        {"certification": "this_state"},
        {"certification": "any_state", "certified_in": "CT"},
        MEETS,
        "POST certification from Connecticut",
    ),
    (
        {"certification": "this_state"},
        {"certification": "any_state", "certified_in": "NY"},
        FAILS,
        "Needs: POST certification from Connecticut",
    ),
    (
        {"certification": "this_state"},
        {"certification": "any_state"},
        UNANSWERED,
        "POST certification from Connecticut",
    ),
    (
        {"certification": "this_state"},
        {"certification": "academy"},
        FAILS,
        "Needs: POST certification from Connecticut",
    ),
    ({"certification": "this_state"}, {}, UNANSWERED, "POST certification from Connecticut"),
    ({"experience_years": 0}, {}, MEETS, "No experience needed"),
    ({"experience_years": 1}, {"experience_years": 0}, FAILS, "Needs 1 year of experience; you have 0"),
    ({"experience_years": 3}, {"experience_years": 2}, FAILS, "Needs 3 years of experience; you have 2"),
    ({"experience_years": 3}, {"experience_years": 3}, MEETS, "At least 3 years of experience"),
    ({"experience_years": 1}, {}, UNANSWERED, "At least 1 year of experience"),
    ({"citizenship": "citizen"}, {"citizenship": "resident"}, FAILS, "Needs: U.S. citizen"),
    ({"citizenship": "resident"}, {"citizenship": "citizen"}, MEETS, "Permanent resident or U.S. citizen"),
    ({"citizenship": "work"}, {}, UNANSWERED, "Authorized to work in the U.S."),
    ({"drivers_license": "none"}, {}, MEETS, "No driver's license needed"),
    ({"drivers_license": "required"}, {"drivers_license": "none"}, FAILS, "Needs: Valid driver's license"),
    ({"drivers_license": "required"}, {"drivers_license": "required"}, MEETS, "Valid driver's license"),
    ({"drivers_license": "required"}, {"age": 40}, UNANSWERED, "Valid driver's license"),
]


@pytest.mark.parametrize(("required", "answers", "outcome", "text"), VERDICTS)
def test_a_requirement_is_checked_against_an_answer(required, answers, outcome, text):
    assert make(**required).check_applicant(Applicant(**answers)) == [(outcome, text)]


def test_a_job_without_stated_requirements_has_no_verdicts():
    assert make().check_applicant(Applicant(age=20)) == make().descriptions() == []


def test_requirements_have_a_fixed_order():
    requirements = make(
        drivers_license="required", citizenship="citizen", experience_years=2, certification="this_state",
        education="associate", maximum_age=34, minimum_age=21,
    )  # fmt: skip
    assert requirements.descriptions() == [
        "At least 21 years old",
        "At most 34 years old",
        "Associate degree",
        "POST certification from Connecticut",
        "At least 2 years of experience",
        "U.S. citizen",
        "Valid driver's license",
    ]


# Groups of jobs


def opening(**values):
    job = Job(title="Officer", department=Department(state="CT"))
    if values:
        Requirements(job=job, **values)
    return job


@pytest.mark.parametrize(
    ("required", "answers", "group"),
    [
        ({}, {"age": 30}, "unknown"),
        ({"minimum_age": 21}, {"age": 30}, "meets"),
        ({"minimum_age": 21, "education": "none"}, {"age": 30}, "meets"),
        ({"minimum_age": 21, "drivers_license": "required"}, {"age": 30}, "unknown"),
        ({"minimum_age": 21, "drivers_license": "required"}, {"age": 20}, "fails"),
        ({"minimum_age": 21, "education": "master"}, {"age": 30, "education": "none"}, "fails"),
        ({"minimum_age": 21, "maximum_age": 34}, {"age": 35}, "fails"),
        ({"minimum_age": 21, "maximum_age": 21}, {"age": 21}, "meets"),
    ],
)
def test_a_job_is_met_only_if_all_its_requirements_are_met(required, answers, group):
    job = opening(**required)
    groups = group_jobs([job], Applicant(**answers))
    assert {name: getattr(groups, name) for name in groups._fields} == dict.fromkeys(groups._fields, []) | {
        group: [job]
    }


def test_jobs_keep_their_order_within_a_group():
    jobs = [opening(), opening(minimum_age=21), opening(minimum_age=18), opening(minimum_age=40), opening()]
    groups = group_jobs(jobs, Applicant(age=30))
    assert groups == ([jobs[1], jobs[2]], [jobs[0], jobs[4]], [jobs[3]])


AGES = st.none() | st.integers(14, 99)
YEARS = st.none() | st.integers(0, 50)
REQUIREMENTS = st.fixed_dictionaries(
    {
        "minimum_age": AGES,
        "maximum_age": AGES,
        "education": st.sampled_from(["", *Education.values]),
        "certification": st.sampled_from(["", *Certification.values]),
        "experience_years": YEARS,
        "citizenship": st.sampled_from(["", *Citizenship.values]),
        "drivers_license": st.sampled_from(["", *DriversLicense.values]),
    }
)
APPLICANTS = st.builds(
    Applicant,
    age=st.none() | st.integers(0, 120),
    education=st.sampled_from(["", *Education.values]),
    certification=st.sampled_from(["", "none", "academy", "any_state"]),
    certified_in=st.sampled_from(["", "CT", "NY"]),
    experience_years=st.none() | st.integers(0, 80),
    citizenship=st.sampled_from(["", *Citizenship.values]),
    drivers_license=st.sampled_from(["", *DriversLicense.values]),
)
# For each answer, a function that returns the next better answer.
MORE = {
    "age": lambda age: age + 1,
    "experience_years": lambda years: years + 1,
    **{
        name: dict(zip(values, values[1:], strict=False)).get
        for name, values in (
            ("education", Education.values),
            ("certification", ["none", "academy", "any_state"]),
            ("citizenship", Citizenship.values),
            ("drivers_license", DriversLicense.values),
        )
    },
}


@given(required=REQUIREMENTS, applicant=APPLICANTS, name=st.sampled_from(list(MORE)))
@settings(max_examples=300, deadline=None)
def test_a_better_answer_never_meets_fewer_requirements(required, applicant, name):
    had = getattr(applicant, name)
    more = None if had in (None, "") else MORE[name](had)
    requirements = make(**required | ({"maximum_age": None} if name == "age" else {}))
    if more is not None:
        before = requirements.check_applicant(applicant)
        after = requirements.check_applicant(replace(applicant, **{name: more}))
        lost = [old.text for old, new in zip(before, after, strict=True) if old.outcome == MEETS != new.outcome]
        assert lost == []


@given(required=REQUIREMENTS, applicant=APPLICANTS)
@settings(max_examples=200, deadline=None)
def test_no_answers_fail_nothing_and_full_answers_leave_nothing_open(required, applicant):
    requirements = make(**required)
    assert FAILS not in {verdict.outcome for verdict in requirements.check_applicant(Applicant())}
    answered = replace(
        applicant,
        age=applicant.age or 30,
        education=applicant.education or "none",
        certification=applicant.certification or "none",
        certified_in=applicant.certified_in or "NY",
        experience_years=applicant.experience_years or 0,
        citizenship=applicant.citizenship or "work",
        drivers_license=applicant.drivers_license or "none",
    )
    assert UNANSWERED not in {verdict.outcome for verdict in requirements.check_applicant(answered)}


# Constraints


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("requirements_ages_in_order", {"minimum_age": 35, "maximum_age": 34}),
        ("requirements_education_known", {"education": "wizard"}),
        ("requirements_certification_known", {"certification": "some"}),
        ("requirements_citizenship_known", {"citizenship": "martian"}),
        ("requirements_license_known", {"drivers_license": "perhaps"}),
    ],
)
def test_the_database_refuses_invalid_requirements(db, constraint, values):
    job = make_job()
    with pytest.raises(IntegrityError) as problem, transaction.atomic():
        Requirements.objects.bulk_create([Requirements(job=job, **values)])
    assert constraint in str(problem.value)


@pytest.mark.parametrize("values", [{"minimum_age": -1}, {"maximum_age": -1}, {"experience_years": -1}])
def test_the_database_refuses_negative_years(db, values):
    job = make_job()
    with pytest.raises(IntegrityError), transaction.atomic():
        Requirements.objects.bulk_create([Requirements(job=job, **values)])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"minimum_age": 13}, "Ensure this value is greater than or equal to 14."),
        ({"maximum_age": 100}, "Ensure this value is less than or equal to 99."),
        ({"minimum_age": 35, "maximum_age": 34}, "The maximum age is lower than the minimum age."),
        ({"experience_years": 51}, "Ensure this value is less than or equal to 50."),
        ({"education": "wizard"}, "Value 'wizard' is not a valid choice."),
    ],
)
def test_invalid_requirements_have_error_messages(db, values, message):
    with pytest.raises(ValidationError) as problem:
        Requirements(job=make_job(), **values).full_clean()
    assert message in problem.value.messages


def test_a_job_has_one_row_of_requirements_deleted_with_it(db):
    requirements = make_requirements(minimum_age=21)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_requirements(requirements.job, minimum_age=18)
    requirements.job.delete()
    assert not Requirements.objects.exists()


# Job page


def test_a_job_page_shows_requirements_and_links_to_the_eligibility_page(db, client):
    job = make_job(kind="lateral", requirements="- Patience")
    make_requirements(job, minimum_age=21, certification="this_state", drivers_license="required")
    response = client.get(job.get_absolute_url())
    assert (
        "Requirements At least 21 years old POST certification from Connecticut Valid driver's license "
        "Patience Am I eligible?"
    ) in text_of(response)
    assert 'href="/jobs/eligible/?kind=lateral"' in response.content.decode()


def test_a_job_page_has_a_requirements_section_only_if_needed(db, client):
    job = make_job()
    assert "Requirements" not in text_of(client.get(job.get_absolute_url()))
    make_requirements(job, education="none")
    assert "Requirements No diploma needed" in text_of(client.get(job.get_absolute_url()))


def test_requirements_take_no_extra_query_on_a_job_page(queries_of):
    job = make_job()
    without = queries_of(job.get_absolute_url())
    make_requirements(job, minimum_age=21, certification="this_state")
    assert queries_of(job.get_absolute_url()) == without
