"""What feeds and calendars have in common: how often they are fetched whole, and the ways to them."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.models import Job
from tests.factories import make_job, text_of, today, tomorrow

from ..pages import copies_of, search, whole

pytestmark = pytest.mark.django_db

DEPARTMENT = "/departments/ct/westport-police-department/"


@pytest.fixture(params=["/jobs/feed/", f"{DEPARTMENT}feed/", "/jobs/calendar/", f"{DEPARTMENT}calendar/"])
def fetch(request, client, westport_police):
    """``fetch(**headers)`` of each feed and calendar, in which there are two openings; ``fetch.job`` is the older."""

    def fetch(**headers):
        return client.get(request.param, headers=headers)

    fetch.job = make_job(westport_police, closes_on=tomorrow(), opens_on=today() - timedelta(days=30))
    make_job(westport_police, title="Sergeant")
    fetch.url = request.param
    return fetch


def test_who_has_it_already_is_told_so(fetch):
    first = whole(fetch())
    again = fetch(if_none_match=first["ETag"])
    assert again.status_code == 304
    assert again.content == b""
    assert again["ETag"] == first["ETag"]
    assert fetch(if_none_match=f'"other", {first["ETag"]}').status_code == 304
    assert fetch(if_none_match='"other"').status_code == 200


def test_who_has_it_compressed_is_told_so_too(fetch):
    first = whole(fetch(accept_encoding="gzip"))
    assert first["Content-Encoding"] == "gzip"
    assert fetch(accept_encoding="gzip", if_none_match=first["ETag"]).status_code == 304


CHANGES = {
    "closes": lambda job: Job.objects.filter(pk=job.pk).update(closes_at=timezone.now() - timedelta(seconds=1)),
    "is withdrawn": lambda job: job.withdraw(),
    "becomes a draft": lambda job: Job.objects.filter(pk=job.pk).update(status=Job.Status.DRAFT),
    "is deleted": lambda job: job.delete(),
    "has another title": lambda job: Job.objects.filter(pk=job.pk).update(title="Detective"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_is_sent_anew_when_an_opening_changes(fetch, change):
    """The older one, which tells nothing of its going by the newest change of those that stay."""
    first = whole(fetch())
    CHANGES[change](fetch.job)
    again = fetch(if_none_match=first["ETag"], if_modified_since=first["Last-Modified"])
    assert again.status_code == 200
    assert again["ETag"] != first["ETag"]
    assert b"Police Officer" not in again.content


def test_who_knows_only_the_date_gets_it_whole(fetch):
    """Openings that leave it leave no date."""
    assert fetch(if_modified_since=whole(fetch())["Last-Modified"]).status_code == 200


def test_an_empty_one_stays_the_same_too(fetch):
    Job.objects.all().delete()
    first = whole(fetch())
    assert fetch(if_none_match=first["ETag"]).status_code == 304


def test_everybody_may_keep_it_and_asks_again_and_search_engines_must_not_list_it(fetch):
    response = whole(fetch())
    assert sorted(response["Cache-Control"].split(", ")) == ["max-age=0", "public"]
    assert response["X-Robots-Tag"] == "noindex"
    assert "Cookie" not in response.get("Vary", "")
    assert not response.cookies
    kind = "application/atom+xml" if "feed" in fetch.url else "text/calendar"
    assert response["Content-Type"] == f"{kind}; charset=utf-8"


def test_it_may_be_looked_at_but_not_sent_to(client, fetch):
    assert client.head(fetch.url).status_code == 200
    assert client.post(fetch.url).status_code == 405


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
def test_it_takes_at_most_eight_queries_however_many_openings_there_are(
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


# The ways to them


def alternates(response):
    """The addresses of feeds that the head of a page names."""
    head = response.content.decode().partition("</head>")[0]
    return re.findall(r'<link rel="alternate" type="application/atom\+xml" title="[^"]+" href="([^"]*)">', head)


def ways(response):
    """``{words: address}`` of the list of ways to follow a page."""
    page = response.content.decode().partition("<footer")[0]
    [shown] = re.findall(r'<ul class="follow.*?</ul>', page, re.S) or [""]
    return {words: href.replace("&amp;", "&") for href, words in re.findall(r'href="([^"]*)"[^>]*>([^<]*)<', shown)}


def test_the_list_leads_to_its_feed_and_its_calendar(client, westport_police):
    make_job(westport_police)
    page = search(client)
    assert alternates(page) == ["/jobs/feed/"]
    assert ways(page) == {
        "Feed": "/jobs/feed/",
        "Calendar": "webcal://testserver/jobs/calendar/",
        "Download (.ics)": "/jobs/calendar/",
    }


@pytest.mark.parametrize("words", ["officer", "astronaut"])
def test_a_search_leads_to_its_own_also_when_it_finds_nothing(client, places, westport_police, words):
    make_job(westport_police)
    page = search(client, q=words, near="06880", sort="pay", page="1")
    query = f"?q={words}&near=06880"
    assert alternates(page) == [f"/jobs/feed/?q={words}&amp;near=06880"]
    assert ways(page)["Feed"] == f"/jobs/feed/{query}"
    assert ways(page)["Calendar"] == f"webcal://testserver/jobs/calendar/{query}"
    assert client.get(ways(page)["Feed"]).status_code == 200
    assert client.get(ways(page)["Download (.ics)"]).status_code == 200


def test_a_search_that_cannot_be_made_leads_to_none(client, places):
    page = search(client, near="Springfield")
    assert alternates(page) == []
    assert ways(page) == {}


@pytest.mark.parametrize("hiring", [True, False])
def test_a_profile_leads_to_its_own_whether_it_is_hiring_or_not(client, westport_police, hiring):
    if hiring:
        make_job(westport_police)
    page = client.get(DEPARTMENT)
    assert alternates(page) == [f"{DEPARTMENT}feed/"]
    assert ways(page) == {
        "Feed": f"{DEPARTMENT}feed/",
        "Calendar": f"webcal://testserver{DEPARTMENT}calendar/",
        "Download (.ics)": f"{DEPARTMENT}calendar/",
    }


def test_a_draft_leads_to_none(alice, westport_police):
    westport_police.unpublish()
    page = alice.get(DEPARTMENT)
    assert "This is a draft" in text_of(page)
    assert alternates(page) == []
    assert ways(page) == {}
