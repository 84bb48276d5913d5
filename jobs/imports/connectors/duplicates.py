"""Finds openings that may be the same one, listed twice: by a connector and by a person, or by two connectors."""

from collections import defaultdict

from departments.names import normalize
from jobs.models import Duplicate, Job, Listing


def find_duplicates(connector):
    """Store the pairs of a connector's current openings and other current ones of the same departments. Five queries.

    They share a requisition number, or their title while both are open.
    """
    mine = set(connector.listings.filter(missed=0).values_list("job", flat=True))
    departments = set(Job.objects.filter(pk__in=mine).values_list("department", flat=True))
    jobs = list(Job.objects.current().real().filter(department__in=departments).defer("words", "all_words"))
    numbers = defaultdict(set)
    for pk, number in Listing.objects.filter(job__in=jobs).values_list("job", "number"):
        numbers[pk].add(number)
    by_department = defaultdict(list)
    for job in jobs:
        job.numbers = (numbers[job.pk] | {job.external_id}) - {""}
        by_department[job.department_id].append(job)
    pairs = {
        (min(job.pk, other.pk), max(job.pk, other.pk))
        for job in jobs
        if job.pk in mine
        for other in by_department[job.department_id]
        if other.source != job.source and _may_be_same(job, other)
    }
    Duplicate.objects.bulk_create(
        [Duplicate(job_id=job, other_id=other) for job, other in sorted(pairs)], ignore_conflicts=True
    )


def _may_be_same(job, other):
    return bool(job.numbers & other.numbers) or (
        normalize(job.title) == normalize(other.title)
        and (job.closes_at is None or other.opens_at < job.closes_at)
        and (other.closes_at is None or job.opens_at < other.closes_at)
    )
