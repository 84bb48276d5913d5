"""Calendars (iCalendar, RFC 5545) of openings: when they open and close, and when the tests are.

Those of any search and of a department, to subscribe to, and that of one opening, to add to one's own.
"""

from bisect import bisect
from calendar import monthcalendar
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vDuration, vRecur, vText

from departments.models import Department
from policeapp.limits import searching
from policeapp.public import public_page

from . import following
from .following import FollowedSearchForm, printable
from .models import HiringStep, Job

MOST = 100  # openings
CONTENT_TYPE = "text/calendar; charset=utf-8"
# How often a program should look for changes.
REFRESHED = timedelta(hours=6)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# Versions of an event are numbered by the seconds since then: those since 1970 are soon too large for SEQUENCE.
NUMBERED_FROM = datetime(2020, 1, 1, tzinfo=UTC)


class Entry(NamedTuple):
    """Something that is on a day in a department's time zone: at a time, or all day where none is stated.

    ``name`` is its own in all calendars for good; ``page`` is whose page tells more.
    """

    name: str
    title: str
    day: date
    time: time | None
    department: Department
    changed: datetime
    page: Department | Job
    note: str = ""
    place: str = ""


@public_page(*FollowedSearchForm.base_fields)
@require_safe
@searching
def search_calendar(request):
    """The dates of the openings that the query string of the search asks for, the first to close first.

    400 and a sentence where the query is wrong.
    """
    form = FollowedSearchForm(request.GET, "closing")
    jobs = form.first(MOST)
    if form.errors:
        return following.refused(form)
    return _answer(request, reverse("jobs calendar") + form.query, form.in_words(), jobs, following.start_of_today())


@public_page()
@require_safe
def department_calendar(request, state, slug):
    """The dates of a department's openings; its former address leads to the present one."""
    department = following.department_at(state, slug)
    if (department.state, department.slug) != (state, slug):
        return redirect("department calendar", department.state, department.slug, permanent=True)
    jobs = list(department.jobs.open().real().by_deadline()[:MOST])
    path = reverse("department calendar", args=[state, slug])
    title = _("Openings at %(department)s") % {"department": department.name}
    return _answer(request, path, title, jobs, department.modified)


@public_page()
@require_safe
def job_calendar(request, pk, slug):
    """The dates of one opening that is or was open; like its page, that of a withdrawn one answers 410."""
    # As everybody sees it, for the answer may be kept for everybody.
    seen = Job.objects.visible_to(AnonymousUser()).real()
    job = get_object_or_404(seen.with_department(), pk=pk)
    if slug != job.slug:
        return redirect("job calendar", pk, job.slug, permanent=True)
    if job.status == Job.Status.WITHDRAWN:
        said = _("This opening has been withdrawn.")
        return HttpResponse(f"{said}\n", status=410, content_type="text/plain; charset=utf-8")
    return _answer(request, reverse("job calendar", args=[pk, slug]), job.title, [job], job.modified)


def _answer(request, path, name, jobs, empty_since):
    """The calendar at the path."""
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//PoliceApp//Openings//EN")
    # RFC 7986, and what programs understood before it.
    for key in ("NAME", "X-WR-CALNAME"):
        calendar.add(key, vText(printable(name)))
    calendar.add("REFRESH-INTERVAL", REFRESHED, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", vDuration(REFRESHED))
    calendar.add("SOURCE", request.build_absolute_uri(path), parameters={"VALUE": "URI"})
    events = [_event(request, entry) for entry in _entries(jobs)]
    moments = [start for event in events if isinstance(start := event["DTSTART"].dt, datetime)]
    for zone in sorted({moment.tzinfo.key for moment in moments}):
        calendar.add_component(time_zone(zone, max(moments).year, min(moments).year))
    for event in events:
        calendar.add_component(event)
    if not calendar.subcomponents:
        # A calendar has at least one component.
        calendar.add_component(time_zone("America/New_York", empty_since.year, empty_since.year))
    changed = max((following.changed_at(job) for job in jobs), default=empty_since)
    response = following.answer(calendar.to_ical(), CONTENT_TYPE, changed)
    response["Content-Disposition"] = 'inline; filename="openings.ics"'
    return response


def _entries(jobs):
    """What of the openings stands on a day."""
    for job in jobs:
        name, changed = f"opening-{job.pk}", following.changed_at(job)
        about = {"opening": f"{job.title}, {job.department.name}"}
        said = ", ".join(filter(None, (str(job.get_kind_display()), job.department.town, job.pay)))
        opens, closes = _("Opens: %(opening)s") % about, _("Closes: %(opening)s") % about
        yield Entry(f"{name}-opens", opens, job.opens_on, job.opens_time, job.department, changed, job, said)
        if job.closes_on:
            yield Entry(f"{name}-closes", closes, job.closes_on, job.closes_time, job.department, changed, job, said)
    # A department's own are those of all its openings, and come once.
    steps = {step.pk: step for roadmap in HiringStep.objects.of(jobs).values() for step in roadmap if step.date}
    for step in steps.values():
        department, page = step.employer, step.job or step.department
        whose, changed = department.name, department.modified
        if step.job:
            whose, changed = f"{step.job.title}, {department.name}", following.changed_at(step.job)
        name, title = f"step-{step.pk}", f"{step}: {whose}"
        yield Entry(name, title, step.date, step.time, department, changed, page, step.note, step.place)


def _event(request, entry):
    """The VEVENT of an entry; it is the same in every calendar that has it."""
    event = Event()
    event.add("UID", f"{entry.name}@{following.host(request)}")
    # Without a METHOD it is the time of the last change, too.
    event.add("DTSTAMP", entry.changed)
    event.add("LAST-MODIFIED", entry.changed)
    event.add("SEQUENCE", int((entry.changed - NUMBERED_FROM).total_seconds()))
    if entry.time:
        # Nobody says how long it takes: it ends as it begins.
        event.add("DTSTART", datetime.combine(entry.day, entry.time, entry.department.zone))
    else:
        event.add("DTSTART", entry.day)
        event.add("DTEND", entry.day + DAY)
    # It keeps nobody busy.
    event.add("TRANSP", "TRANSPARENT")
    event.add("SUMMARY", printable(entry.title))
    if entry.place:
        event.add("LOCATION", printable(entry.place))
    url = request.build_absolute_uri(entry.page.get_absolute_url())
    event.add("URL", url)
    # Some programs show no URL.
    event.add("DESCRIPTION", printable("\n".join(filter(None, (entry.note, url)))))
    return event


@lru_cache(maxsize=200)
def time_zone(name, year, since):
    """The VTIMEZONE of a zone by the rule that its clocks keep in a year, for all times since (the year of) another.

    As a rule, since some programs don't read the lists of days that libraries write. What is long past may be an hour
    off where the rule has changed meanwhile.
    """
    zone, found = ZoneInfo(name), Timezone()
    found.add("TZID", name)
    changes = list(_changes(zone, year))
    for moment in changes or [datetime(since - 1, 1, 1, tzinfo=UTC)]:
        before, after = (moment - MINUTE).astimezone(zone), moment.astimezone(zone)
        part = TimezoneDaylight() if after.dst() else TimezoneStandard()
        onset = moment.replace(tzinfo=None) + before.utcoffset()
        if changes:
            days = _days(onset.year, onset.month, onset.weekday())
            week = -1 if onset.day == days[-1] else days.index(onset.day) + 1
            part.add("RRULE", vRecur(FREQ="YEARLY", BYMONTH=onset.month, BYDAY=f"{week}{WEEKDAYS[onset.weekday()]}"))
            days = _days(since - 1, onset.month, onset.weekday())
            onset = onset.replace(year=since - 1, day=days[week if week < 0 else week - 1])
        part.add("DTSTART", onset)
        part.add("TZOFFSETFROM", before.utcoffset())
        part.add("TZOFFSETTO", after.utcoffset())
        part.add("TZNAME", after.tzname())
        found.add_component(part)
    return found


def _days(year, month, weekday):
    """The days of the month that are Mondays (0), Tuesdays ..."""
    return [week[weekday] for week in monthcalendar(year, month) if week[weekday]]


def _changes(zone, year):
    """The instants (UTC, to the minute) of the year at which the clocks of a zone are changed."""
    days = [datetime(year, 1, 1, tzinfo=UTC) + number * DAY for number in range(366)]
    for begin, end in pairwise(days):
        before = begin.astimezone(zone).utcoffset()
        if end.astimezone(zone).utcoffset() != before:
            minutes = [begin + number * MINUTE for number in range(1, 24 * 60 + 1)]
            yield minutes[bisect(minutes, False, key=lambda at: at.astimezone(zone).utcoffset() != before)]
