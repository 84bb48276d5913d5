"""Atom feeds: their jobs, the rules of RFC 4287, and their URLs."""

import re
from datetime import timedelta
from xml.etree import ElementTree

import feedparser
import pytest

from departments.models import SlugRedirect
from tests.factories import make_department, make_job, today, tomorrow, yesterday

from ..pages import copies_of, search, titles, whole

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z")
DEPARTMENT = "/departments/ct/westport-police-department/"

HOSTILE = [
    "<script>alert(1)</script> & Co",
    "]]> <![CDATA[ &lt; &#0; &nbsp;",
    "Bell \a, escape \x1b, vertical tab \v, next line \x85, no character \ufffe",
    "“Größe” 警察 👮🏽 \u202e drawkcab",
    "-->\"'</title><entry>",
]


def feed_of(client, url, **parameters):
    """Parse the feed with a strict XML parser."""
    return ElementTree.fromstring(whole(client.get(url, parameters)).content)


def read(response):
    """Parse the feed with a feed reader, which must report no error."""
    found = feedparser.parse(response.content, response_headers={"content-type": response["Content-Type"]})
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    return found


def entries(client, url="/jobs/feed/", **parameters):
    """Return the titles of the feed's entries without their departments."""
    return [entry.title.rpartition(", ")[0] for entry in read(whole(client.get(url, parameters))).entries]


def texts(element, name):
    return [found.text for found in element.findall(f"{ATOM}{name}")]


def links(element, rel):
    return [found.get("href") for found in element.findall(f"{ATOM}link") if found.get("rel", "alternate") == rel]


# The elements that RFC 4287 requires or recommends in the feed and in each entry, with the section.
OF_FEED = {
    "4.1.1 has one id": lambda feed: len(texts(feed, "id")) == 1,
    "4.1.1 has one title": lambda feed: len(texts(feed, "title")) == 1 and texts(feed, "title")[0],
    "4.1.1 has one updated": lambda feed: len(texts(feed, "updated")) == 1,
    "4.1.1 has an author": lambda feed: texts(feed.find(f"{ATOM}author"), "name") == ["PoliceApp"],
    "4.1.1 says where it is itself": lambda feed: len(links(feed, "self")) == 1,
    "4.1.1 has one alternate": lambda feed: len(links(feed, "alternate")) == 1,
    "4.1.1 has no two entries of one id": lambda feed: len(ids_of(feed)) == len(set(ids_of(feed))),
    "4.2.6 an id is an absolute IRI": lambda feed: all(
        re.match(r"tag:[^,]+,\d{4}:\S+\Z", name) for name in ids_of(feed)
    ),
    "4.2.15 is updated with its newest entry": lambda feed: (
        texts(feed, "updated")[0]
        == max([entry.findtext(f"{ATOM}updated") for entry in feed.findall(f"{ATOM}entry")], default=updated_of(feed))
    ),
    "2 says in which language it is": lambda feed: feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "en-us",
}
OF_ENTRY = {
    "4.1.2 has one id": lambda entry: len(texts(entry, "id")) == 1,
    "4.1.2 has one title": lambda entry: len(texts(entry, "title")) == 1 and texts(entry, "title")[0],
    "4.1.2 has one updated": lambda entry: len(texts(entry, "updated")) == 1,
    "4.1.2 has at most one published": lambda entry: len(texts(entry, "published")) == 1,
    "4.1.2 has an author with a name": lambda entry: texts(entry.find(f"{ATOM}author"), "name") != [None],
    "4.1.2 has one alternate, an absolute address": lambda entry: (
        len(links(entry, "alternate")) == 1
        and links(entry, "alternate")[0].startswith("https://police.example.org/jobs/")
    ),
    "4.1.2 has one summary": lambda entry: len(texts(entry, "summary")) == 1,
    "4.2.2 a category has a term": lambda entry: (
        [found.get("term") for found in entry.findall(f"{ATOM}category")] == ["Entry-level officer"]
    ),
    "3.1.1 HTML is marked and escaped": lambda entry: (
        entry.find(f"{ATOM}summary").get("type") == "html"
        and not len(entry.find(f"{ATOM}summary"))
        and "<p>" in entry.findtext(f"{ATOM}summary")
    ),
    "3.1.1 text has no markup": lambda entry: not len(entry.find(f"{ATOM}title")),
    "3.3 dates have a zone": lambda entry: all(
        INSTANT.match(found) for found in [*texts(entry, "updated"), *texts(entry, "published")]
    ),
    "4.2.9 is not published after it was updated": lambda entry: texts(entry, "published") <= texts(entry, "updated"),
}


def ids_of(feed):
    return [found.text for found in feed.iter(f"{ATOM}id")]


def updated_of(feed):
    [updated] = texts(feed, "updated")
    return updated if INSTANT.match(updated) else ""


@pytest.mark.parametrize("url", ["/jobs/feed/", "/jobs/feed/?near=06880&kind=entry_level", f"{DEPARTMENT}feed/"])
def test_a_feed_is_valid_by_rfc_4287(client, places, westport_police, url):
    empty = feed_of(client, url)
    assert empty.tag == f"{ATOM}feed"
    assert [rule for rule, check in OF_FEED.items() if not check(empty)] == []

    for title in HOSTILE:
        make_job(westport_police, title=title, description=title)
    feed = feed_of(client, url)
    assert [rule for rule, check in OF_FEED.items() if not check(feed)] == []
    found = feed.findall(f"{ATOM}entry")
    assert len(found) == len(HOSTILE)
    assert [
        (rule, texts(entry, "title")) for rule, check in OF_ENTRY.items() for entry in found if not check(entry)
    ] == []


def test_a_feed_reader_reads_titles_as_editors_entered_them(client, westport_police):
    for title in HOSTILE:
        make_job(westport_police, title=title, description=title)
    feed = read(client.get("/jobs/feed/"))
    assert [entry.title for entry in feed.entries] == [
        "-->\"'</title><entry>, Westport Police Department",
        "“Größe” 警察 👮🏽 \u202e drawkcab, Westport Police Department",
        "Bell , escape , vertical tab , next line , no character , Westport Police Department",
        "]]> <![CDATA[ &lt; &#0; &nbsp;, Westport Police Department",
        "<script>alert(1)</script> & Co, Westport Police Department",
    ]
    assert "<script" not in "".join(entry.summary for entry in feed.entries)
    assert {entry.author for entry in feed.entries} == {"Westport Police Department"}


def test_an_entry_contains_what_the_page_shows(client, westport_police):
    long = "Patrol **with** care.\n\n" + "Much more. " * 200
    job = make_job(westport_police, closes_on=tomorrow(), pay_min=60_000, kind="lateral", description=long)
    [entry] = read(client.get("/jobs/feed/")).entries
    for words in ("Westport, CT", "Lateral or certified officer", "Full time", "$60,000 a year", job.deadline):
        assert words in entry.summary
    assert "<strong>with</strong>" in entry.summary
    assert 1500 < len(entry.summary) < 2000
    assert entry.summary.endswith("…</p>")
    assert entry.link == f"https://police.example.org{job.get_absolute_url()}"
    assert entry.published_parsed[:6] == job.opens_at.utctimetuple()[:6]


# Jobs in the feed


def test_a_feed_has_the_fifty_newest_jobs(client, westport_police):
    make_job(westport_police, title="Old", opens_on=today() - timedelta(days=9))
    newest = make_job(westport_police, title="New", opens_on=today() - timedelta(days=1))
    assert entries(client) == ["New", "Old"]
    copies_of(newest, 50)
    for url in ("/jobs/feed/", f"{DEPARTMENT}feed/"):
        found = entries(client, url)
        assert len(found) == 50
        assert set(found) == {"New"}


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"q": "dispatcher"},
        {"q": "norwalk"},
        {"q": "06880"},
        {"q": "astronaut"},
        {"near": "06880"},
        {"near": "Westport, CT", "within": "10"},
        {"near": "06880", "within": "any", "sort": "distance"},
        {"near": "Springfield, IL", "within": "10"},
        {"kind": "dispatcher", "pay": "$50,000", "state": "CT"},
        {"sort": "pay"},
        {"sort": "closing"},
        {"page": "7", "unknown": "1"},
    ],
    ids=str,
)
def test_a_feed_has_the_same_jobs_as_the_page(client, places, westport_police, parameters):
    norwalk = make_department("Norwalk Police Department", city="Norwalk", at=(41.1177, -73.4082))
    make_job(westport_police, title="Dispatcher", kind="dispatcher", pay_min=60_000, closes_on=tomorrow())
    make_job(norwalk, title="Officer", pay_min=90_000)
    make_job(
        make_department("Chicago Police Department", state="IL", city="Chicago", at=(41.88, -87.63)), title="Clerk"
    )
    make_job(norwalk, title="Closed", closes_on=yesterday())
    page = titles(search(client, **{name: value for name, value in parameters.items() if name != "page"}))
    if parameters.get("near") == "Springfield, IL":
        page = []  # the page lists only suggestions farther away
    found = entries(client, **parameters)
    assert sorted(found) == sorted(page)
    if "sort" in parameters:
        assert found == page


def test_feeds_contain_no_samples(client, westport_police):
    make_job(westport_police, title="Invented", is_sample=True)
    assert titles(search(client)) == ["Invented"]
    for url in ("/jobs/feed/", f"{DEPARTMENT}feed/"):
        assert entries(client, url) == []


def test_a_departments_feed_has_only_its_own_jobs(client, westport_police):
    make_job(westport_police, title="Here")
    make_job(title="Elsewhere")
    assert entries(client, f"{DEPARTMENT}feed/") == ["Here"]
    assert read(client.get(f"{DEPARTMENT}feed/")).feed.title == "Jobs at Westport Police Department"


@pytest.mark.parametrize(
    ("parameters", "title"),
    [
        ({}, "All jobs"),
        ({"near": "06880"}, "Jobs within 25 miles of Westport, CT 06880"),
        ({"q": "06880"}, "Jobs within 25 miles of Westport, CT 06880"),
        ({"near": "06880", "within": "any"}, "Jobs at any distance from Westport, CT 06880"),
        (
            {"kind": "lateral", "pay": "70000"},
            "Jobs for lateral or certified officers, paying at least $70,000 a year",
        ),
        ({"q": "bilingual", "state": "NY"}, "Jobs matching “bilingual” in New York"),
    ],
)
def test_the_title_of_a_feed_describes_its_search(client, places, parameters, title):
    assert read(client.get("/jobs/feed/", parameters)).feed.title == title


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("near=Springfield", "Near: More than one place has this name. Choose one above."),
        ("near=Springfield", "Use one of these: Springfield, Sangamon County, IL; Springfield, Hampden County, MA; "),
        ("q=Springfield", "Keywords: More than one place has this name. Choose one above."),
        ("near=Atlantis", "Near: We don't know “Atlantis”."),
        ("kind=wizard", "Job type: Select a valid choice."),
        ("pay=plenty", "Minimum yearly pay: Enter a whole number."),
        ("sort=distance", "Near: Enter a place to sort by distance."),
        ("q=%00", "Keywords: Null characters are not allowed."),
    ],
)
@pytest.mark.parametrize("url", ["/jobs/feed/", "/jobs/calendar/"])
def test_an_invalid_search_is_a_bad_request_with_a_message(client, places, url, query, message):
    response = client.get(f"{url}?{query}")
    assert response.status_code == 400
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert message in response.content.decode()


# URLs and ids


def test_a_former_slug_redirects_to_the_current_feed(client, westport_police):
    SlugRedirect.objects.create(state="CT", slug="before", department=westport_police)
    for what in ("feed", "calendar"):
        response = client.get(f"/departments/ct/before/{what}/")
        assert (response.status_code, response["Location"]) == (301, f"{DEPARTMENT}{what}/")


def test_draft_and_unknown_departments_have_no_feed(client, westport_police):
    westport_police.unpublish()
    for what in ("feed", "calendar"):
        assert client.get(f"{DEPARTMENT}{what}/").status_code == 404
        assert client.get(f"/departments/ct/nowhere/{what}/").status_code == 404


def test_an_entrys_id_never_changes(client, westport_police):
    job = make_job(westport_police)
    [before] = read(client.get("/jobs/feed/")).entries
    job.title = "Patrol Officer"
    job.save()
    [after] = read(client.get("/jobs/feed/", secure=True)).entries
    assert after.link != before.link
    assert after.id == before.id


def test_a_departments_feed_keeps_its_id_when_its_slug_changes(client, westport_police):
    make_job(westport_police)
    before = feed_of(client, f"{DEPARTMENT}feed/")
    westport_police.slug = "westport-pd"
    westport_police.save()
    after = feed_of(client, f"{westport_police.get_absolute_url()}feed/")
    assert texts(after, "id") == texts(before, "id")
    assert links(after, "self") != links(before, "self")


def test_ids_do_not_depend_on_the_host_of_the_request(client, places, westport_police):
    make_job(westport_police)
    for url in ("/jobs/feed/?near=06880", f"{DEPARTMENT}feed/"):
        feeds = [client.get(url, headers={"host": host}).content for host in ("testserver", "localhost:1")]
        assert feeds[0] == feeds[1] and b"localhost" not in feeds[0], url


def test_equal_searches_have_the_same_feed_id(client, places):
    feeds = [
        read(client.get(f"/jobs/feed/?{query}")).feed
        for query in ("near=06880&kind=lateral", "page=3&kind=lateral&q=&utm_source=x&near=06880")
    ]
    assert feeds[0].id == feeds[1].id
    assert [link.href for link in feeds[1].links] == [
        "https://police.example.org/jobs/?near=06880&kind=lateral",
        "https://police.example.org/jobs/feed/?near=06880&kind=lateral",
    ]
