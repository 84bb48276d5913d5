"""Hiring steps: their owners, their totals, and how pages show them."""

import re
from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from jobs.models import HiringStep, Job
from tests.departments.models.test_constraints import insert, refused
from tests.factories import make_department, make_job, make_step, text_of, today, yesterday

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def kinds(steps):
    return [step.kind for step in steps]


def shown(client, thing):
    """Return the text of the page's hiring steps, or ""."""
    response = client.get(thing.get_absolute_url())
    assert response.status_code == 200
    html = response.content.decode()
    found = re.search(r'<section aria-labelledby="steps">.*?</section>', html, re.DOTALL)
    response.content = found[0] if found else ""
    return text_of(response)


# Owners


def test_a_job_has_its_own_steps_in_order():
    job = make_job()
    make_step(job, "academy", order=2)
    make_step(job, "application", order=1)
    assert kinds(job.roadmap) == ["application", "academy"]


def test_a_job_without_its_own_steps_has_its_departments():
    department = make_department()
    job = make_job(department)
    make_step(department, "oral_board")
    make_step(make_department("Another"), "polygraph")
    make_step(make_job(department), "medical")
    assert kinds(job.roadmap) == ["oral_board"]


def test_a_jobs_own_hiring_steps_replace_its_departments():
    department = make_department()
    job = make_job(department)
    make_step(department, "oral_board")
    make_step(job, "polygraph")
    assert kinds(job.roadmap) == ["polygraph"]
    assert kinds(HiringStep.objects.for_departments([department])[department.pk]) == ["oral_board"]


def test_the_steps_of_many_jobs_take_one_query(django_assert_num_queries):
    department = make_department()
    make_step(department, "oral_board", date=date(2030, 1, 1))
    jobs = [make_job(department) for _ in range(3)] + [make_job()]
    make_step(jobs[0], "polygraph", date=date(2030, 1, 2), time=time(9))
    jobs = list(Job.objects.with_department().order_by("pk"))
    with django_assert_num_queries(1):
        found = HiringStep.objects.for_jobs(jobs)
        assert [kinds(found[job.pk]) for job in jobs] == [["polygraph"], ["oral_board"], ["oral_board"], []]
        dates = [step.when for job in jobs for step in found[job.pk]]
    assert dates == ["January 2, 2030, 9:00 AM EST", "January 1, 2030", "January 1, 2030"]


def test_the_steps_of_many_departments_take_one_query(django_assert_num_queries):
    departments = [make_department(name) for name in "ABC"]
    make_step(departments[0], "application")
    make_step(departments[1], "academy")
    with django_assert_num_queries(1):
        found = HiringStep.objects.for_departments(departments)
    assert [kinds(found[department.pk]) for department in departments] == [["application"], ["academy"], []]
    assert HiringStep.objects.for_jobs([]) == {}


def test_a_new_step_comes_last_in_its_list():
    department = make_department()
    job = make_job(department)
    assert [make_step(department).order for _ in range(3)] == [1, 2, 3]
    assert [make_step(job).order for _ in range(2)] == [1, 2]
    assert make_step(make_job(department)).order == 1


def test_a_step_shows_its_name_or_else_its_usual_name():
    job = make_job()
    assert str(make_step(job, "oral_board")) == "Oral board"
    assert str(make_step(job, "oral_board", name="Meet the chief")) == "Meet the chief"


# Totals


def roadmap(*steps):
    """Return the roadmap of a saved job with these steps."""
    job = make_job()
    for values in steps:
        make_step(job, **values)
    return Job.objects.with_department().get(pk=job.pk).roadmap


@pytest.mark.parametrize(
    ("weeks", "total", "expected"),
    [
        ([], None, ""),
        ([None], None, ""),
        ([2, 24], 26, "About 26 weeks"),
        ([2, None, 24], 26, "At least 26 weeks"),
        (["0.5", "1"], Decimal("1.5"), "About 1.5 weeks"),
        (["1"], 1, "About 1 week"),
        (["0.5"], Decimal("0.5"), "Less than a week"),
        (["0.5", None], Decimal("0.5"), ""),
        ([0], 0, "Less than a week"),
    ],
)
def test_a_roadmap_adds_up_the_weeks(weeks, total, expected):
    steps = roadmap(*({"weeks": number} for number in weeks))
    assert (steps.weeks, steps.duration) == (total, expected)


@pytest.mark.parametrize(
    ("kinds", "until_offer", "training"),
    [
        ([], "", ""),
        (["application", "offer", "medical"], "About 7 weeks", ""),
        (["application", "offer", "medical", "academy", "field_training"], "About 7 weeks", "About 24 weeks"),
        (["application", "academy", "oral_board", "field_training"], "About 5 weeks", "About 10 weeks"),
        (["application", "other", "academy", "other"], "About 3 weeks", "About 12 weeks"),
        (["academy"], "", "About 1 week"),
    ],
)
def test_training_does_not_count_as_time_until_the_offer(kinds, until_offer, training):
    steps = roadmap(*({"kind": kind, "weeks": 2**order} for order, kind in enumerate(kinds)))
    assert (steps.until_offer.duration, steps.training.duration) == (until_offer, training)


@pytest.mark.parametrize(
    ("fees", "total", "expected"),
    [
        ([], None, ""),
        ([None], None, ""),
        ([25, 18], 43, "$43"),
        ([25, None], 25, "at least $25"),
        (["25.50", 0], Decimal("25.50"), "$25.50"),
        ([0, 0], 0, "none"),
        ([0, None], 0, ""),
    ],
)
def test_a_roadmap_adds_up_the_fees(fees, total, expected):
    steps = roadmap(*({"fee": fee} for fee in fees))
    assert (steps.fees, steps.cost) == (total, expected)


@pytest.mark.parametrize(
    ("weeks", "expected"),
    [
        (None, ""),
        (0, "less than a week"),
        ("0.9", "less than a week"),
        (1, "1 week"),
        ("1.5", "1.5 weeks"),
        (26, "26 weeks"),
    ],
)
def test_a_step_shows_its_weeks_as_text(weeks, expected):
    [step] = roadmap({"weeks": weeks})
    assert step.duration == expected


def test_a_step_has_passed_when_its_day_ends_in_the_departments_zone():
    guam = make_department("Guam Police", state="GU", city="")
    samoa = make_department("Samoa Police", state="AS", city="")
    for department in (guam, samoa):
        now = today(department)
        assert make_step(department, date=now - DAY).has_passed
        assert not make_step(department, date=now).has_passed
        assert make_step(department, date=now, time=time(0)).has_passed
        assert not make_step(department, date=now + DAY, time=time(0)).has_passed
        assert not make_step(department).has_passed


# Pages


def test_a_job_page_shows_everything_about_its_steps(client):
    job = make_job()
    make_step(job, "application", weeks=2)
    make_step(
        job,
        "written_test",
        weeks=3,
        date=date(2090, 1, 9),
        time=time(9),
        place="Town hall",
        fee=25,
        waiver="veterans",
        note="Bring a pencil.",
    )
    make_step(job, "academy", name="The state's academy", weeks=21, fee=0)
    assert shown(client, job) == (
        "Hiring steps Application 2 weeks Written test 3 weeks January 9, 2090, 9:00 AM EST Town hall "
        "Fee: $25 (waived for veterans) Bring a pencil. The state's academy 21 weeks Fee: none "
        "About 5 weeks until the offer · Training: about 21 weeks · Fees: at least $25"
    )


def test_the_page_shows_steps_as_an_ordered_list(client):
    job = make_job()
    make_step(job, "application")
    make_step(job, "academy")
    html = client.get(job.get_absolute_url()).content.decode()
    [steps] = re.findall(r'<ol class="roadmap">(.*?)</ol>', html, re.DOTALL)
    assert re.findall(r"<li>\s*<h3>([^<]*)<", steps) == ["Application", "Police academy"]


def test_the_page_leaves_out_unknown_facts(client):
    job = make_job()
    make_step(job, "application")
    assert shown(client, job) == "Hiring steps Application"


def test_a_page_without_steps_has_no_section_for_them(client):
    job = make_job()
    assert shown(client, job) == shown(client, job.department) == ""


def test_a_profile_shows_the_departments_own_steps_only(client):
    department = make_department()
    make_step(department, "oral_board", weeks=4, date=date(2090, 7, 1), time=time(13, 30))
    make_step(make_job(department), "polygraph", weeks=9)
    assert shown(client, department) == (
        "Hiring steps Oral board 4 weeks July 1, 2090, 1:30 PM EDT About 4 weeks until the offer"
    )


def test_the_page_says_that_a_past_step_is_over(client):
    job = make_job(opens_on=today() - 30 * DAY, closes_on=yesterday())
    make_step(job, "written_test", date=date(2024, 3, 1))
    make_step(job, "oral_board", date=date(2090, 3, 1))
    text = shown(client, job)
    assert "was on March 1, 2024" in text
    assert "March 1, 2090" in text and "was on March 1, 2090" not in text


def test_the_page_escapes_texts(client):
    job = make_job()
    typed = "<script>alert(1)</script>"
    make_step(job, "other", name=typed, place=typed, note=typed, waiver=typed)
    assert shown(client, job).count(typed) == 4
    assert "<script>alert" not in client.get(job.get_absolute_url()).content.decode()


def test_a_hundred_steps_take_as_many_queries_as_one(queries_of):
    department = make_department(at=(41.14, -73.36))
    job = make_job(department)
    pages = [job.get_absolute_url(), department.get_absolute_url()]
    for thing in (job, department):
        make_step(thing, date=date(2090, 3, 1))
    with_one = [queries_of(page) for page in pages]
    for thing in (job, department):
        for number in range(99):
            make_step(thing, date=date(2090, 3, 1), order=number)
    assert [queries_of(page) for page in pages] == with_one
    assert max(with_one) <= 8


# Constraints


def test_the_database_requires_exactly_one_owner_of_a_step():
    job = make_job()
    with refused():
        insert(HiringStep(kind="other"))
    with refused():
        insert(HiringStep(kind="other", job=job, department=job.department))


@pytest.mark.parametrize(
    "values", [{"kind": "duel"}, {"kind": ""}, {"time": time(9)}, {"weeks": Decimal("-0.1")}, {"fee": Decimal("-0.01")}]
)
def test_the_database_refuses_invalid_steps(values):
    job = make_job()
    with refused():
        insert(HiringStep(**({"kind": "other", "job": job} | values)))


def test_the_database_accepts_the_smallest_values():
    insert(HiringStep(kind="other", job=make_job(), weeks=0, fee=0, date=date(2030, 1, 1), time=time(0)))
    assert HiringStep.objects.count() == 1


def test_steps_are_deleted_with_their_job_or_department():
    job = make_job()
    make_step(job)
    make_step(job.department)
    job.delete()
    assert HiringStep.objects.count() == 1
    job.department.delete()
    assert HiringStep.objects.count() == 0
