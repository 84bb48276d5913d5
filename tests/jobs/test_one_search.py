"""Page, feed, calendar and alert of a search have the same openings."""

import re
from datetime import timedelta
from math import degrees

import pytest
from django.http import QueryDict
from django.utils import timezone

from departments.geo.points import EARTH_RADIUS_MILES
from jobs.alerts import matching
from jobs.alerts.forms import AlertSearchForm
from jobs.models import Job
from tests.factories import make_department, make_job, make_place, today

from .pages import LATITUDE, LONGITUDE, link_of, search

pytestmark = pytest.mark.django_db

# Texts of openings: (title, description, requirements). They differ in where and in which form they have a word.
TEXTS = [
    ("Police Officer", "Patrols the town.", "Bilingual. Deputies may transfer."),
    ("Bilingual Police Officer", "Patrols on foot.", ""),
    ("Records Clerk", "Works for the chief’s office, not for police officers.", "Bilingüe or bi-lingual."),
    ("Deputy Sheriff", "Serves the St. John’s PD and Ft. Worth.", "A polygraph."),
    ("K-9 Handler", "**Trains** the dog, [policies](https://example.com) and all.", "Policy work"),
    ("Analyst", "Reads 911 calls; Détective work in O’Fallon.", "x" * 70),
    ("Dispatcher", "Answers calls.", "The secretaries' chief."),
]
KINDS = ["entry_level", "lateral", "civilian", "command", "other", "dispatcher", "civilian"]

KEYWORDS = [
    "", "?!", "bilingual", "biling", "BILINGÜE", "bi-lingual", "bi lingual", "police", "polic", "police officer",
    "officers", "deputies", "deputy", "chief's office", "chiefs office", "st", "saint johns", "St. John's", "pd",
    "ft worth", "fort worth", "polygraphs", "k-9", "k 9", "k9", "policies", "policy", "détective", "detective",
    "o'fallon", "ofallon", "911", "x" * 60, "secretary", "lateral", "civilian staff", "command", "dispatch", "for the",
    "jobs", "police jobs",
    "a", "of the town", "https", "lingual", "icer", "zzz", "bilingual zzz", "bilingual officer", "connecticut",
]  # fmt: skip

FILTERS = [
    {"kind": "civilian"},
    {"kind": "other", "q": "bilingual"},
    {"state": "CT"},
    {"state": "NY", "q": "police"},
    {"pay": "50000"},
    {"pay": "83200"},
    {"pay": "83201"},
    {"pay": "0"},
    {"near": "06880"},
    {"near": "06880", "within": "10"},
    {"near": "06880", "within": "any"},
    {"near": "06880", "within": "any", "q": "bilingual"},
    {"near": "06880", "within": "50", "q": "officer", "kind": "entry_level", "state": "CT", "pay": "1"},
    {"near": "Westport, CT", "within": "250"},
    {"near": "71.00, -150.00", "within": "250"},
    {"q": "06880"},
    {"q": "06880", "within": "10"},
    {"q": "Norwalk"},
    {"q": "Norwalk", "kind": "civilian"},
    {"q": "Harborton"},
]


@pytest.fixture
def corpus(places):
    """Openings with all texts, types and pay: near, at the edges of radii, far, and without a location."""
    make_place("Harborton", at=(LATITUDE, LONGITUDE))
    miles = [0, 9.999, 10.001, 24.999, 25.001, 300]
    departments = [
        make_department(f"Police {n}", at=(LATITUDE + degrees(far / EARTH_RADIUS_MILES), LONGITUDE), city="")
        for n, far in enumerate(miles)
    ]
    departments.append(make_department("Nowhere Police", city="", state="NY"))
    pays = [{}, {"pay_min": 50_000}, {"pay_min": 30, "pay_max": 40, "pay_period": "hour"}, {"pay_max": 83_201}]
    for n, department in enumerate(departments * 6):
        title, description, requirements = TEXTS[(n + n // 7) % 7]
        texts = {"title": title, "description": description, "requirements": requirements}
        opens_on = today() - timedelta(days=n % 9)
        make_job(department, kind=KINDS[n * 3 % 7], is_sample=n % 11 == 10, opens_on=opens_on, **texts, **pays[n % 4])
    make_job(departments[-1], "Harborton Sample", is_sample=True)
    make_job(departments[0], "Closed Bilingual", opens_on=today() - timedelta(9), closes_on=today() - timedelta(2))
    make_job(departments[0], "Planned Bilingual", opens_on=today() + timedelta(2))


def page_of(client, query):
    """Return the keys of the real openings on all pages of the search."""
    found, number = set(), 1
    while True:
        response = search(client, **query, page=number)
        found |= {job.pk for job in response.context["page"].object_list if not job.is_sample}
        if not response.context["page"].has_next():
            return found
        number += 1


def document_of(client, path, query):
    """Return the keys of the openings in the feed or calendar."""
    response = client.get(path, query)
    assert response.status_code == 200, response.content
    unfolded = response.content.decode().replace("\r\n ", "")
    return {int(pk) for pk in re.findall(r"/jobs/([0-9]+)\b", unfolded)}


def alert_of(query):
    """Return the keys of the openings that an alert for the search sends."""
    data = QueryDict(mutable=True)
    data.update(query)
    alert = AlertSearchForm(data).build_alert()
    alert.pk, alert.subscriber_id, alert.confirmed_at = 1, 1, timezone.now() - timedelta(days=100)
    return {pk for pk, _open_since in matching.find_openings([alert], timezone.now()).get(1, [])}


@pytest.mark.parametrize("query", [*({"q": words} for words in KEYWORDS), *FILTERS], ids=str)
def test_page_feed_calendar_and_alert_have_the_same_openings(client, corpus, query):
    Job.objects.update(published_at=None)
    found = page_of(client, query)
    assert document_of(client, "/jobs/feed/", query) == found
    assert document_of(client, "/jobs/calendar/", query) == found
    assert alert_of(query) == found


def test_the_searches_above_find_different_openings(client, corpus):
    """Otherwise the test above would compare nothing."""
    assert len({frozenset(page_of(client, {"q": words})) for words in KEYWORDS}) > 17
    assert len({frozenset(page_of(client, query)) for query in FILTERS}) > 12


def test_the_first_title_with_a_word_changes_no_feed_and_no_alert(client, corpus):
    Job.objects.filter(title__startswith="Bilingual").delete()
    Job.objects.update(published_at=None)
    query = {"q": "bilingual"}
    before = page_of(client, query)
    added = {make_job(title="Bilingual Dispatcher").pk}
    for found in (page_of(client, query), document_of(client, "/jobs/feed/", query), alert_of(query)):
        assert found == before | added


def test_the_links_of_a_search_for_a_town_stay_near_the_town(client, corpus):
    page = search(client, q="Norwalk", kind="civilian", sort="pay", page="1")
    query = {"near": ["Norwalk, Fairfield County, CT"], "within": ["25"], "kind": ["civilian"]}
    for words in ("Email me new jobs like these", "RSS feed", "Subscribe in your calendar", "Download (.ics)"):
        assert link_of(page, words) == query
    before = page_of(client, {"q": "Norwalk", "kind": "civilian"})
    make_job(make_department("Norwalk Police", city="", at=(35, -90)), "Analyst", kind="civilian")
    assert document_of(client, "/jobs/feed/", {name: value for name, [value] in query.items()}) == before
