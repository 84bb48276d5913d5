"""Calendars: their entries and dates, and the rules of RFC 5545."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from jobs.models import Job
from tests.factories import make_department, make_job, make_step, text_of, today, tomorrow, yesterday

pytestmark = pytest.mark.django_db

HOSTILE = 'Größe, 警察; \\ "q": 👮🏽 \a\x1b\v\ufffe\nBEGIN:VEVENT ' + "long " * 30


def calendar_of(client, url="/jobs/calendar/", **parameters):
    response = client.get(url, parameters)
    assert response.status_code == 200, response.content
    return Calendar.from_ical(response.content)


def own_calendar(client, job):
    return calendar_of(client, f"{job.get_absolute_url()}calendar/")


def days(calendar):
    """Return ``{title: date, or instant in the zone}``, without the names of departments."""
    found = [(str(event["SUMMARY"]).removesuffix(", Westport Police Department"), event) for event in calendar.events]
    assert len(found) == len(dict(found))
    return {summary: event["DTSTART"].dt for summary, event in found}


# Entries


def test_a_calendar_has_the_opening_and_closing_dates(client, westport_police):
    job = make_job(westport_police, closes_on=tomorrow(westport_police))
    assert days(own_calendar(client, job)) == {
        "Opens: Police Officer": job.opens_on,
        "Closes: Police Officer": job.closes_on,
    }


def test_times_are_in_the_departments_time_zone(client):
    department = make_department("Honolulu Police Department", state="HI", city="Honolulu")
    job = make_job(department, opens_time=time(8), closes_on=tomorrow(department), closes_time=time(16, 30))
    opens, closes = own_calendar(client, job).events
    assert opens["DTSTART"].to_ical() == f"{job.opens_on:%Y%m%d}T180000Z".encode()
    assert closes["DTSTART"].to_ical() == f"{job.closes_on + timedelta(days=1):%Y%m%d}T023000Z".encode()
    assert closes["DTSTART"].dt == job.closes_at


def test_a_job_open_until_filled_has_no_closing_date(client, westport_police):
    assert list(days(own_calendar(client, make_job(westport_police)))) == ["Opens: Police Officer"]


def test_an_event_describes_its_job_and_links_to_it(client, westport_police):
    job = make_job(westport_police, pay_min=60_000)
    [event] = own_calendar(client, job).events
    page = f"https://police.example.org{job.get_absolute_url()}"
    assert event["SUMMARY"] == "Opens: Police Officer, Westport Police Department"
    assert event["URL"] == page
    assert event["DESCRIPTION"] == f"Entry-level officer, Westport, CT, from $60,000 a year\n{page}"


def test_a_calendar_has_the_departments_hiring_steps_with_their_places(client, westport_police):
    job = make_job(westport_police)
    make_step(westport_police, date=date(2090, 6, 1), time=time(9), place="Town Hall, room 5", note="Bring a pencil.")
    make_step(westport_police, "oral_board", date=date(2090, 7, 1), name="Chief's interview")
    make_step(westport_police, "academy", weeks=26)
    calendar = own_calendar(client, job)
    new_york = ZoneInfo("America/New_York")
    assert days(calendar) == {
        "Opens: Police Officer": job.opens_on,
        "Written test: Westport Police Department": datetime(2090, 6, 1, 9, tzinfo=new_york),
        "Chief's interview: Westport Police Department": date(2090, 7, 1),
    }
    test = calendar.events[1]
    assert test["LOCATION"] == "Town Hall, room 5"
    assert test["DESCRIPTION"].splitlines() == ["Bring a pencil.", test["URL"]]
    assert test["URL"] == f"https://police.example.org{westport_police.get_absolute_url()}"


def test_a_jobs_own_hiring_steps_replace_its_departments(client, westport_police):
    job = make_job(westport_police, title="Sergeant")
    make_step(westport_police, date=date(2090, 6, 1))
    make_step(job, "oral_board", date=date(2090, 7, 1))
    own = {"Oral board: Sergeant": date(2090, 7, 1)}
    assert days(own_calendar(client, job)) == {"Opens: Sergeant": job.opens_on} | own

    # Another job of the department has the department's steps.
    other = make_job(westport_police)
    assert days(calendar_of(client)) == own | {
        "Opens: Sergeant": job.opens_on,
        "Opens: Police Officer": other.opens_on,
        "Written test: Westport Police Department": date(2090, 6, 1),
    }


def test_hiring_steps_without_dates_replace_the_departments_too(client, westport_police):
    job = make_job(westport_police)
    make_step(westport_police, date=date(2090, 6, 1))
    make_step(job, "oral_board")
    assert list(days(own_calendar(client, job))) == ["Opens: Police Officer"]


def test_a_hiring_step_has_the_same_id_in_every_calendar(client, westport_police):
    jobs = [make_job(westport_police), make_job(westport_police, title="Sergeant")]
    make_step(westport_police, date=date(2090, 6, 1))
    make_step(make_department("Elsewhere"), date=date(2090, 6, 1))
    urls = ["/jobs/calendar/", f"{westport_police.get_absolute_url()}calendar/"]
    urls += [f"{job.get_absolute_url()}calendar/" for job in jobs]
    found = [
        event.to_ical() for url in urls for event in calendar_of(client, url).events if "Written" in event["SUMMARY"]
    ]
    assert len(found) == len(urls)
    assert len(set(found)) == 1


def test_an_event_keeps_its_id_and_its_sequence_grows(client, westport_police):
    job = make_job(westport_police, closes_on=tomorrow())
    before = own_calendar(client, job).events
    Job.objects.update(modified=job.modified + timedelta(minutes=1), title="Sergeant", slug="sergeant")
    job.refresh_from_db()
    after = own_calendar(client, job).events
    assert [event["UID"] for event in after] == [event["UID"] for event in before]
    uids = [f"opening-{job.pk}-{what}@police.example.org" for what in ("opens", "closes")]
    assert [event["UID"] for event in before] == uids
    for old, new in zip(before, after, strict=True):
        assert new["SEQUENCE"] == old["SEQUENCE"] + 60
        assert new["DTSTAMP"].dt == new["LAST-MODIFIED"].dt == job.modified.replace(microsecond=0)


def test_an_events_id_does_not_depend_on_the_host_of_the_request(client, westport_police):
    url = f"{make_job(westport_police).get_absolute_url()}calendar/"
    calendars = [client.get(url, headers={"host": host}).content for host in ("testserver", "localhost:1")]
    assert calendars[0] == calendars[1] and b"localhost" not in calendars[0]


# Jobs in the calendar


def test_the_calendar_of_a_search_starts_with_the_earliest_closing_date(client, places, westport_police):
    near = make_department("Norwalk Police Department", at=(41.1177, -73.4082))
    make_job(near, title="Later", closes_on=today() + timedelta(days=9))
    make_job(near, title="Sooner", closes_on=tomorrow())
    make_job(near, title="Closed", closes_on=yesterday())
    make_job(near, title="Invented", is_sample=True)
    make_job(near, title="Withdrawn", status=Job.Status.WITHDRAWN)
    make_job(make_department("Far", at=(61.2, -149.9)), title="Far")
    make_job(near, title="Clerk", kind="civilian")
    calendar = calendar_of(client, near="06880", kind="entry_level")
    assert [str(event["SUMMARY"]).partition(", ")[0] for event in calendar.events] == [
        "Opens: Sooner",
        "Closes: Sooner",
        "Opens: Later",
        "Closes: Later",
    ]
    for name in ("NAME", "X-WR-CALNAME"):
        assert calendar[name].to_ical() == rb"Entry-level jobs within 25 miles of Westport\, CT 06880"


def test_a_departments_calendar_has_only_its_own_jobs(client, westport_police):
    make_job(westport_police)
    make_job(title="Elsewhere")
    calendar = calendar_of(client, f"{westport_police.get_absolute_url()}calendar/")
    assert list(days(calendar)) == ["Opens: Police Officer"]
    assert calendar.calendar_name == "Jobs at Westport Police Department"


def test_a_calendar_has_at_most_a_hundred_jobs(client, westport_police):
    job = make_job(westport_police)
    Job.objects.bulk_create(_like(job) for _ in range(101))
    assert len(calendar_of(client).events) == 100
    assert len(calendar_of(client, f"{westport_police.get_absolute_url()}calendar/").events) == 100


def _like(job):
    fields = {field.attname: getattr(job, field.attname) for field in Job._meta.concrete_fields if not field.generated}
    return Job(**fields | {"id": None})


def test_a_closed_job_still_has_a_calendar_with_its_hiring_steps(client, westport_police):
    job = make_job(westport_police, closes_on=yesterday())
    make_step(westport_police, date=date(2090, 6, 1))
    assert date(2090, 6, 1) in days(own_calendar(client, job)).values()
    assert days(calendar_of(client)) == {}


def test_a_withdrawn_job_answers_410(client, westport_police):
    job = make_job(westport_police, status=Job.Status.WITHDRAWN)
    response = client.get(f"{job.get_absolute_url()}calendar/")
    assert response.status_code == 410
    assert response.content.decode() == "This job has been withdrawn.\n"


@pytest.mark.parametrize(
    "values",
    [{"status": "draft"}, {"opens_on": date(2090, 1, 1)}, {"is_sample": True}],
    ids=["draft", "planned", "sample"],
)
def test_hidden_and_sample_jobs_have_no_calendar(client, alice, westport_police, values):
    url = f"{make_job(westport_police, **values).get_absolute_url()}calendar/"
    assert [visitor.get(url).status_code for visitor in (client, alice)] == [404, 404]


def test_a_wrong_slug_redirects_to_the_current_one(client, westport_police):
    job = make_job(westport_police)
    response = client.get(f"/jobs/{job.pk}-before/calendar/")
    assert (response.status_code, response["Location"]) == (301, f"{job.get_absolute_url()}calendar/")


def test_only_an_open_job_links_to_its_calendar(client, westport_police):
    for values, there in (({}, True), ({"closes_on": yesterday()}, False), ({"is_sample": True}, False)):
        job = make_job(westport_police, **values)
        page = client.get(job.get_absolute_url())
        assert ("Add to calendar" in text_of(page)) == there
        assert (f'href="{job.get_absolute_url()}calendar/"' in page.content.decode()) == there


# RFC 5545


def lines(content):
    """Return the content lines, unfolded."""
    return re.sub(rb"\r\n[ \t]", b"", content).decode().split("\r\n")[:-1]


def inside(content, component):
    """Return the lines of each component of this type."""
    return re.findall(rf"BEGIN:{component}\n(.*?)END:{component}", "\n".join(lines(content)), re.S)


def values(text, name):
    return re.findall(rf"^{name}[;:](?:[^:\n]*:)?(.*)$", text, re.M)


def has_one(*names):
    return lambda events: all(len(values(event, name)) == 1 for event in events for name in names)


OF_FILE = {
    "3.1 lines end with CRLF": lambda content: (
        content.endswith(b"\r\n") and not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
    ),
    "3.1 lines have at most 75 octets": lambda content: max(map(len, content.split(b"\r\n"))) <= 75,
    "3.1 no line is cut within a letter": lambda content: all(line.decode() for line in content.split(b"\r\n")[:-1]),
    "3.1.4 it is UTF-8": lambda content: content.decode("utf-8"),
    "3.3.11 no control characters": lambda content: (
        not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", content.decode())
    ),
    "3.4 is one calendar": lambda content: (
        (lines(content)[0], lines(content)[-1], content.count(b"BEGIN:VCALENDAR"))
        == ("BEGIN:VCALENDAR", "END:VCALENDAR", 1)
    ),
    "3.6 has at least one component": lambda content: content.count(b"BEGIN:V") > 1,
    "3.6 has one PRODID and one VERSION": lambda content: (
        (
            lines(content).count("VERSION:2.0"),
            lines(content).count("PRODID:-//PoliceApp//Openings//EN"),
        )
        == (1, 1)
    ),
    "3.6.1 asks nobody to come": lambda content: not re.search(rb"^(METHOD|ORGANIZER|ATTENDEE)", content, re.M),
    "7986 5.1 has a name": lambda content: values("\n".join(lines(content)), "NAME") != [],
    "7986 5.7 says how often to ask again": lambda content: (
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H" in lines(content) and "X-PUBLISHED-TTL:PT6H" in lines(content)
    ),
    "7986 5.8 says where it comes from": lambda content: any(
        line.startswith("SOURCE;VALUE=URI:https://police.example.org/") for line in lines(content)
    ),
}
OF_EVENTS = {
    "3.6.1 each has one of these": has_one("UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE", "LAST-MODIFIED", "URL"),
    "3.8.4.7 UIDs are unique": lambda events: len({values(event, "UID")[0] for event in events}) == len(events),
    "3.8.7.2 DTSTAMP is in UTC": lambda events: all(
        re.fullmatch(r"\d{8}T\d{6}Z", values(event, "DTSTAMP")[0]) for event in events
    ),
    "3.8.7.4 SEQUENCE is a number that fits": lambda events: all(
        0 <= int(values(event, "SEQUENCE")[0]) < 2**31 for event in events
    ),
    "3.8.2.4 a start is a day, or a time in UTC": lambda events: all(
        re.search(r"^DTSTART(;VALUE=DATE:\d{8}|:\d{8}T\d{6}Z)$", event, re.M) for event in events
    ),
    "3.6.1 a day ends with the next, a moment at once": lambda events: all(
        ("DTEND;VALUE=DATE:" in event) == ("DTSTART;VALUE=DATE:" in event) == ("DTEND" in event) for event in events
    ),
    "3.8.2.7 it keeps nobody busy": lambda events: all("TRANSP:TRANSPARENT\n" in event for event in events),
    "3.3.11 commas, semicolons and backslashes are escaped": lambda events: (
        not [
            text
            for event in events
            for name in ("SUMMARY", "DESCRIPTION", "LOCATION")
            for text in values(event, name)
            if re.search(r"(?<!\\)[,;]|\\[^\\,;nN]", text.replace("\\\\", ""))
        ]
    ),
}


@pytest.mark.parametrize("url", ["/jobs/calendar/", "/jobs/calendar/?q=officer", "department", "opening"])
def test_a_calendar_is_valid_by_rfc_5545(client, westport_police, url):
    job = make_job(westport_police, title=HOSTILE[:200], closes_on=tomorrow(), closes_time=time(17))
    url = {
        "department": f"{westport_police.get_absolute_url()}calendar/",
        "opening": f"{job.get_absolute_url()}calendar/",
    }.get(url, url)
    make_step(job, name=HOSTILE[:120], note=HOSTILE, place=HOSTILE[:200], date=date(2090, 6, 1), time=time(9))
    make_step(job, "other", date=date(2090, 6, 1))
    content = client.get(url).content
    assert [rule for rule, check in OF_FILE.items() if not check(content)] == []
    events = inside(content, "VEVENT")
    assert len(events) == 4
    assert [rule for rule, check in OF_EVENTS.items() if not check(events)] == []


def test_texts_are_unchanged_except_for_forbidden_characters(client, westport_police):
    job = make_job(westport_police, title=HOSTILE[:60])
    step = make_step(job, note=HOSTILE, place=HOSTILE[:100], date=date(2090, 6, 1))
    clean = str.maketrans("", "", "\a\x1b\v\ufffe")
    opens, test = own_calendar(client, job).events
    assert str(opens["SUMMARY"]) == f"Opens: {job.title}, Westport Police Department".translate(clean)
    assert str(test["LOCATION"]) == step.place.translate(clean)
    assert str(test["DESCRIPTION"]).startswith(step.note.translate(clean))


def test_an_empty_calendar_is_valid_too(client, westport_police):
    for url in ("/jobs/calendar/", f"{westport_police.get_absolute_url()}calendar/"):
        content = client.get(url).content
        assert [rule for rule, check in OF_FILE.items() if not check(content)] == []
        assert calendar_of(client, url).events == []


def test_a_calendar_has_a_file_name_ending_in_ics(client, db):
    assert client.get("/jobs/calendar/")["Content-Disposition"] == 'inline; filename="openings.ics"'


# Times


@pytest.mark.parametrize(
    ("day", "at"),
    [
        (date(2090, 3, 12), time(1, 59)),
        (date(2090, 3, 12), time(2, 30)),  # skipped by the clocks
        (date(2090, 3, 12), time(3)),
        (date(2090, 11, 5), time(0, 59)),
        (date(2090, 11, 5), time(1, 30)),  # occurs twice
        (date(2090, 11, 5), time(2)),
        (date(2090, 7, 1), time(17)),
        (date(2090, 1, 1), time(0)),
    ],
)
def test_a_closing_time_is_the_instant_when_the_job_closes(client, westport_police, day, at):
    job = make_job(westport_police, closes_on=day, closes_time=at)
    closes = own_calendar(client, job).events[1]["DTSTART"]
    assert closes.dt == job.closes_at.astimezone(UTC)
    assert closes.dt.utcoffset() == timedelta()


@pytest.mark.parametrize("closes_time", [None, time(12)])
def test_times_need_no_time_zone_rules(client, westport_police, closes_time):
    make_job(westport_police, closes_on=tomorrow(), closes_time=closes_time)
    assert b"TZID" not in client.get("/jobs/calendar/").content
