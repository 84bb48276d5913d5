"""Openings as plain data for JSON. A value that the opening doesn't state is None."""

from departments.serializers import or_none, public_sources, reference
from policeapp.web.routes import absolute_url

from .models import Requirements

FACTS = (
    "title", "kind", "schedule", "positions", "description", "requirements", "apply_url", "apply_email",
    "apply_instructions", "pay_min", "pay_max", "pay_period", "opens_on", "opens_time", "closes_on", "closes_time",
)  # fmt: skip
# Amounts of money, days and times are objects in Python.
AMOUNTS = {"pay_min", "pay_max"}
DATES = {"opens_on", "opens_time", "closes_on", "closes_time"}


def opening(job):
    """Return an opening with its department and its requirements that can be checked. Its texts are Markdown.

    ``closes_at`` is the first instant at which it is not open. ``miles`` is the distance of the department from the
    place of the search.
    """
    stated = getattr(job, "structured_requirements", None)
    return {
        "id": job.pk,
        "external_id": or_none(job.external_id),
        "url": absolute_url(job.get_absolute_url()),
        "department": reference(job.department),
        **{name: _value(job, name) for name in FACTS},
        "pay_yearly": job.pay_yearly and float(job.pay_yearly),
        "opens_at": job.opens_at.isoformat(),
        "closes_at": job.closes_at and job.closes_at.isoformat(),
        "time_zone": str(job.department.zone),
        "checked_requirements": {name: or_none(getattr(stated, name, None)) for name in Requirements.FIELDS},
        "may_be_filled": job.may_be_filled,
        "miles": None if job.miles is None else round(job.miles, 1),
        "modified": job.modified.isoformat(),
        "sources": public_sources(job, FACTS),
    }


def _value(job, name):
    value = getattr(job, name)
    if name in AMOUNTS:
        return None if value is None else float(value)
    if name in DATES:
        return value and value.isoformat()
    return or_none(value)
