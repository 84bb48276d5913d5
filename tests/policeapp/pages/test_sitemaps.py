"""The sitemap: an index of parts that list each public page once."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from django.core.cache import cache

from departments.models import Department, SlugRedirect
from jobs.models import Job
from policeapp.pages import sitemaps

from ...factories import make_department, make_job, tomorrow, yesterday

SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def read(client, db):
    """``read("/sitemap.xml")``: ``{path: its entry}`` of the index or a part."""

    def read(path):
        response = client.get(path)
        assert response.status_code == 200, path
        assert response["Content-Type"].startswith("application/xml")
        root = ElementTree.fromstring(response.content)
        assert root.tag == SPACE + ("sitemapindex" if path == "/sitemap.xml" else "urlset")
        entries = [{part.tag.removeprefix(SPACE): part.text for part in entry} for entry in root]
        assert all(entry["loc"].startswith("https://police.example.org/") for entry in entries)
        found = {entry["loc"].removeprefix("https://police.example.org"): entry for entry in entries}
        assert len(found) == len(entries), "a URL is listed twice"
        return found

    return read


@pytest.fixture
def listed(read):
    """``listed()``: ``{path: its entry}`` of all parts in the index."""

    def listed():
        cache.clear()
        return {path: entry for part in read("/sitemap.xml") for path, entry in read(part).items()}

    return listed


def test_an_empty_site_lists_its_own_pages(read, listed):
    assert read("/sitemap.xml").keys() == {"/sitemap-pages.xml"}
    assert listed().keys() == {"/", "/departments/", "/jobs/", "/privacy/", "/accessibility/"}


def test_it_lists_only_published_departments_and_real_open_jobs(listed):
    department = make_department(county="Fairfield")
    draft = make_department("A draft", status=Department.Status.DRAFT, county="Hidden", state="WY")
    SlugRedirect.objects.create(state="CT", slug="former", department=department)
    real = make_job(department)
    make_job(department, "Sample", is_sample=True)
    make_job(department, "Closed", opens_on=yesterday(department), closes_on=yesterday(department))
    make_job(department, "Planned", opens_on=tomorrow(department))
    make_job(department, "Drafted", status=Job.Status.DRAFT)
    make_job(department, "Withdrawn", status=Job.Status.WITHDRAWN)
    make_job(draft, "Of a draft")
    assert listed().keys() == {
        "/",
        "/departments/",
        "/departments/a-to-z/w/",
        "/jobs/",
        "/privacy/",
        "/accessibility/",
        "/departments/ct/",
        "/departments/ct/a-to-z/w/",
        "/departments/ct/county/fairfield/",
        department.get_absolute_url(),
        real.get_absolute_url(),
    }


def test_every_listed_page_exists(client, westport, listed):
    make_job(westport)
    make_department("911 Dispatch", state="LA", county="Orleans")
    assert {path: client.get(path).status_code for path in listed()} == dict.fromkeys(listed(), 200)


def test_each_state_and_each_range_of_jobs_is_a_part(read, monkeypatch):
    monkeypatch.setattr(sitemaps, "OPENINGS", 2)
    make_job(make_department("Boston Police", state="MA"))
    westport = make_department()
    jobs = [make_job(westport) for _ in range(4)]
    parts = read("/sitemap.xml")
    assert {"/sitemap-pages.xml", "/sitemap-ct.xml", "/sitemap-ma.xml"} < parts.keys()
    openings = [part for part in parts if "openings" in part]
    assert 3 <= len(openings) <= 4
    for job in jobs:
        [part] = [part for part in openings if job.get_absolute_url() in read(part)]
        assert part == f"/sitemap-openings-{job.pk // 2}.xml"
    assert westport.get_absolute_url() in read("/sitemap-ct.xml")
    assert westport.get_absolute_url() not in read("/sitemap-ma.xml")


def test_it_has_the_dates_of_the_last_changes(read):
    long_ago, lately = datetime(2020, 1, 2, tzinfo=UTC), datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
    old, new = make_department("Old Police"), make_department("New Police")
    job = make_job(old)
    for row, moment in ((old, long_ago), (new, lately), (job, long_ago)):
        type(row).objects.filter(pk=row.pk).update(modified=moment)
    parts = read("/sitemap.xml")
    assert parts["/sitemap-ct.xml"]["lastmod"] == "2026-03-04T05:06:00+00:00"
    assert parts[f"/sitemap-openings-{job.pk // 2_000}.xml"]["lastmod"] == "2020-01-02T00:00:00+00:00"
    state = read("/sitemap-ct.xml")
    assert state[old.get_absolute_url()]["lastmod"] == "2020-01-02"
    assert state[new.get_absolute_url()]["lastmod"] == "2026-03-04"


def test_it_takes_the_same_queries_for_more_states(queries_of, db):
    for state in ("CT", "NY", "TX", "WY"):
        make_job(make_department(state=state, county="Orange"))
    # The cache is empty here; it would otherwise return the index.
    assert queries_of("/sitemap.xml") == 4
    assert queries_of("/sitemap-pages.xml") == 2
    assert queries_of("/sitemap-ct.xml") == 2
    assert queries_of("/sitemap-openings-0.xml") <= 2


def test_special_characters_are_escaped(listed):
    make_job(make_department("Smith & Sons <PD>"), "K-9 & “Bomb” <Squad>")
    assert "/departments/ct/smith-sons-pd/" in listed()


@pytest.mark.parametrize(
    "name",
    [
        "zz",
        "CT",
        "cT",
        "Pages",
        "openings",
        "openings-",
        "openings-x",
        "openings-²",
        "openings-01",
        "openings-00",
        "ct-1",
    ]
    + ["openings--1", "openings-1_0", "Openings-0", "openings-" + "9" * 400],
)
def test_a_missing_part_is_404(client, db, name):
    assert client.get(f"/sitemap-{name}.xml").status_code == 404


@pytest.mark.parametrize(
    "page",
    ["x", "-1", "0", "01", "+1", " 1", "1 ", "1.0", "1e0", "1_0", "\u0661", "\uff11", "\u00b2", "1\n", "9" * 400],
)
def test_a_page_number_has_one_spelling_and_any_other_costs_no_query(client, db, django_assert_num_queries, page):
    make_department()
    client.get("/privacy/")
    with django_assert_num_queries(1):  # for the version of the content
        assert client.get("/sitemap-ct.xml", {"p": page}).status_code == 404


@pytest.mark.parametrize("name", ["pages", "ct", "openings-0"])
def test_a_page_beyond_the_end_only_counts(client, db, monkeypatch, name):
    make_job(make_department())
    for kind in (sitemaps.Pages, sitemaps.State, sitemaps.Openings):
        monkeypatch.setattr(kind, "location", None)  # a call fails
    for page in ("2", "99", "9" * 18):
        assert client.get(f"/sitemap-{name}.xml", {"p": page}).status_code == 404, page


def test_a_part_has_pages_of_at_most_2000_urls(client, read, listed, monkeypatch):
    assert sitemaps.Part.limit == sitemaps.OPENINGS == 2000
    monkeypatch.setattr(sitemaps, "MAX_URLS", 2)
    monkeypatch.setattr(sitemaps.Part, "limit", 2)
    departments = [make_department(f"{letter} Police", county="Fairfield") for letter in "ABCDE"]
    parts = read("/sitemap.xml")
    assert {"/sitemap-ct.xml", "/sitemap-ct.xml?p=2", "/sitemap-ct.xml?p=3"} < parts.keys()
    assert client.get("/sitemap-ct.xml?p=4").status_code == 404
    assert all(len(read(part)) <= 2 for part in parts)
    assert sum(len(read(part)) for part in parts) == len(listed())
    assert {department.get_absolute_url() for department in departments} < listed().keys()


def test_it_does_not_depend_on_the_host(client, db):
    make_job(make_department())
    for path in ("/sitemap.xml", "/sitemap-pages.xml", "/sitemap-ct.xml", "/sitemap-openings-0.xml", "/robots.txt"):
        first, second = (client.get(path, headers={"host": host}) for host in ("testserver", "localhost:1"))
        assert first.content == second.content and b"localhost" not in first.content, path
