"""Calendars (iCalendar, RFC 5545) with the opening and closing dates of openings and the dates of hiring steps.

Visitors subscribe to the calendar of a search or a department, and add the calendar of one opening to their own.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event, Timezone, vDuration, vText

from departments.models import Department
from departments.times import instant
from policeapp.caching.decorators import public_page
from policeapp.web.routes import absolute_url, site_host

from ..models import HiringStep, Job
from .forms import FeedSearchForm
from .responses import (
    document_response,
    get_department_or_404,
    last_modified,
    search_error_response,
    start_of_today,
    strip_unprintable,
)

MAX_JOBS = 100
CONTENT_TYPE = "text/calendar; charset=utf-8"
# How often calendar apps should check for changes.
REFRESH_INTERVAL = timedelta(hours=6)
DAY = timedelta(days=1)
# SEQUENCE counts the seconds since this date. The seconds since 1970 will soon exceed its limit.
SEQUENCE_START = datetime(2020, 1, 1, tzinfo=UTC)


class Entry(NamedTuple):
    """A calendar entry on a day in the department's time zone: at ``time``, or all day if it is None.

    ``uid`` never changes and is the same in every calendar; ``page`` is the object whose page the entry links to.
    """

    uid: str
    title: str
    day: date
    time: time | None
    department: Department
    changed: datetime
    page: Department | Job
    note: str = ""
    location: str = ""


@public_page(*FeedSearchForm.base_fields)
@require_safe
def search_calendar(request):
    """The dates of the openings that match the query string of a search, earliest closing date first.

    400 with a message if the query string is invalid.
    """
    form = FeedSearchForm(request.GET, "closing")
    jobs = form.first(MAX_JOBS)
    if form.errors:
        return search_error_response(form)
    return _calendar_response(reverse("jobs calendar") + form.query, form.in_words(), jobs, start_of_today())


@public_page()
@require_safe
def department_calendar(request, state, slug):
    """The dates of a department's openings. A former slug redirects to the current one."""
    department = get_department_or_404(state, slug)
    if (department.state, department.slug) != (state, slug):
        return redirect("department calendar", department.state, department.slug, permanent=True)
    jobs = list(department.jobs.open().real().by_deadline()[:MAX_JOBS])
    path = reverse("department calendar", args=[state, slug])
    title = _("Jobs at %(department)s") % {"department": department.name}
    return _calendar_response(path, title, jobs, department.modified)


@public_page()
@require_safe
def job_calendar(request, pk, slug):
    """The dates of one opening that has a page; 410 if it has ended in another way than by its deadline."""
    job = get_object_or_404(Job.objects.visible().real().with_department(), pk=pk)
    path = reverse("job calendar", args=[pk, job.slug])
    if request.path != path:
        return redirect(path, permanent=True)
    if job.status != Job.Status.PUBLISHED:
        messages = {
            Job.Status.FILLED: _("This job has been filled."),
            Job.Status.DELISTED: _("The department no longer lists this job."),
        }
        message = messages.get(job.status, _("This job has been withdrawn."))
        return HttpResponse(f"{message}\n", status=410, content_type="text/plain; charset=utf-8")
    return _calendar_response(path, job.title, [job], job.modified)


def _calendar_response(path, name, jobs, empty_since):
    """Return the calendar of the jobs at ``path``."""
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//PoliceApp//Openings//EN")
    # NAME is from RFC 7986. Older apps read X-WR-CALNAME.
    for key in ("NAME", "X-WR-CALNAME"):
        calendar.add(key, vText(strip_unprintable(name)))
    calendar.add("REFRESH-INTERVAL", REFRESH_INTERVAL, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", vDuration(REFRESH_INTERVAL))
    calendar.add("SOURCE", absolute_url(path), parameters={"VALUE": "URI"})
    for entry in _entries(jobs):
        calendar.add_component(_event(entry))
    if not calendar.subcomponents:
        # RFC 5545, section 3.6: a calendar has at least one component.
        calendar.add_component(Timezone.from_tzid("UTC"))
    changed = max((last_modified(job) for job in jobs), default=empty_since)
    response = document_response(calendar.to_ical(), CONTENT_TYPE, changed)
    response["Content-Disposition"] = 'inline; filename="openings.ics"'
    return response


def _entries(jobs):
    """Yield an entry for each date of the jobs and their hiring steps."""
    for job in jobs:
        uid, changed = f"opening-{job.pk}", last_modified(job)
        title = {"opening": f"{job.title}, {job.department.name}"}
        note = ", ".join(filter(None, (str(job.get_kind_display()), job.department.town, job.pay)))
        opens, closes = _("Opens: %(opening)s") % title, _("Closes: %(opening)s") % title
        yield Entry(f"{uid}-opens", opens, job.opens_on, job.opens_time, job.department, changed, job, note)
        if job.closes_on:
            yield Entry(f"{uid}-closes", closes, job.closes_on, job.closes_time, job.department, changed, job, note)
    # A dict, because several jobs can share the steps of their department.
    steps = {step.pk: step for roadmap in HiringStep.objects.for_jobs(jobs).values() for step in roadmap if step.date}
    for step in steps.values():
        department, page = step.employer, step.job or step.department
        owner, changed = department.name, department.modified
        if step.job:
            owner, changed = f"{step.job.title}, {department.name}", last_modified(step.job)
        uid, title = f"step-{step.pk}", f"{step}: {owner}"
        yield Entry(uid, title, step.date, step.time, department, changed, page, step.note, step.place)


def _event(entry):
    """Return the entry as a VEVENT. It is the same in every calendar."""
    event = Event()
    event.add("UID", f"{entry.uid}@{site_host()}")
    # Without a METHOD, DTSTAMP is the time of the last change, too.
    event.add("DTSTAMP", entry.changed)
    event.add("LAST-MODIFIED", entry.changed)
    event.add("SEQUENCE", int((entry.changed - SEQUENCE_START).total_seconds()))
    if entry.time:
        # No end, because the duration is unknown. UTC needs no VTIMEZONE.
        event.add("DTSTART", instant(entry.day, entry.time, entry.department.zone))
    else:
        event.add("DTSTART", entry.day)
        event.add("DTEND", entry.day + DAY)
    # The entry doesn't mark the user as busy.
    event.add("TRANSP", "TRANSPARENT")
    event.add("SUMMARY", strip_unprintable(entry.title))
    if entry.location:
        event.add("LOCATION", strip_unprintable(entry.location))
    url = absolute_url(entry.page.get_absolute_url())
    event.add("URL", url)
    # Some apps don't show the URL property.
    event.add("DESCRIPTION", strip_unprintable("\n".join(filter(None, (entry.note, url)))))
    return event
