"""Each page has a size budget for its HTML, CSS and JavaScript, compressed with Brotli."""

import re
from pathlib import Path
from urllib.request import Request, urlopen

import brotli
import pytest
from django.core.management import call_command
from django.utils.text import slugify

from departments.geo.plane import county_shapes
from jobs.models import Job

from ..factories import make_department, make_job, make_place

MAX_BYTES = 14 * 1024
MAX_BYTES_WITH_A_MAP = 25 * 1024
WESTPORT = "/departments/ct/westport-police-department/"


@pytest.fixture
def get(live_server, transactional_db):
    """``get(path)``: the text of the response, and its compressed size in bytes."""

    def fetch(path):
        request = Request(f"{live_server.url}{path}", headers={"Accept-Encoding": "br"})
        with urlopen(request) as response:
            assert response.headers["Content-Encoding"] == "br", path
            body = response.read()
        return brotli.decompress(body).decode(), len(body)

    return fetch


def weigh(get, path):
    """Return the HTML of a page, and the compressed bytes of it with its style sheets and scripts."""
    html, weight = get(path)
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', html)
    assert sheets, path
    scripts = re.findall(r'<script src="([^"]+)"', html)
    return html, weight + sum(get(file)[1] for file in [*sheets, *scripts])


@pytest.fixture
def samples(westport, places):
    """Westport and the sample departments. The value is the open sample openings."""
    call_command("load_samples", verbosity=0)
    return Job.objects.open()


def test_westports_page_is_within_the_budget_and_loads_no_script(get, samples):
    html, weight = weigh(get, WESTPORT)
    assert "There are currently no open jobs at this department." in html
    assert html.count('<li class="card">') == 3
    assert html.count("application/ld+json") == 2
    assert weight <= MAX_BYTES
    assert not re.search(r"<script(?! type=\"application/ld\+json\")", html)


def test_a_full_page_of_departments_is_within_the_budget(get, places):
    """Real names and towns, with a phone number and a website each, which compress worse than those of one town."""
    rows = (Path(__file__).parents[1] / "departments/search/agencies.txt").read_text().splitlines()
    for number, row in enumerate(row for row in rows if not row.startswith("#")):
        name, kind, town = row.split("|")[1:4]
        make_department(
            name,
            kind=kind,
            city=town,
            county="Fairfield",
            population=number**3 % 90_000,
            phone=f"203-{220 + number % 80}-{1000 + number**2 % 9000}",
            website=f"https://www.{slugify(name)}.example/police/{number}",
        )
    for path in ("/departments/ct/?page=2", "/departments/ct/county/fairfield/?page=2", "/departments/?q=police"):
        html, weight = weigh(get, path)
        assert html.count('href="tel:+') == html.count('rel="nofollow noopener"') == 20, path
        assert weight <= MAX_BYTES, path


@pytest.mark.parametrize(
    ("state", "county", "at"),
    [
        ("CT", "Fairfield", (41.14, -73.36)),
        ("VA", "Fairfax", (38.85, -77.31)),
        ("AK", "Ketchikan Gateway", (55.34, -131.65)),
        ("NC", "Dare", (35.91, -75.67)),
        ("CA", "San Bernardino", (34.1, -117.29)),
    ],
)
def test_a_profile_with_a_map_is_within_the_budget(get, westport, state, county, at):
    """Counties with long coasts, many islands and many neighbors."""
    texts = {"about": westport.about, "mission": westport.mission, "street1": "1 Main Street", "phone": "203-341-6000"}
    department = make_department(f"{county} Police", state=state, county=county, city=county, at=at, **texts)
    for number in range(6):
        name = f"{county} City Police Department, Precinct {number}"
        make_job(make_department(name, state=state, county=county, at=(at[0] + number / 50, at[1] - number / 60)))
    html, weight = weigh(get, department.get_absolute_url())
    assert html.count('class="dot"') == 5
    assert weight <= MAX_BYTES_WITH_A_MAP


def test_every_other_page_is_within_the_budget(get, samples):
    job, busy = samples.first(), samples.get(external_id="sample-1").department
    texts = {"description": job.description, "requirements": job.requirements}
    real = make_job(busy, "Police Officer", pay_min=60_000, pay_max=70_000, closes_on=job.closes_on, **texts)
    paths = [
        "/departments/?state=CT",
        "/departments/?near=Springfield",
        "/departments/a-to-z/b/",
        "/departments/ct/county/fairfield/",
        busy.get_absolute_url(),
        "/jobs/",
        "/jobs/?near=Springfield",
        job.get_absolute_url(),
        real.get_absolute_url(),
        "/jobs/eligible/?age=20&education=high_school&near=06880&within=any",
    ]
    weights = {path: weigh(get, path)[1] for path in paths}
    assert {path: weight for path, weight in weights.items() if weight > MAX_BYTES} == {}


def test_pages_with_a_map_of_states_or_counties_are_within_the_budget(get, samples):
    counties = [shape.name for shape in county_shapes()["TX"].values()]
    assert len(counties) == 254, "Texas has the most"
    for county in counties:
        make_department(f"{county} County Sheriff's Office", kind="sheriff", state="TX", city=county, county=county)
    for path in ("/", "/departments/", "/departments/ct/", "/departments/tx/"):
        html, weight = weigh(get, path)
        assert 'class="country' in html, path
        assert weight <= MAX_BYTES_WITH_A_MAP, path


# Places with the largest maps: many counties, and a complicated coast.
CROWDED = {"Nashville": ("TN", "37210", (36.14, -86.74)), "Washington": ("DC", "20001", (38.91, -77.02))}


@pytest.mark.parametrize("town", CROWDED)
def test_pages_with_the_largest_maps_are_within_the_budget(get, places, town):
    state, zip_code, (latitude, longitude) = CROWDED[town]
    make_place(town, state, zip_code, at=(latitude, longitude))
    for number in range(25):
        at = (latitude + number % 5 * 0.05, longitude + number // 5 * 0.05)
        department = make_department(
            f"{town} County Sheriff's Office, District {number}", state=state, city=town, at=at
        )
        make_job(department, "Deputy Sheriff (Lateral)", pay_min=40_000 + number, pay_max=50_000)
    paths = ["/departments/"]
    for miles in ("10", "100", "250", "any"):
        paths += [f"/{page}/?near={zip_code}&within={miles}" for page in ("jobs", "departments")]
    for path in paths:
        html, weight = weigh(get, path)
        assert "<svg" in html, path
        assert weight <= MAX_BYTES_WITH_A_MAP, path
