"""Pages weigh little: HTML and CSS as they are sent to a browser that understands Brotli."""

import re
from urllib.request import Request, urlopen

import brotli
import pytest
from django.core.management import call_command

from jobs.models import Job

MOST_BYTES = 14 * 1024
WESTPORT = "/departments/ct/westport-police-department/"


@pytest.fixture
def get(live_server, transactional_db):
    """``get(path)``: the text that the path answers with, and how many bytes of Brotli that took."""

    def fetch(path):
        request = Request(f"{live_server.url}{path}", headers={"Accept-Encoding": "br"})
        with urlopen(request) as response:
            assert response.headers["Content-Encoding"] == "br", path
            body = response.read()
        return brotli.decompress(body).decode(), len(body)

    return fetch


def weigh(get, path):
    """The HTML of a page, and the bytes of it and of its style sheets."""
    html, weight = get(path)
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', html)
    assert sheets, path
    return html, weight + sum(get(sheet)[1] for sheet in sheets)


@pytest.fixture
def samples(westport, places):
    """Westport among the sample departments and their openings."""
    call_command("load_samples", verbosity=0)
    return Job.objects.open()


def test_westports_page_with_its_nearest_openings_is_within_its_budget_and_needs_no_script(get, samples):
    html, weight = weigh(get, WESTPORT)
    assert "There are currently no open jobs at this department." in html
    assert html.count('<li class="card">') == 5
    assert weight <= MOST_BYTES
    assert not re.search(r"<script(?! type=\"application/ld\+json\")", html)


def test_every_other_page_is_within_the_same_budget(get, samples):
    job, busy = samples.first(), samples.get(external_id="sample-1").department
    paths = [
        "/",
        "/departments/",
        "/departments/?near=06880&within=250",
        "/departments/?near=Springfield",
        "/departments/ct/",
        "/departments/ct/county/fairfield/",
        busy.get_absolute_url(),
        "/jobs/",
        "/jobs/?near=06880&within=250",
        "/jobs/?near=Springfield",
        job.get_absolute_url(),
    ]
    weights = {path: weigh(get, path)[1] for path in paths}
    assert {path: weight for path, weight in weights.items() if weight > MOST_BYTES} == {}
