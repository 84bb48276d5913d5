"""When a job is open, to the microsecond and in its department's time zone."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from departments.models import Department
from jobs.models import Job, with_open_jobs
from tests.factories import make_department, make_job, today, tomorrow, utc, yesterday

# Other tests cover the same code. Measuring its coverage again would only take time.
pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]

MICROSECOND = timedelta(microseconds=1)
# In 2024 the clocks of the United States went forward on March 10 and back on November 3.
SPRING, SUMMER, AUTUMN, WINTER = date(2024, 3, 10), date(2024, 7, 4), date(2024, 11, 3), date(2024, 12, 24)

STATE_OF = {
    "America/New_York": "CT",
    "America/Phoenix": "AZ",
    "Pacific/Honolulu": "HI",
    "America/Adak": "AK",
    "Pacific/Guam": "GU",
}

# A zone, a date, and the start and end of that date in UTC.
DAYS = [
    ("America/New_York", SPRING, "2024-03-10 05:00", "2024-03-11 04:00"),
    ("America/New_York", SUMMER, "2024-07-04 04:00", "2024-07-05 04:00"),
    ("America/New_York", AUTUMN, "2024-11-03 04:00", "2024-11-04 05:00"),
    ("America/New_York", WINTER, "2024-12-24 05:00", "2024-12-25 05:00"),
    ("America/Phoenix", SPRING, "2024-03-10 07:00", "2024-03-11 07:00"),
    ("America/Phoenix", SUMMER, "2024-07-04 07:00", "2024-07-05 07:00"),
    ("America/Phoenix", AUTUMN, "2024-11-03 07:00", "2024-11-04 07:00"),
    ("Pacific/Honolulu", SPRING, "2024-03-10 10:00", "2024-03-11 10:00"),
    ("Pacific/Honolulu", WINTER, "2024-12-24 10:00", "2024-12-25 10:00"),
    ("America/Adak", SPRING, "2024-03-10 10:00", "2024-03-11 09:00"),
    ("America/Adak", SUMMER, "2024-07-04 09:00", "2024-07-05 09:00"),
    ("America/Adak", AUTUMN, "2024-11-03 09:00", "2024-11-04 10:00"),
    ("Pacific/Guam", SPRING, "2024-03-09 14:00", "2024-03-10 14:00"),
    ("Pacific/Guam", WINTER, "2024-12-23 14:00", "2024-12-24 14:00"),
]


def department_in(zone, **values):
    return make_department(f"Police of {zone}", state=STATE_OF[zone], city="", time_zone=zone, **values)


def is_open(job, at):
    """Return whether the job is open. The query and the method must agree."""
    listed = Job.objects.open(at).filter(pk=job.pk).exists()
    assert Job.objects.get(pk=job.pk).is_open(at) == listed
    return listed


# The four conditions


def test_a_published_job_is_open_between_its_dates():
    job = make_job(opens_on=yesterday(), closes_on=tomorrow())
    assert list(Job.objects.open()) == [job]
    assert job.is_open()


def test_a_job_without_a_closing_date_is_open_until_its_confirmation_ends():
    job = make_job(closes_on=None)
    assert is_open(job, job.confirmed_at + timedelta(days=75) - MICROSECOND)
    assert not is_open(job, job.confirmed_at + timedelta(days=75))


@pytest.mark.parametrize("status", ["draft", "filled", "withdrawn"])
def test_an_unpublished_job_is_not_open(status):
    job = make_job(status=status)
    assert not Job.objects.open().exists()
    assert not job.is_open()


def test_a_planned_job_is_not_open():
    job = make_job(opens_on=today() + timedelta(days=2))
    assert not Job.objects.open().exists()
    assert not job.is_open()


def test_a_closed_job_is_not_open():
    job = make_job(closes_on=today() - timedelta(days=2))
    assert not Job.objects.open().exists()
    assert not job.is_open()


def test_a_job_at_a_draft_department_is_not_open():
    job = make_job(make_department(status="draft"))
    assert not Job.objects.open().exists()
    assert not job.is_open()


def test_publishing_a_department_opens_its_jobs():
    department = make_department()
    job = make_job(department)
    department.unpublish()
    assert not Job.objects.open().exists()
    department.publish()
    assert list(Job.objects.open()) == [job]


def test_publishing_and_withdrawing_open_and_close_a_job():
    job = make_job(status="draft")
    job.publish()
    assert list(Job.objects.open()) == [job]
    job.withdraw()
    assert not Job.objects.open().exists()


# Boundaries


@pytest.mark.parametrize(("zone", "day", "begins", "ends"), DAYS)
def test_a_date_without_a_time_is_a_whole_day_in_the_departments_zone(zone, day, begins, ends):
    job = make_job(department_in(zone), opens_on=day, closes_on=day)
    assert not is_open(job, utc(begins) - MICROSECOND)
    assert is_open(job, utc(begins))
    assert is_open(job, utc(ends) - MICROSECOND)
    assert not is_open(job, utc(ends))


@pytest.mark.parametrize(
    ("zone", "day", "at", "instant"),
    [
        ("America/New_York", SUMMER, time(16, 0), "2024-07-04 20:00"),
        ("America/New_York", WINTER, time(16, 0), "2024-12-24 21:00"),
        ("America/New_York", SPRING, time(1, 59), "2024-03-10 06:59"),
        ("America/New_York", SPRING, time(3, 0), "2024-03-10 07:00"),
        ("America/New_York", AUTUMN, time(0, 59), "2024-11-03 04:59"),
        ("America/New_York", AUTUMN, time(2, 0), "2024-11-03 07:00"),
        ("America/Phoenix", SUMMER, time(17, 0), "2024-07-05 00:00"),
        ("Pacific/Honolulu", SUMMER, time(23, 59), "2024-07-05 09:59"),
        ("America/Adak", SUMMER, time(12, 0), "2024-07-04 21:00"),
        ("America/Adak", WINTER, time(12, 0), "2024-12-24 22:00"),
        ("Pacific/Guam", SUMMER, time(9, 30), "2024-07-03 23:30"),
    ],
)
class TestATimeOfDay:
    def test_a_job_closes_at_that_instant_in_the_departments_zone(self, zone, day, at, instant):
        job = make_job(department_in(zone), opens_on=date(2024, 1, 1), closes_on=day, closes_time=at)
        assert is_open(job, utc(instant) - MICROSECOND)
        assert not is_open(job, utc(instant))

    def test_a_job_opens_at_that_instant_in_the_departments_zone(self, zone, day, at, instant):
        job = make_job(department_in(zone), opens_on=day, opens_time=at)
        assert not is_open(job, utc(instant) - MICROSECOND)
        assert is_open(job, utc(instant))


def test_midnight_is_a_valid_closing_time():
    job = make_job(department_in("America/New_York"), opens_on=SPRING, closes_on=SUMMER, closes_time=time(0, 0))
    assert is_open(job, utc("2024-07-04 04:00") - MICROSECOND)
    assert not is_open(job, utc("2024-07-04 04:00"))


def test_the_same_day_ends_an_hour_apart_in_neighboring_zones():
    east, west = make_department("East"), make_department("West", state="TN", city="", time_zone="America/Chicago")
    for department in (east, west):
        make_job(department, opens_on=SPRING, closes_on=SUMMER)
    names = Job.objects.open(utc("2024-07-05 04:00")).values_list("department__name", flat=True)
    assert list(names) == ["West"]


# Default opening date


@pytest.mark.parametrize("zone", ["Pacific/Guam", "Pacific/Honolulu"])
def test_the_opening_date_defaults_to_today_in_the_departments_zone(zone):
    department = department_in(zone)
    job = make_job(department, opens_on=None)
    assert job.opens_on == department.today()
    assert job.is_open()


def test_the_opening_date_defaults_to_a_past_closing_date():
    job = make_job(department_in("America/New_York"), opens_on=None, closes_on=SUMMER)
    assert job.opens_on == SUMMER
    assert is_open(job, utc("2024-07-04 12:00"))
    assert not job.is_open()


def test_saving_a_job_again_keeps_its_opening_date():
    job = make_job(opens_on=None)
    Job.objects.update(opens_on=SPRING)
    job = Job.objects.get()
    job.title = "Another title"
    job.save()
    assert job.opens_on == SPRING


# Changes of the department


def test_changing_the_departments_zone_updates_the_instants():
    department = department_in("America/New_York")
    job = make_job(department, opens_on=SPRING, closes_on=SUMMER)
    department.time_zone = "America/Phoenix"
    department.save()
    assert not is_open(job, utc("2024-03-10 07:00") - MICROSECOND)
    assert is_open(job, utc("2024-03-10 07:00"))
    assert is_open(job, utc("2024-07-05 07:00") - MICROSECOND)
    assert not is_open(job, utc("2024-07-05 07:00"))


def test_changing_the_zone_twice_updates_the_instants_twice():
    job = make_job(department_in("America/New_York"), opens_on=SPRING, closes_on=SUMMER, closes_time=time(17, 0))
    department = Department.objects.get()
    department.time_zone = "Pacific/Guam"
    department.save()
    department.time_zone = "Pacific/Honolulu"
    department.save()
    assert is_open(job, utc("2024-07-05 03:00") - MICROSECOND)
    assert not is_open(job, utc("2024-07-05 03:00"))


def test_changing_the_zone_updates_jobs_in_every_state():
    department = department_in("America/New_York")
    for status in Job.Status.values:
        make_job(department, status=status, opens_on=SPRING, closes_on=SUMMER)
    department.time_zone = "Pacific/Guam"
    department.save()
    assert set(Job.objects.values_list("opens_at", "closes_at")) == {(utc("2024-03-09 14:00"), utc("2024-07-04 14:00"))}


def test_other_changes_of_a_department_do_not_update_its_jobs():
    department = department_in("America/New_York")
    make_job(department)
    before = Job.objects.values().get()
    department.phone = "(203) 341-6100"
    department.save()
    assert Job.objects.values().get() == before


def test_search_finds_jobs_by_their_departments_new_name():
    department = department_in("America/New_York")
    job = make_job(department)
    department.name = "Quahog Police Department"
    department.save()
    assert Job.objects.matching("quahog").get() == job


# Query and method


days = st.dates(date(2024, 11, 1), date(2024, 11, 5))
minutes = st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0))


@settings(max_examples=80, deadline=None)
@example("published", "published", "America/Adak", (date(2024, 11, 3), time(1, fold=1)), None, [])
@given(
    status=st.sampled_from(Job.Status.values),
    department_status=st.sampled_from(Department.Status.values),
    zone=st.sampled_from(sorted(STATE_OF)),
    opens=st.tuples(days, minutes),
    closes=st.none() | st.tuples(days, minutes),
    instants=st.lists(
        st.datetimes(datetime(2024, 10, 31), datetime(2024, 11, 7), timezones=st.just(UTC)), min_size=1, max_size=3
    ),
)
def test_the_query_and_the_method_agree(status, department_status, zone, opens, closes, instants):
    Job.objects.all().delete()
    Department.objects.all().delete()
    job = Job(
        department=department_in(zone, status=department_status),
        title="Officer",
        status=status,
        apply_instructions="Write to us.",
        opens_on=opens[0],
        opens_time=opens[1],
        closes_on=closes and closes[0],
        closes_time=closes and closes[1],
    )
    job.derive()
    if job.closes_at is not None and job.closes_at <= job.opens_at:
        job.closes_on = job.closes_time = None
    job.save()
    # Add in UTC. Adding to a local time loses which of two equal hours it was when the clocks go back.
    boundaries = [job.opens_at, *([job.closes_at] if job.closes_at else [])]
    for boundary in (at.astimezone(UTC) for at in boundaries):
        instants += [boundary - MICROSECOND, boundary, boundary + MICROSECOND]
    for instant in instants:
        expected = (
            status == "published"
            and department_status == "published"
            and job.opens_at <= instant
            and (job.closes_at is None or instant < job.closes_at)
        )
        assert is_open(job, instant) is expected


def test_hiring_and_open_job_counts_follow_the_same_rule():
    busy, quiet, draft = make_department("Busy"), make_department("Quiet"), make_department("Draft", status="draft")
    make_job(busy)
    make_job(busy, closes_on=SUMMER, opens_on=SPRING)
    for department, values in (
        (busy, {"status": "withdrawn"}),
        (quiet, {"status": "draft"}),
        (quiet, {"opens_on": SPRING, "closes_on": SUMMER}),
        (quiet, {"opens_on": date(2099, 1, 1)}),
        (draft, {}),
    ):
        make_job(department, **values)
    departments = Department.objects.all()
    now = datetime.now(UTC)
    assert [department.name for department in departments.hiring(Job.objects.open(now))] == ["Busy"]
    assert {d.name: d.open_jobs for d in with_open_jobs(departments, now)} == {"Busy": 1, "Quiet": 0, "Draft": 0}
    independence_day = utc("2024-07-04 16:00")
    assert {d.name: d.open_jobs for d in with_open_jobs(departments, independence_day)} == {
        "Busy": 1,
        "Quiet": 1,
        "Draft": 0,
    }
    hiring = departments.hiring(Job.objects.open(independence_day))
    assert [department.name for department in hiring] == ["Busy", "Quiet"]


# Texts


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        ("America/New_York", date(2024, 12, 5), None, "December 5, 2024"),
        ("America/New_York", date(2024, 12, 5), time(16, 0), "December 5, 2024, 4:00 PM EST"),
        ("America/New_York", date(2024, 7, 4), time(16, 0), "July 4, 2024, 4:00 PM EDT"),
        ("America/Phoenix", date(2024, 7, 4), time(0, 5), "July 4, 2024, 12:05 AM MST"),
        ("Pacific/Honolulu", date(2024, 7, 4), time(12, 0), "July 4, 2024, 12:00 PM HST"),
        ("America/Adak", date(2024, 7, 4), time(23, 59), "July 4, 2024, 11:59 PM HDT"),
        ("Pacific/Guam", date(2024, 7, 4), time(9, 30), "July 4, 2024, 9:30 AM ChST"),
    ],
)
class TestWording:
    def test_the_deadline_shows_the_date_time_and_zone(self, zone, day, at, expected):
        job = make_job(department_in(zone), opens_on=date(2024, 1, 1), closes_on=day, closes_time=at)
        assert job.deadline == expected

    def test_the_opening_day_has_the_same_format(self, zone, day, at, expected):
        assert make_job(department_in(zone), opens_on=day, opens_time=at).opening_day == expected


def test_a_job_open_until_filled_has_no_deadline():
    job = make_job(closes_on=None)
    assert (job.deadline, job.days_left) == ("", None)


@pytest.mark.parametrize("days", [-3, -1, 0, 1, 7, 400])
@pytest.mark.parametrize("zone", ["Pacific/Guam", "Pacific/Honolulu"])
def test_the_days_left_are_counted_in_the_departments_zone(zone, days):
    # When it is noon in Connecticut, it is tomorrow on Guam. In the evening there, UTC already has the next day.
    department = department_in(zone)
    day = department.today() + timedelta(days=days)
    job = make_job(department, opens_on=date(2020, 1, 1), closes_on=day)
    assert job.days_left == days


def test_it_knows_planned_and_closed_jobs():
    planned = make_job(opens_on=today() + timedelta(days=3), closes_on=today() + timedelta(days=9))
    over = make_job(closes_on=today() - timedelta(days=3))
    running = make_job(closes_on=today() + timedelta(days=3))
    drafted = make_job(status="draft", opens_on=today() + timedelta(days=3))
    assert [job.is_upcoming for job in (planned, over, running, drafted)] == [True, False, False, False]
    assert [job.has_closed for job in (planned, over, running, drafted)] == [False, True, False, False]


def test_open_takes_any_instant_and_defaults_to_now():
    past = make_job(title="Past", opens_on=SPRING - timedelta(days=400), closes_on=SPRING - timedelta(days=300))
    then = utc("2023-03-01 12:00")
    assert list(Job.objects.open(then)) == [past]
    assert list(past.department.jobs.open(then)) == [past]
    assert not past.department.jobs.open().exists()
