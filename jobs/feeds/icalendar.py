"""Calendars (iCalendar, RFC 5545) of openings: when they open and close, and when the tests are.

Those of any search and of a department, to subscribe to, and that of one opening, to add to one's own.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event, Timezone, vDuration, vText

from departments.models import Department
from policeapp.limits import searching
from policeapp.public import public_page

from ..models import HiringStep, Job
from . import responses as following
from .responses import FollowedSearchForm, printable

MOST = 100  # openings
CONTENT_TYPE = "text/calendar; charset=utf-8"
# How often a program should look for changes.
REFRESHED = timedelta(hours=6)
DAY = timedelta(days=1)
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
    for entry in _entries(jobs):
        calendar.add_component(_event(request, entry))
    if not calendar.subcomponents:
        # RFC 5545, section 3.6: a calendar has at least one component.
        calendar.add_component(Timezone.from_tzid("UTC"))
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
        # Without an end, because nobody knows how long it takes; in UTC, which needs no rules of time zones.
        event.add("DTSTART", datetime.combine(entry.day, entry.time, entry.department.zone).astimezone(UTC))
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
