"""When a job was public first, and since when it is open. Both are stored, whatever saves the job."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import serializers
from django.utils import timezone

from departments.models import Department
from jobs.models import Job
from tests.factories import make_department, make_job

pytestmark = pytest.mark.django_db

NOON = datetime(2031, 5, 6, 16, 0, tzinfo=UTC)  # in Westport
DAY = timedelta(days=1)
NEXT_MONTH = date(2031, 6, 1)
OPENING = datetime(2031, 6, 1, 4, 0, tzinfo=UTC)  # the start of that day in Westport


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """``at(instant)`` sets the current time."""

    def set_time(instant):
        monkeypatch.setattr(timezone, "now", lambda: instant)

    set_time(NOON)
    return set_time


def history(job):
    """Return ``(published_at, open_since)`` in the database."""
    return Job.objects.values_list("published_at", "open_since").get(pk=job.pk)


def change(job, **values):
    """Load the job, change it and save it."""
    job = Job.objects.get(pk=job.pk)
    for name, value in values.items():
        setattr(job, name, value)
    job.full_clean(exclude=["opens_at", "slug"])
    job.save()


def test_a_published_job_is_public_and_open_from_now():
    assert history(make_job()) == (NOON, NOON)


def test_a_planned_job_is_public_and_open_from_its_opening():
    job = make_job(opens_on=NEXT_MONTH)
    assert history(job) == (OPENING, OPENING)
    change(job, opens_on=NEXT_MONTH + DAY)
    assert history(job) == (OPENING + DAY, OPENING + DAY)
    change(job, opens_on=None)
    assert history(job) == (NOON, NOON)


@pytest.mark.parametrize("status", ["draft", "withdrawn"])
def test_a_planned_job_that_never_opened_was_never_public(status):
    job = make_job(opens_on=NEXT_MONTH)
    change(job, status=status)
    assert history(job) == (None, None)


def test_edits_of_an_open_job_change_neither(at):
    job = make_job()
    at(NOON + DAY)
    change(job, title="Captain", opens_on=date(2031, 5, 5), closes_on=date(2031, 6, 30))
    change(job, closes_on=None)
    assert history(job) == (NOON, NOON)


@pytest.mark.parametrize("status", ["draft", "withdrawn"])
def test_a_job_that_is_published_again_opens_again(at, status):
    job = make_job()
    at(NOON + DAY)
    change(job, status=status)
    assert history(job) == (NOON, None)
    at(NOON + 2 * DAY)
    change(job, status="published")
    assert history(job) == (NOON, NOON + 2 * DAY)


def test_a_closed_job_that_is_extended_opens_again(at):
    job = make_job(closes_on=date(2031, 5, 7))
    at(NOON + 5 * DAY)
    change(job, title="Captain")
    assert history(job) == (NOON, NOON)
    change(job, closes_on=date(2031, 6, 30))
    assert history(job) == (NOON, NOON + 5 * DAY)


def test_a_job_that_is_extended_before_it_closes_stays_open(at):
    job = make_job(closes_on=date(2031, 5, 7))
    at(NOON + DAY)
    change(job, closes_on=date(2031, 6, 30))
    at(NOON + 9 * DAY)
    change(job, title="Captain")
    assert history(job) == (NOON, NOON)


def test_a_postponed_job_opens_again_on_its_opening_date(at):
    job = make_job()
    at(NOON + DAY)
    change(job, opens_on=NEXT_MONTH)
    assert history(job) == (NOON, OPENING)
    at(OPENING + DAY)
    change(job, title="Captain")
    assert history(job) == (NOON, OPENING)


def test_a_job_that_was_entered_after_it_closed_is_public_and_not_open():
    assert history(make_job(opens_on=date(2031, 1, 1), closes_on=date(2031, 2, 1))) == (NOON, None)


def test_it_follows_the_status_of_the_department(at):
    department = make_department(status="draft")
    job = make_job(department)
    assert history(job) == (None, None)
    at(NOON + DAY)
    department.publish()
    assert history(job) == (NOON + DAY, NOON + DAY)
    at(NOON + 2 * DAY)
    department.unpublish()
    assert history(job) == (NOON + DAY, None)
    at(NOON + 3 * DAY)
    Department.objects.get().publish()
    assert history(job) == (NOON + DAY, NOON + 3 * DAY)


def test_an_old_copy_of_a_job_keeps_what_the_database_knows(at):
    job = make_job(status="draft")
    old = Job.objects.get(pk=job.pk)
    job.publish()
    at(NOON + DAY)
    old.publish()
    assert history(job) == (NOON, NOON)


def test_loading_a_fixture_keeps_what_the_database_knows(at):
    job = make_job()
    values = serializers.serialize("python", [Job.objects.get()])
    for name in Job.STORED:
        del values[0]["fields"][name]
    at(NOON + DAY)
    for loaded in serializers.deserialize("python", values):
        loaded.save()
    assert history(job) == (NOON, NOON)
    values[0]["fields"]["status"] = "withdrawn"
    for loaded in serializers.deserialize("python", values):
        loaded.save()
    assert history(job) == (NOON, None)


def test_loading_a_department_publishes_its_jobs(at):
    department = make_department()
    job = make_job(department)
    values = serializers.serialize("python", [Department.objects.get()])
    department.unpublish()
    at(NOON + DAY)
    for loaded in serializers.deserialize("python", values):
        loaded.save()
    assert history(job) == (NOON, NOON + DAY)


def test_a_fixture_of_another_database_brings_its_history(at):
    make_job()
    values = serializers.serialize("json", Job.objects.all())
    Job.objects.all().delete()
    at(NOON + DAY)
    for loaded in serializers.deserialize("json", values):
        loaded.save()
    assert history(Job.objects.get()) == (NOON, NOON)
