"""Caching of feeds and calendars, and the links to them."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.models import Job
from tests import admin
from tests.factories import make_job, text_of, today, tomorrow

from ..pages import copies_of, search, whole

pytestmark = pytest.mark.django_db

DEPARTMENT = "/departments/ct/westport-police-department/"


@pytest.fixture(params=["/jobs/feed/", f"{DEPARTMENT}feed/", "/jobs/calendar/", f"{DEPARTMENT}calendar/"])
def fetch(request, client, westport_police):
    """Return ``fetch(**headers)`` for each feed and calendar with two jobs. ``fetch.job`` is the older one."""

    def fetch(**headers):
        return client.get(request.param, headers=headers)

    fetch.job = make_job(westport_police, closes_on=tomorrow(), opens_on=today() - timedelta(days=30))
    make_job(westport_police, title="Sergeant")
    fetch.url = request.param
    return fetch


def test_an_unchanged_document_answers_304(fetch):
    first = whole(fetch())
    again = fetch(if_none_match=first["ETag"])
    assert again.status_code == 304
    assert again.content == b""
    assert again["ETag"] == first["ETag"]
    assert fetch(if_none_match=f'"other", {first["ETag"]}').status_code == 304
    assert fetch(if_none_match='"other"').status_code == 200


def test_an_unchanged_compressed_document_answers_304(fetch):
    first = whole(fetch(accept_encoding="gzip"))
    assert first["Content-Encoding"] == "gzip"
    assert fetch(accept_encoding="gzip", if_none_match=first["ETag"]).status_code == 304


def moment_ago():
    return timezone.now().replace(microsecond=0) - timedelta(seconds=1)


CHANGES = {
    "closes": lambda job: Job.objects.filter(pk=job.pk).update(closes_at=moment_ago(), listed_until=moment_ago()),
    "is filled": lambda job: job.fill(),
    "is withdrawn": lambda job: job.withdraw(),
    "becomes a draft": lambda job: Job.objects.filter(pk=job.pk).update(status=Job.Status.DRAFT),
    "is deleted": lambda job: job.delete(),
    "has another title": lambda job: Job.objects.filter(pk=job.pk).update(title="Detective"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_job_changes_the_document(fetch, change):
    """The older job changes, so the latest date of change stays the same."""
    first = whole(fetch())
    CHANGES[change](fetch.job)
    again = fetch(if_none_match=first["ETag"], if_modified_since=first["Last-Modified"])
    assert again.status_code == 200
    assert again["ETag"] != first["ETag"]
    assert b"Police Officer" not in again.content


def test_the_date_alone_never_leads_to_304(fetch):
    """A job that closes leaves no date of change."""
    assert fetch(if_modified_since=whole(fetch())["Last-Modified"]).status_code == 200


def test_an_unchanged_empty_document_answers_304(fetch):
    Job.objects.all().delete()
    first = whole(fetch())
    assert fetch(if_none_match=first["ETag"]).status_code == 304


def test_it_is_cached_with_revalidation_and_not_indexed(fetch):
    response = whole(fetch())
    assert sorted(response["Cache-Control"].split(", ")) == ["max-age=0", "public"]
    assert response["X-Robots-Tag"] == "noindex"
    assert "Cookie" not in response.get("Vary", "")
    assert not response.cookies
    kind = "application/atom+xml" if "feed" in fetch.url else "text/calendar"
    assert response["Content-Type"] == f"{kind}; charset=utf-8"


URLS = [
    "/jobs/{what}/",
    "/jobs/{what}/?q=officer",
    "/jobs/{what}/?q=astronaut",
    "/jobs/{what}/?q=Norwalk",
    "/jobs/{what}/?near=06880",
    "/jobs/{what}/?near=06880&sort=distance&q=officer&kind=entry_level&pay=1&state=CT",
    "/jobs/{what}/?near=Springfield%2C+IL&within=any",
    DEPARTMENT + "{what}/",
]


@pytest.mark.parametrize("what", ["feed", "calendar"])
def test_feeds_take_at_most_eight_queries_for_any_number_of_jobs(
    client, places, westport_police, queries_of, django_assert_num_queries, what
):
    job = make_job(westport_police, pay_max=50_000, closes_on=tomorrow())
    urls = [url.format(what=what) for url in URLS]
    with_one = {url: queries_of(url) for url in urls}
    copies_of(job, 40)
    with_many = {url: queries_of(url) for url in urls}
    assert {url: number for url, number in with_many.items() if number > with_one[url]} == {}
    assert max(with_one.values()) <= 8
    for url in urls:
        etag = client.get(url)["ETag"]
        with django_assert_num_queries(1):
            assert client.get(url, headers={"if-none-match": etag}).status_code == 304


# Links


def alternates(response):
    """Return the feed URLs in the page's head."""
    head = response.content.decode().partition("</head>")[0]
    return re.findall(r'<link rel="alternate" type="application/atom\+xml" title="[^"]+" href="([^"]*)">', head)


def feed_links(response):
    """Return ``{text: URL}`` of the feed and calendar links."""
    page = response.content.decode().partition("<footer")[0]
    [shown] = re.findall(r'<ul class="follow.*?</ul>', page, re.S) or [""]
    return {words: href.replace("&amp;", "&") for href, words in re.findall(r'href="([^"]*)"[^>]*>([^<]*)<', shown)}


def test_the_job_list_links_to_its_feed_and_calendar(client, westport_police):
    make_job(westport_police)
    page = search(client)
    assert alternates(page) == ["/jobs/feed/"]
    assert feed_links(page) == {
        "RSS feed": "/jobs/feed/",
        "Subscribe in your calendar": "webcal://police.example.org/jobs/calendar/",
        "Download (.ics)": "/jobs/calendar/",
        "Download this list (CSV)": "/jobs.csv",
    }


@pytest.mark.parametrize("words", ["officer", "astronaut"])
def test_a_search_links_to_its_feed_and_calendar_even_without_results(client, places, westport_police, words):
    make_job(westport_police)
    page = search(client, q=words, near="06880", sort="pay", page="1")
    query = f"?q={words}&near=06880&within=25"
    assert alternates(page) == [f"/jobs/feed/?q={words}&amp;near=06880&amp;within=25"]
    assert feed_links(page)["RSS feed"] == f"/jobs/feed/{query}"
    assert feed_links(page)["Subscribe in your calendar"] == f"webcal://police.example.org/jobs/calendar/{query}"
    assert client.get(feed_links(page)["RSS feed"]).status_code == 200
    assert client.get(feed_links(page)["Download (.ics)"]).status_code == 200


def test_an_invalid_search_links_to_no_feed(client, places):
    page = search(client, near="Springfield")
    assert alternates(page) == []
    assert feed_links(page) == {}


@pytest.mark.parametrize("hiring", [True, False])
def test_a_profile_links_to_its_feed_and_calendar(client, westport_police, hiring):
    if hiring:
        make_job(westport_police)
    page = client.get(DEPARTMENT)
    assert alternates(page) == [f"{DEPARTMENT}feed/"]
    assert feed_links(page) == {
        "RSS feed": f"{DEPARTMENT}feed/",
        "Subscribe in your calendar": f"webcal://police.example.org{DEPARTMENT}calendar/",
        "Download (.ics)": f"{DEPARTMENT}calendar/",
    }


def test_a_draft_links_to_no_feed(alice, westport_police):
    westport_police.unpublish()
    page = alice.get(admin.page(westport_police, "preview"))
    assert "This is a preview." in text_of(page)
    assert alternates(page) == []
    assert feed_links(page) == {}
