"""Sample data: real departments with facts from public records, and made-up jobs that are marked as samples."""

import json
from datetime import time, timedelta

from django.conf import settings
from django.db import transaction

from departments.models import Department

from .models import HiringStep, Job, Requirements

SOURCE = Job.SAMPLES
FILE = settings.BASE_DIR / "fixtures" / "sample.json"

# Federal holidays (5 U.S.C. 6103): (month, day), and (month, weekday, which one in the month) with Monday as 0.
HOLIDAYS = {(1, 1), (6, 19), (7, 4), (11, 11), (12, 25)}
MOVABLE_HOLIDAYS = {(1, 0, 3), (2, 0, 3), (9, 0, 1), (10, 0, 2), (11, 3, 4)}
MEMORIAL_DAY = (5, 0)  # the last Monday in May
DAY = timedelta(days=1)


@transaction.atomic
def load():
    """Add missing sample departments, and add or update the sample jobs with dates relative to today.

    A department whose ORI is already in the directory is not changed. Return ``(number of departments added, number
    of sample jobs)``.
    """
    samples = json.loads(FILE.read_text(encoding="utf-8"))
    oris = [values["ori"] for values in samples["departments"]]
    known = {department.ori: department for department in Department.objects.filter(ori__in=oris)}
    added = 0
    for values in samples["departments"]:
        if values["ori"] not in known:
            known[values["ori"]] = _add_department(values)
            added += 1
    for values in samples["openings"]:
        _save_job(known[values["department"]], values, samples["hiring_steps"])
    return added, len(samples["openings"])


@transaction.atomic
def remove():
    """Delete the sample jobs, and the sample departments that nobody has edited and that have no other jobs.

    Return ``(number of departments deleted, number of jobs deleted)``.
    """
    jobs = Job.objects.filter(is_sample=True)
    number = jobs.count()
    jobs.delete()
    candidates = Department.objects.published().filter(
        sources__name__set_by=SOURCE, jobs=None, hiring_steps=None, editors=None, recruiters=None, slug_redirects=None
    )
    unedited = [
        department.pk
        for department in candidates
        if all(origin["set_by"] == SOURCE for origin in department.sources.values())
    ]
    Department.objects.filter(pk__in=unedited).delete()
    return len(unedited), number


def are_loaded():
    """Return whether there are any sample jobs."""
    return Job.objects.filter(is_sample=True).exists()


def _add_department(values):
    values = dict(values)
    sources = values.pop("sources")
    department = Department(**values, status=Department.Status.PUBLISHED)
    for field, (source, as_of) in sources.items():
        department.set_source([field], source, as_of, SOURCE)
    department.save()
    return department


def _save_job(department, values, step_lists):
    values = dict(values)
    steps = step_lists.get(values.pop("hiring_steps", None), [])
    today = department.today()
    for event in ("opens", "closes"):
        days, at = values.pop(f"{event}_in_days"), values.pop(f"{event}_time")
        values[f"{event}_on"] = None if days is None else today + timedelta(days=days)
        values[f"{event}_time"] = at and time.fromisoformat(at)
    values |= {"department": department}
    requirements = values.pop("structured_requirements", {})
    key = {"source": SOURCE, "external_id": values.pop("external_id"), "is_sample": True}
    job, _ = Job.objects.update_or_create(**key, defaults=values)
    if requirements:
        Requirements.objects.update_or_create(job=job, defaults=requirements)
    job.hiring_steps.all().delete()
    HiringStep.objects.bulk_create(_make_step(job, order, step) for order, step in enumerate(steps, start=1))


def _make_step(job, order, values):
    """Return a hiring step on a working day. Its date counts from the closing date, or from today if there is none."""
    values = dict(values)
    days, at = values.pop("in_days", None), values.pop("time", None)
    if days is not None:
        values |= {"date": next_working_day((job.closes_on or job.department.today()) + timedelta(days=days))}
        values |= {"time": at and time.fromisoformat(at)}
    return HiringStep(job=job, order=order, **values)


def next_working_day(day):
    """Return the day, or the first one after it that is neither on a weekend nor a federal holiday."""
    while day.weekday() >= 5 or _is_holiday(day):
        day += DAY
    return day


def _is_holiday(day):
    """Return whether a weekday is a federal holiday, or the day off for one on the weekend beside it."""
    days = [day] + [day + DAY] * (day.weekday() == 4) + [day - DAY] * (day.weekday() == 0)
    return (
        any((each.month, each.day) in HOLIDAYS for each in days)
        or (day.month, day.weekday(), (day.day + 6) // 7) in MOVABLE_HOLIDAYS
        or ((day.month, day.weekday()) == MEMORIAL_DAY and day.day > 24)
    )
