"""The page of the search for openings, and what a person sees on it."""

import re
from copy import copy
from html import unescape
from math import degrees
from urllib.parse import parse_qs, urlsplit

from departments.geo.points import EARTH_RADIUS_MILES
from jobs.models import Job
from tests.factories import make_department, make_job

# Where the ZIP code 06880 of the fixture `places` is.
LATITUDE, LONGITUDE = 41.1434, -73.3496


def search(client, **asked):
    """The page of the search for openings with this query."""
    response = client.get("/jobs/", asked)
    assert response.status_code == 200
    return response


def titles(response):
    """The titles of the openings on the page, in order."""
    return [unescape(title) for title in re.findall(r'<h3><a href="/jobs/[^"]*">([^<]*)</a></h3>', html_of(response))]


def html_of(response):
    return response.content.decode()


def links(response):
    """``[(words, href)]`` of the links on the page."""
    return [
        (unescape(words), unescape(href))
        for href, words in re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>([^<]*)</a>', html_of(response))
    ]


def link_of(response, words):
    """The query of the one link with these words."""
    [href] = [href for said, href in links(response) if said == words]
    return parse_qs(urlsplit(href).query)


def hiring_at(miles, title=None, **values):
    """An opening at a new department so many miles north of 06880."""
    at = (LATITUDE + degrees(miles / EARTH_RADIUS_MILES), LONGITUDE)
    department = make_department(f"Police {miles} miles away", at=at, city="")
    return make_job(department, title=title or f"Officer at {miles}", **values)


def whole(response):
    """The response, which is no error and no 304."""
    assert response.status_code == 200, response.content
    return response


def copies_of(job, number):
    """That many more openings that differ in their number only."""
    copies = [copy(job) for _ in range(number)]
    for one in copies:
        one.pk = None
    return Job.objects.bulk_create(copies)
