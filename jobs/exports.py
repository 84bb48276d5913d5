"""Openings as CSV, with the columns that the import of openings reads."""

from policeapp.imports.engine import batches
from policeapp.imports.tables import csv_chunks
from policeapp.web.routes import absolute_url, site_host

from .models import Job

COLUMNS = (
    "job_id", "source", "title", "employer", "employer_ori", "city", "state", "kind", "full_part_time", "positions",
    "salary_from", "salary_to", "salary_frequency", "posting_date", "post_until", "description", "min_qualifications",
    "to_apply", "url", "apply_email", "page",
)  # fmt: skip


def csv_of(ids):
    """Yield the parts of a CSV file of the open jobs with these ids, in their order."""
    return csv_chunks(COLUMNS, (_rows(batch) for batch in batches(ids)))


def _rows(ids):
    jobs = Job.objects.open().with_department().in_bulk(ids)
    return [_row(jobs[pk]) for pk in ids if pk in jobs]


def _row(job):
    department = job.department
    has_pay = job.pay_min is not None or job.pay_max is not None
    return [
        job.external_id or job.pk,
        job.source or site_host(),
        job.title,
        department.name,
        department.ori,
        department.city,
        department.state,
        job.kind,
        job.schedule.replace("_", " "),
        job.positions,
        job.pay_min,
        job.pay_max,
        job.pay_period if has_pay else "",
        _moment(job.opens_on, job.opens_time),
        _moment(job.closes_on, job.closes_time),
        job.description,
        job.requirements,
        job.apply_instructions,
        job.apply_url,
        job.apply_email,
        absolute_url(job.get_absolute_url()),
    ]


def _moment(day, at):
    """Return a local date, with its time if stated, as text; "" for None."""
    return f"{day or ''} {at.isoformat(timespec='minutes') if at else ''}".strip()
