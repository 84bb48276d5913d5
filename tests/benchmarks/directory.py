"""The directory that ships with the site: how long it takes to load, and the CPU time of its pages without a cache."""

import os
from io import StringIO
from statistics import median
from time import perf_counter, process_time

from django.core.management import call_command
from django.test import Client

from .table import Bar, Row, Size

SIZES = [Size(0, 0)]
PAGES = [
    "/",
    "/departments/",
    "/departments/?q=Springfield",
    "/departments/?q=06880",
    "/departments/?q=10451",
    "/departments/?q=22030",
    "/departments/?q=Joshua+Tree,+CA",
    "/departments/?q=Loudon+County+VA",
    "/departments/?q=PA+state+police",
    "/departments/?q=50+Jesup+Road+Westport",
    "/departments/?q=Sprngfield",
    "/departments/?near=10001",
    "/departments/?near=10001&within=any",
    "/departments/?q=police",
    "/departments/?hiring=on",
    "/departments/?sort=population&kind=sheriff",
    "/departments/tx/",
    "/departments/ca/",
    "/departments/ct/",
    "/departments/tx/?page=30",
    "/departments/a-to-z/s/",
    "/departments/ca/county/los-angeles/",
    "/departments/tx/county/harris/",
    "/departments/ct/westport-police-department/",
    "/departments/gu/guam-police-department/",
    "/departments/mi/michigan-state-police/",
    "/departments/suggest/?q=west",
    "/jobs/",
    "/jobs/?near=06880",
    "/jobs/?q=dispacher",
    "/jobs/eligible/",
    "/sitemap.xml",
]
SITEMAP = "/sitemap-tx.xml"  # up to 2,000 URLs, for robots
MAX_LOAD_SECONDS, MAX_SECOND_LOAD_SECONDS, MAX_PAGE_MS, MAX_SITEMAP_MS = 60, 5, 25, 60
TIMES = 11


def rows(case):
    """Load the directory and the samples twice, and measure each page."""
    for what, most in (("load", MAX_LOAD_SECONDS), ("load again", MAX_SECOND_LOAD_SECONDS)):
        began = perf_counter()
        call_command("populate", stdout=StringIO())
        seconds = perf_counter() - began
        yield Row(f"directory: {what}", case, {"s": seconds}, [Bar("s", seconds, most)])
    client = Client(HTTP_HOST=os.environ["ALLOWED_HOSTS"])
    for page, most in {**dict.fromkeys(PAGES, MAX_PAGE_MS), SITEMAP: MAX_SITEMAP_MS}.items():
        assert client.get(page).status_code == 200, page
        ms = cpu_ms(lambda page=page: client.get(page))
        yield Row(f"directory: {page}", case, {"CPU ms": ms}, [Bar("CPU ms", ms, most)])


def cpu_ms(function):
    """Return the median CPU time of a call in this process, in milliseconds: on SQLite with the database's."""
    function()
    took = []
    for _ in range(TIMES):
        began = process_time()
        function()
        took.append((process_time() - began) * 1000)
    return median(took)
