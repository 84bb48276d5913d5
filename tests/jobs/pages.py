"""Helpers for tests of the job list."""

import re
from copy import copy
from html import unescape
from math import degrees
from urllib.parse import parse_qs, urlsplit

from departments.geo.points import EARTH_RADIUS_MILES
from jobs.models import Job
from tests.factories import html_of, make_department, make_job

# The location of the ZIP code 06880 in the fixture `places`.
LATITUDE, LONGITUDE = 41.1434, -73.3496


def search(client, **parameters):
    """Return the job list with these parameters."""
    response = client.get("/jobs/", parameters)
    assert response.status_code == 200
    return response


def titles(response):
    """Return the job titles on the page in order."""
    return [unescape(title) for title in re.findall(r'<h3><a href="/jobs/[^"]*">([^<]*)</a></h3>', html_of(response))]


def links(response):
    """Return ``[(text, href)]`` of the links on the page."""
    return [
        (unescape(words), unescape(href))
        for href, words in re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>([^<]*)</a>', html_of(response))
    ]


def link_of(response, words):
    """Return the query of the only link with this text."""
    [href] = [href for text, href in links(response) if text == words]
    return parse_qs(urlsplit(href).query)


def hiring_at(miles, title=None, **values):
    """Create a job at a new department this many miles north of 06880."""
    at = (LATITUDE + degrees(miles / EARTH_RADIUS_MILES), LONGITUDE)
    department = make_department(f"Police {miles} miles away", at=at, city="")
    return make_job(department, title=title or f"Officer at {miles}", **values)


def whole(response):
    """Return the response after checking that its status is 200."""
    assert response.status_code == 200, response.content
    return response


def copies_of(job, number):
    """Create copies of the job with new ids."""
    copies = [copy(job) for _ in range(number)]
    for each in copies:
        each.pk = None
    return Job.objects.bulk_create(copies)
