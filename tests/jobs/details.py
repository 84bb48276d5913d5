"""Helpers for tests of job pages: pages, and closed and planned jobs."""

from datetime import date, timedelta

from tests.factories import make_job, today

DAY = timedelta(days=1)
NOINDEX = '<meta name="robots" content="noindex">'
SECRETS = {
    "apply_url": "https://apply.example.org/42",
    "apply_email": "recruiting@example.org",
    "apply_instructions": "Bring the green form to the front desk.",
}


def page_of(client, job, status=200):
    response = client.get(job.get_absolute_url())
    assert response.status_code == status
    return response


def closed(department=None, **values):
    return make_job(department, **({"opens_on": today() - 30 * DAY, "closes_on": today() - 2 * DAY} | values))


def planned(department=None, **values):
    return make_job(department, **({"opens_on": date(2090, 5, 1)} | values))
