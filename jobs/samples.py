"""The samples: real departments with facts from public records, and invented openings that are marked as such."""

import json
from datetime import time, timedelta

from django.conf import settings
from django.db import transaction

from departments.models import Department

from .models import HiringStep, Job, Minimums

SOURCE = "samples"
FILE = settings.BASE_DIR / "fixtures" / "sample.json"


@transaction.atomic
def load():
    """Add what is missing of the sample departments and renew the sample openings, their dates counted from today.

    A department that is in the directory already, by its ORI, stays as it is. Returns the numbers of departments
    added and of openings.
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
        _renew_opening(known[values["department"]], values, samples["steps"])
    return added, len(samples["openings"])


@transaction.atomic
def remove():
    """Remove the sample openings, and those sample departments that nobody has touched or given an opening.

    Returns the numbers of departments and openings removed.
    """
    openings = Job.objects.filter(is_sample=True)
    number = openings.count()
    openings.delete()
    candidates = Department.objects.published().filter(
        sources__name__set_by=SOURCE, jobs=None, hiring_steps=None, editors=None, former_addresses=None
    )
    untouched = [
        department.pk
        for department in candidates
        if all(origin["set_by"] == SOURCE for origin in department.sources.values())
    ]
    Department.objects.filter(pk__in=untouched).delete()
    return len(untouched), number


def are_loaded():
    return Job.objects.filter(is_sample=True).exists()


def _add_department(values):
    values = dict(values)
    sources = values.pop("sources")
    department = Department(**values, status=Department.Status.PUBLISHED)
    for field, (source, as_of) in sources.items():
        department.attribute([field], source, as_of, SOURCE)
    department.save()
    return department


def _renew_opening(department, values, steps):
    values = dict(values)
    steps = steps.get(values.pop("steps", None), [])
    today = department.today()
    for end in ("opens", "closes"):
        days, at = values.pop(f"{end}_in_days"), values.pop(f"{end}_time")
        values[f"{end}_on"] = None if days is None else today + timedelta(days=days)
        values[f"{end}_time"] = at and time.fromisoformat(at)
    values |= {"department": department, "is_sample": True}
    minimums = values.pop("minimums", {})
    job, _ = Job.objects.update_or_create(source=SOURCE, external_id=values.pop("external_id"), defaults=values)
    if minimums:
        Minimums.objects.update_or_create(job=job, defaults=minimums)
    job.own_steps.all().delete()
    HiringStep.objects.bulk_create(_step(job, order, step) for order, step in enumerate(steps, start=1))


def _step(job, order, values):
    """A step of a sample; its day is counted from the last one to apply, or from today where there is none."""
    values = dict(values)
    days, at = values.pop("in_days", None), values.pop("time", None)
    if days is not None:
        values |= {"date": (job.closes_on or job.department.today()) + timedelta(days=days)}
        values |= {"time": at and time.fromisoformat(at)}
    return HiringStep(job=job, order=order, **values)
