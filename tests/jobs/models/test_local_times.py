"""Local times that the clocks of a department skip or repeat."""

from datetime import date, datetime, time

import pytest
from icalendar import Calendar

from jobs.models import Job
from jobs.structured_data import valid_through
from tests.factories import make_department, make_job, make_step, text_of, utc
from tests.jobs.imports.rows import counts, post

pytestmark = pytest.mark.django_db


# The clocks of New York skip 2:30 AM on the first day and repeat 1:30 AM on the second. Those of Phoenix do neither.
SPRING, AUTUMN = date(2090, 3, 12), date(2090, 11, 5)
WITHIN_THE_SKIPPED_HOUR = [
    (time(2, 30), time(3, 15), "2090-03-12 07:00", "2090-03-12 07:15"),
    (time(1, 59), time(2, 30), "2090-03-12 06:59", "2090-03-12 07:00"),
    (time(2, 15), time(2, 45), "2090-03-12 07:00", "2090-03-12 07:00"),
]


@pytest.mark.parametrize(("opens", "closes", "opens_at", "closes_at"), WITHIN_THE_SKIPPED_HOUR)
def test_a_department_can_move_to_a_zone_that_skips_a_time(client, opens, closes, opens_at, closes_at):
    department = make_department(state="AZ", city="", time_zone="America/Phoenix")
    times = {"opens_on": SPRING, "opens_time": opens, "closes_on": SPRING, "closes_time": closes}
    job = make_job(department, **times)
    department.time_zone = "America/New_York"
    department.save()
    job = Job.objects.get()
    assert (job.opens_at, job.closes_at) == (utc(opens_at), utc(closes_at))
    job.save()


def test_every_page_shows_a_skipped_or_repeated_time_as_the_same_instant(client):
    """Forms refuse these times. Only a department that changes its zone can have them."""
    department = make_department()
    for day, at, shown, instant in (
        (SPRING, time(2, 30), "March 12, 2090, 3:00 AM EDT", "2090-03-12 07:00"),
        (AUTUMN, time(1, 30), "November 5, 2090, 1:30 AM EDT", "2090-11-05 05:30"),
    ):
        job = make_job(department, closes_on=day, closes_time=at)
        step = make_step(job, date=day, time=at)
        assert (job.closes_at, job.deadline, step.when) == (utc(instant), shown, shown)
        assert f"Closes: {shown}" in text_of(client.get(job.get_absolute_url()))
        assert datetime.fromisoformat(valid_through(job)) == utc(instant)
        calendar = Calendar.from_ical(client.get(f"{job.get_absolute_url()}calendar/").content)
        assert [event["DTSTART"].dt for event in calendar.events][1:] == [utc(instant)] * 2


@pytest.mark.parametrize("column", ["posting_date", "post_until"])
@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("3/12/2090 2:30 AM", "2:30 AM does not exist on March 12, 2090 in New York time, because clocks move ahead."),
        ("2090-11-05T01:30:00", "1:30 AM comes twice on November 5, 2090 in New York time, because clocks move back."),
        ("2090-11-05T06:30:00Z", "1:30 AM comes twice on November 5, 2090 in New York time, because clocks move back."),
    ],
)
def test_an_import_rejects_the_row_with_the_same_message(load, nypd, column, cell, message):
    numbers, words = load(post(**{column: cell}), post(job_id="2"))
    assert numbers == counts(read=2, created=1, rejected=1)
    assert f"{column}: {message}" in words


@pytest.mark.parametrize(
    ("opens", "closes"),
    [
        ("2090-03-12 02:30", "2090-03-12 03:15"),
        ("2090-03-12 03:15", "2090-03-12 02:30"),
        ("2090-11-05 01:50", "2090-11-05 01:10"),
        ("2090-11-05 01:30", "2090-11-05 01:30"),
        ("2090-11-05 00:59", "2090-11-05 02:00"),
    ],
)
def test_no_pair_of_times_ends_an_import(load, nypd, opens, closes):
    numbers, _words = load(post(posting_date=opens, post_until=closes), post(job_id="2"))
    assert numbers["created"] + numbers["rejected"] == 2
    assert Job.objects.filter(external_id="2").exists()


def test_an_import_reads_times_in_the_zone_of_the_rows_department(load, nypd):
    phoenix = make_department("Phoenix Police", state="AZ", city="Phoenix", ori="AZ0072300")
    load(post(employer_ori=phoenix.ori, post_until="2090-03-12 02:30"))
    assert phoenix.jobs.get().closes_at == utc("2090-03-12 09:30")
