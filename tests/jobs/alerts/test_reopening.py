"""Subscribers hear of an opening once each time it opens to the public."""

from datetime import timedelta

import pytest

from departments.models import Department
from jobs.models import Job
from tests.factories import make_alert, make_job, today

from .sending import send, send_and_fail, titles_in

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def job(clock):
    """An opening that is new to an alert."""
    make_alert()
    clock(hours=1)
    return make_job(title="Patrol Officer", opens_on=today())


@pytest.fixture
def sent(smtp, clock):
    """``sent()`` lets a day pass and returns the titles in the digests of the run."""

    def run():
        clock(days=1)
        smtp.messages.clear()
        send()
        return [titles_in(message) for message in smtp.messages]

    return run


def change(**values):
    job = Job.objects.get()
    for name, value in values.items():
        setattr(job, name, value)
    job.save()


def withdraw():
    Job.objects.get().withdraw()


def make_draft():
    change(status="draft")


def close():
    change(opens_on=today() - 9 * DAY, closes_on=today() - 2 * DAY)


def unpublish_department():
    Department.objects.get().unpublish()


def open_again():
    Department.objects.get().publish()
    change(status="published", closes_on=today() + 99 * DAY)


ENDS = [withdraw, make_draft, close, unpublish_department]


@pytest.mark.parametrize("end", ENDS)
def test_an_opening_that_opens_again_is_announced_once_more(job, sent, clock, end):
    assert sent() == [["Patrol Officer"]]
    end()
    assert sent() == []
    open_again()
    assert sent() == [["Patrol Officer"]]
    change(title="Patrol Captain")
    assert sent() == sent() == []


@pytest.mark.parametrize("end", ENDS)
def test_an_opening_that_leaves_while_its_message_waits_is_announced_when_it_opens_again(job, sent, smtp, clock, end):
    smtp.stop()
    clock(days=1)
    send_and_fail()
    end()
    smtp.start()
    assert sent() == []
    open_again()
    assert sent() == [["Patrol Officer"]]
    assert sent() == []


@pytest.mark.parametrize("end", ENDS)
def test_an_opening_that_leaves_and_opens_again_while_its_message_waits_is_announced_once(job, sent, smtp, clock, end):
    smtp.stop()
    clock(days=1)
    send_and_fail()
    end()
    clock(hours=1)
    open_again()
    smtp.start()
    assert sent() == [["Patrol Officer"]]
    assert sent() == []


def test_an_opening_that_is_extended_before_it_closes_is_not_announced_again(job, sent):
    change(closes_on=today() + 30 * DAY)
    assert sent() == [["Patrol Officer"]]
    change(closes_on=today() + 60 * DAY)
    assert sent() == []


def test_a_postponed_opening_is_announced_when_it_opens(job, sent, clock):
    assert sent() == [["Patrol Officer"]]
    change(opens_on=today() + 9 * DAY)
    assert sent() == []
    clock(days=12)
    assert sent() == [["Patrol Officer"]]


def test_each_alert_of_a_subscriber_announces_another_time(sent, clock):
    """Two alerts match: the first announces each time, and the second never repeats it."""
    make_alert(kind="entry_level")
    make_alert(q="patrol")
    clock(hours=1)
    make_job(title="Patrol Officer", kind="entry_level")
    for _time in range(3):
        assert sent() == [["Patrol Officer"]]
        withdraw()
        open_again()
