"""Each public page is cached once, whatever the spelling of its URL, its host or the visitor's cookies."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.models import Job

from ...factories import make_department, make_job, text_of

pytestmark = pytest.mark.any_engine

PROFILE = "/departments/ct/westport-police-department/"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("/jobs/?utm_source=x&near=06880&fbclid=1", "/jobs/?near=06880"),
        ("/jobs/?kind=lateral&near=06880", "/jobs/?near=06880&kind=lateral"),
        ("/jobs/?q=&near=06880&pay=&state=&sort=", "/jobs/?near=06880"),
        ("/jobs/?near=10001&near=06880", "/jobs/?near=06880"),
        ("/jobs/?near=06880&", "/jobs/?near=%30%36880"),
        (f"{PROFILE}?anything=1", PROFILE),
        (f"{PROFILE}?page=2&p=2&q=x", PROFILE),
        ("/jobs/?NEAR=10001&Page=7&near=06880", "/jobs/?near=06880"),
        ("/jobs/feed/?page=2", "/jobs/feed/"),
        ("/sitemap.xml?p=2", "/sitemap.xml"),
        ("/sitemap-ct.xml?p=&q=2&page=2", "/sitemap-ct.xml"),
        ("/sitemap-ct.xml?p=1", "/sitemap-ct.xml"),
        ("/departments/ct/?page=1", "/departments/ct/"),
        ("/?", "/"),
        ("/?" + "x=1&" * 3000, "/"),
    ],
)
def test_different_spellings_of_a_url_share_a_cached_page(
    client, westport, places, django_assert_num_queries, written, plain
):
    page = client.get(written)
    with django_assert_num_queries(1):
        assert client.get(plain).content == page.content


@pytest.mark.parametrize(
    "number", ["01", "%2B1", "-1", "0", "%D9%A1", "%EF%BC%91", "1.0", "1e0", "1_0", "%201", "1%20", "1%0A", "9" * 19]
)
@pytest.mark.parametrize(
    ("path", "queries"),  # public pages read the version of the content
    [("/jobs/", 1), ("/departments/", 1), ("/departments/ct/", 1), ("/jobs/eligible/", 0)],
)
def test_a_page_number_has_one_spelling_and_any_other_costs_nothing(
    client, westport, django_assert_num_queries, path, queries, number
):
    client.get("/privacy/")
    with django_assert_num_queries(queries):
        assert client.get(f"{path}?page={number}&q=officer&near=06880&age=30").status_code == 404


def test_the_number_of_a_job_has_one_spelling(client, westport):
    job = make_job(westport)
    for number in (f"0{job.pk}", f"+{job.pk}", f"%20{job.pk}", "%D9%A1", "9" * 19):
        for path in (f"/jobs/{number}-{job.slug}/", f"/jobs/{number}-{job.slug}/calendar/"):
            assert client.get(path).status_code == 404, path


@pytest.mark.parametrize("host", ["localhost", "localhost:1", "localhost:2", "127.0.0.1", "TESTSERVER"])
def test_the_host_makes_no_other_page(client, westport, django_assert_num_queries, host):
    page = client.get(PROFILE)
    for secure in (False, True):
        with django_assert_num_queries(1):
            again = client.get(PROFILE, headers={"host": host}, secure=secure)
        assert again.content == page.content


def test_a_wrong_host_gets_no_cached_page(client, westport):
    assert client.get(PROFILE).status_code == 200
    assert client.get(PROFILE, headers={"host": "elsewhere.example"}).status_code == 400


def test_a_cached_page_is_redirected_to_https(client, westport, settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 60
    client.handler.load_middleware()
    for _ in range(2):
        secure, plain = client.get(PROFILE, secure=True), client.get(PROFILE)
        assert (secure.status_code, plain.status_code) == (200, 301)
        assert secure["Strict-Transport-Security"].startswith("max-age=60")


def test_all_departments_of_a_comparison_are_in_the_key(client, westport):
    other = make_department("Norwalk Police", city="Norwalk")
    first = client.get(f"/departments/compare/?d=ct/{westport.slug}&d=ct/{other.slug}")
    assert "Norwalk Police" in text_of(first) and "Westport Police Department" in text_of(first)
    assert "Westport Police Department" not in text_of(client.get(f"/departments/compare/?d=ct/{other.slug}"))


@pytest.mark.parametrize("cookie", ["sessionid=x", "sessionid=0123456789abcdef", "messages=x", "csrftoken=x", "a=b"])
def test_cookies_do_not_matter(client, westport, django_assert_num_queries, cookie):
    page = client.get(PROFILE, headers={"cookie": cookie})
    assert not page.cookies and page["Vary"] == "Accept-Encoding"
    for headers in ({"cookie": cookie}, {"cookie": f"{cookie}2"}, {}):
        with django_assert_num_queries(1):
            assert client.get(PROFILE, headers=headers).content == page.content


def test_signed_in_visitors_get_the_same_pages(client, westport, alice):
    draft = make_job(westport, "Draft officer", status=Job.Status.DRAFT)
    assert alice.get(draft.get_absolute_url()).status_code == 404
    mine, theirs = alice.get(PROFILE), client.get(PROFILE)
    assert mine.content == theirs.content and mine["Cache-Control"] == theirs["Cache-Control"]


@pytest.mark.parametrize("path", ["/alerts/new/", "/jobs/eligible/?age=30", "/nothing/"])
def test_uncached_pages_do_not_read_the_session_either(client, db, path):
    with CaptureQueriesContext(connection) as captured:
        client.get(path, headers={"cookie": "sessionid=0123456789abcdef0123456789abcdef"})
    assert "django_session" not in str(captured.captured_queries)
