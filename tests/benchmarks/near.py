"""Openings near a place, as the page finds them."""

from django.test import RequestFactory

from jobs.forms import JobSearchForm
from policeapp.web.pagination import CappedPaginator, paginate

from .table import Bar, Row, Size, median_ms

SIZES = [Size(27_000, 27_000)]
# What is asked for.
SEARCHES = {
    "dense, New York": {"near": "10001"},
    "sparse, Montana": {"near": "59337"},
    "nothing near, Arctic": {"near": "71.00, -150.00"},
    "at any distance": {"near": "10001", "within": "any"},
}
MS = 25  # at most


def rows(case):
    """The page's search at each of the places."""
    for name, asked in SEARCHES.items():
        ms = median_ms(lambda asked=asked: as_the_page(asked), times=41)
        yield Row(f"near: {name}", case, {"ms": ms}, [Bar("ms", ms, MS)])


def as_the_page(asked):
    """What ``jobs.views.job_list`` does but for its template: the number, the first page, and what lies beyond."""
    request = RequestFactory().get("/jobs/", asked)
    form = JobSearchForm(request.GET)
    page = paginate(request, form.results(), paginator=CappedPaginator)
    return page.object_list or form.beyond()[0]
