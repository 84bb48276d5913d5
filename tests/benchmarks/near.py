"""The job search near a place."""

from urllib.parse import urlencode

from django.http import QueryDict

from jobs.forms import JobSearchForm
from policeapp.web.pagination import CappedPaginator, paginate

from .table import Bar, Row, Size, median_ms

SIZES = [Size(27_000, 27_000)]
SEARCHES = {
    "dense, New York": {"near": "10001"},
    "sparse, Montana": {"near": "59337"},
    "nothing near, Arctic": {"near": "71.00, -150.00"},
    "at any distance": {"near": "10001", "within": "any"},
}
MAX_MS = 25


def rows(case):
    """Measure the search of the job list near each place."""
    for name, query in SEARCHES.items():
        ms = median_ms(lambda query=query: search(query), times=41)
        yield Row(f"near: {name}", case, {"ms": ms}, [Bar("ms", ms, MAX_MS)])


def search(query):
    """Do the work of ``jobs.views.job_list`` without its template: count, first page, and jobs beyond the radius."""
    form = JobSearchForm(QueryDict(urlencode(query)))
    page = paginate(form.results(), 1, paginator=CappedPaginator)
    return page.object_list or form.beyond()[0]
