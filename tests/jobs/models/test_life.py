"""The life of a job: what each verb changes and when it is possible, and how long a job is listed."""

from datetime import date, time, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from jobs.models import Job, Verb
from policeapp.history.records import change_by
from policeapp.history.restoring import deleted_rows, restore_deleted
from tests.factories import make_bob, make_department, make_job, utc

pytestmark = pytest.mark.django_db

DAY, MICROSECOND = timedelta(days=1), timedelta(microseconds=1)
NOON = utc("2031-05-06 16:00")


@pytest.fixture
def at(monkeypatch):
    """Return ``at(instant)``, which sets the current time."""

    def set_time(instant):
        monkeypatch.setattr(timezone, "now", lambda: instant)

    set_time(NOON)
    return set_time


# What is possible

STATES = {
    "draft": {"status": "draft"},
    "planned": {"opens_on": date(2031, 6, 1)},
    "open": {"closes_on": date(2031, 6, 1)},
    "until_filled": {},
    "unlisted": {},
    "closed": {"opens_on": date(2031, 1, 1), "closes_on": date(2031, 2, 1)},
    "filled": {"status": "filled"},
    "withdrawn": {"status": "withdrawn"},
}
POSSIBLE = {
    "draft": {"publish", "withdraw"},
    "planned": {"extend", "withdraw"},
    "open": {"extend", "fill", "withdraw"},
    "until_filled": {"confirm", "extend", "fill", "withdraw"},
    "unlisted": {"confirm", "extend", "fill", "withdraw"},
    "closed": {"extend", "fill", "reopen", "withdraw"},
    "filled": {"reopen", "withdraw"},
    "withdrawn": {"reopen"},
}


@pytest.mark.any_engine
@pytest.mark.parametrize("state", STATES)
def test_each_state_allows_some_verbs_and_says_why_not_the_others(at, state):
    job = make_job(**STATES[state])
    if state == "unlisted":
        at(NOON + 75 * DAY)
    assert job.state == state
    assert {verb.value for verb in Verb if not job.reason_against(verb)} == POSSIBLE[state]
    assert all(job.reason_against(verb) for verb in set(Verb) - POSSIBLE[state])


@pytest.mark.any_engine
def test_every_verb_says_beforehand_what_it_does(at):
    for state, verbs in POSSIBLE.items():
        for verb in verbs:
            at(NOON)
            job = make_job(**STATES[state])
            at(NOON + (75 * DAY if state == "unlisted" else 0 * DAY))
            promised = job.describe_after(verb, date(2031, 12, 1))
            job.apply(verb, date(2031, 12, 1))
            assert Job.objects.get(pk=job.pk).describe_state() == promised, (state, verb)


@pytest.mark.any_engine
@pytest.mark.parametrize(
    ("closes_on", "reason"),
    [
        (date(2031, 5, 31), "It is already open until June 1, 2031."),
        (date(2031, 6, 1), "It is already open until June 1, 2031."),
        (date(2031, 6, 2), ""),
    ],
)
def test_an_extension_is_longer_than_the_deadline(at, closes_on, reason):
    assert make_job(closes_on=date(2031, 6, 1)).reason_against(Verb.EXTEND, closes_on) == reason


@pytest.mark.any_engine
def test_another_deadline_of_a_closed_job_is_not_in_the_past(at):
    job = make_job(**STATES["closed"])
    for verb in (Verb.EXTEND, Verb.REOPEN):
        assert job.reason_against(verb, date(2031, 5, 5)) == "May 5, 2031 is in the past."
        assert job.reason_against(verb, date(2031, 5, 6)) == ""
    planned = make_job(**STATES["planned"])
    assert planned.reason_against(Verb.EXTEND, date(2031, 5, 31)) == "May 31, 2031 is before it opens."


# What happens


def test_a_filled_job_is_closed_at_once_and_can_be_reopened(at):
    job = make_job(closes_on=date(2031, 6, 1))
    job.fill()
    assert not job.is_open() and not Job.objects.open().exists()
    assert list(Job.objects.visible()) == [job] and not Job.objects.current().exists()
    at(NOON + DAY)
    job.reopen()
    assert job.is_open() and job.closes_on == date(2031, 6, 1) and job.open_since == NOON + DAY


def test_a_job_that_is_reopened_after_its_deadline_has_another_or_none(at):
    job = make_job(**STATES["closed"])
    job.reopen()
    assert (job.closes_on, job.state) == (None, "until_filled")
    job = make_job(**STATES["closed"])
    job.reopen(date(2031, 6, 1))
    assert (job.closes_on, job.state) == (date(2031, 6, 1), "open")


def test_extending_keeps_the_closing_time_and_opens_a_closed_job(at):
    job = make_job(opens_on=date(2031, 1, 1), closes_on=date(2031, 5, 1), closes_time=time(16))
    job.refresh_from_db()
    job.extend(date(2031, 5, 20))
    assert job.is_open() and job.closes_at == utc("2031-05-20 20:00") and job.open_since == NOON


# Confirming


def test_an_unconfirmed_job_is_doubted_after_45_days_and_listed_for_75(at):
    job = make_job(opens_on=date(2031, 1, 1))
    assert job.confirmed_at == NOON
    for instant, doubted, listed in (
        (NOON + 45 * DAY - MICROSECOND, False, True),
        (NOON + 45 * DAY, True, True),
        (NOON + 75 * DAY - MICROSECOND, True, True),
        (NOON + 75 * DAY, True, False),
    ):
        at(instant)
        assert (job.may_be_filled, job.is_open(), Job.objects.open().exists()) == (doubted, listed, listed)
        assert job.is_unlisted is not listed
    job.confirm()
    assert job.is_open() and Job.objects.open().exists() and not job.may_be_filled
    assert job.open_since == NOON


def test_cached_pages_end_when_a_job_is_doubted_and_when_it_leaves_the_lists(at):
    make_job(opens_on=date(2031, 1, 1))
    for days in (45, 75):
        change = NOON + days * DAY
        assert Job.objects.next_change(change - DAY, change) == change
        assert Job.objects.next_change(change, change + DAY) is None
    make_job(closes_on=date(2031, 6, 1))
    assert Job.objects.next_change(utc("2031-06-02 00:00"), utc("2031-06-03 00:00")) == utc("2031-06-02 04:00")
    assert Job.objects.next_change(utc("2031-05-02 00:00"), utc("2031-05-04 00:00")) is None


@pytest.mark.parametrize("change", ["publish again", "remove the deadline", "department"])
def test_opening_counts_as_a_confirmation(at, change):
    job = make_job(closes_on=date(2031, 12, 1) if change == "remove the deadline" else None)
    at(NOON + 60 * DAY)
    if change == "publish again":
        job.withdraw()
        job.reopen()
    elif change == "remove the deadline":
        job.closes_on = None
        job.save()
    else:
        job.department.unpublish()
        job.department.publish()
    job.refresh_from_db()
    assert (job.confirmed_at, job.listed_until) == (NOON + 60 * DAY, NOON + 135 * DAY)


def test_a_job_that_is_restored_is_confirmed(at):
    job = make_job()
    with change_by(make_bob(job.department)):
        job.delete()
    at(NOON + 20 * DAY)
    restore_deleted(deleted_rows(Job).get())
    assert Job.objects.get().listed_until == NOON + 95 * DAY


def test_other_edits_confirm_nothing(at):
    job = make_job()
    before = job.listed_until
    at(NOON + 50 * DAY)
    job.title = "Sergeant"
    job.save()
    job.department.time_zone = "America/Chicago"
    job.department.save()
    assert Job.objects.get().listed_until == before


def test_a_confirmation_is_no_change_of_the_text(at):
    job = make_job()
    modified = job.modified
    at(NOON + 50 * DAY)
    job.confirm()
    job.refresh_from_db()
    assert (job.modified, job.confirmed_at) == (modified, NOON + 50 * DAY)


def test_a_confirmation_counts_for_published_jobs_without_a_deadline_alone(at):
    for values in (STATES[state] for state in ("draft", "planned", "open", "closed", "filled", "withdrawn")):
        make_job(**values)
    make_job(is_sample=True)
    at(NOON + DAY)
    before = list(Job.objects.order_by("pk").values())
    assert Job.objects.confirm() == 0
    assert list(Job.objects.order_by("pk").values()) == before


@pytest.mark.any_engine
def test_deadlines_and_samples_need_no_confirmation(at):
    far = make_job(closes_on=date(2034, 1, 1))
    sample = make_job(is_sample=True)
    at(NOON + 900 * DAY)
    for job in (far, sample):
        assert job.is_open() and not job.may_be_filled
    assert Job.objects.open().count() == 2


@pytest.mark.any_engine
def test_the_samples_change_by_nothing_but_their_deadlines(monkeypatch):
    call_command("load_samples", verbosity=0)
    until_filled = Job.objects.filter(closes_on=None)
    number = until_filled.count()
    in_years = timezone.now() + timedelta(days=365 * 8)
    monkeypatch.setattr(timezone, "now", lambda: in_years)
    assert until_filled.open().count() == number == 5
    assert not any(job.may_be_filled for job in until_filled)
    assert not Job.objects.open().exclude(closes_on=None).exists()


def test_an_import_confirms_what_it_still_lists(load, at):
    department = make_department(ori="CT0015800")
    row = {"job_id": "7", "title": "Officer", "employer_ori": "CT0015800", "source": "list", "description": "Patrol."}
    other = row | {"job_id": "8", "title": "Dispatcher"}
    load(row, other)
    Job.objects.filter(external_id="8").update(status="filled", sources={})
    for job in Job.objects.filter(external_id="8"):
        job.set_source(["status"], "Editor of this site", "2031-05-06", "user:1")
        job.save()
    before = {job.external_id: job for job in Job.objects.all()}
    at(NOON + 50 * DAY)
    counts, _words = load(row, other)
    assert (counts["unchanged"], counts["updated"]) == (2, 0)
    after = {job.external_id: job for job in department.jobs.all()}
    assert after["7"].confirmed_at == NOON + 50 * DAY and after["7"].modified == before["7"].modified
    assert after["8"].status == "filled" and after["8"].confirmed_at == before["8"].confirmed_at
    at(NOON + 60 * DAY)
    load(row | {"title": "Police Officer"})
    assert Job.objects.get(external_id="7").confirmed_at == NOON + 60 * DAY
