"""Every public URL shows only open jobs as open. A new URL pattern must be added here."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLResolver

from departments.claims.tokens import make_token as make_claim_token
from jobs.alerts.tokens import make_token
from jobs.models import Job
from policeapp.pages.sitemaps import OPENINGS
from tests.factories import make_alert, make_bob, make_claim, make_department, make_job, make_reminder, text_of, today

# Other tests cover the same code. Measuring its coverage again would only take time.
pytestmark = [pytest.mark.django_db, pytest.mark.any_engine, pytest.mark.unmeasured]

TITLE = "Zebra Patrol Officer"
SAMPLE = "Sample: not a real job"
DAY = timedelta(days=1)

# The URLs to try for each public URL pattern, by its name. The tests fail if a pattern is missing. Add URLs for every
# state in which it shows jobs.
URLS = {
    "home": lambda scene: ["/"],
    "directory": lambda scene: [
        "/departments/",
        "/departments/?hiring=on",
        "/departments/?q=Stable",
        "/departments/?q=06880",
        "/departments/?near=06880",
        "/departments/?near=06880&within=any&sort=name",
        "/departments/?near=Springfield%2C+IL&within=10",
        "/departments/?state=CT&kind=municipal&sort=population",
    ],
    "suggest": lambda scene: ["/departments/suggest/?q=Stable"],
    "letter": lambda scene: ["/departments/a-to-z/s/", "/departments/ct/a-to-z/q/"],
    "state": lambda scene: ["/departments/ct/", "/departments/ny/"],
    "county": lambda scene: ["/departments/ct/county/fairfield/"],
    "department": lambda scene: [scene["department"].get_absolute_url(), scene["neighbor"].get_absolute_url()],
    "compare departments": lambda scene: [
        "/departments/compare/",
        "/departments/compare/?d=ct/stable-police&d=ct/quiet-police&q=stable",
    ],
    "compare openings": lambda scene: [
        "/jobs/compare/",
        "/jobs/compare/?q=zebra",
        compared(scene),
    ],
    "jobs": lambda scene: [
        "/jobs/",
        "/jobs/?q=zebra",
        "/jobs/?q=stable",
        "/jobs/?q=06880",
        "/jobs/?q=Westport",
        "/jobs/?near=06880",
        "/jobs/?near=06880&within=any",
        "/jobs/?near=Springfield%2C+IL&within=10",
        "/jobs/?near=Springfield%2C+IL&within=any&q=zebra",
        "/jobs/?kind=entry_level&pay=1000&state=CT",
        "/jobs/?sort=newest",
        "/jobs/?sort=closing",
        "/jobs/?sort=pay",
        "/jobs/?near=06880&sort=distance",
    ],
    "eligible": lambda scene: [
        "/jobs/eligible/?age=30",
        "/jobs/eligible/?age=30&near=06880",
        "/jobs/eligible/?licence=none&near=06880&within=any&kind=entry_level",
    ],
    "job": lambda scene: [scene["job"].get_absolute_url(), scene["long_closed"].get_absolute_url()],
    "jobs feed": lambda scene: ["/jobs/feed/", "/jobs/feed/?near=06880&sort=distance"],
    "jobs calendar": lambda scene: ["/jobs/calendar/", "/jobs/calendar/?near=06880&sort=distance"],
    "department feed": lambda scene: [f"{scene['department'].get_absolute_url()}feed/"],
    "department calendar": lambda scene: [f"{scene['department'].get_absolute_url()}calendar/"],
    "job calendar": lambda scene: [calendar_of(scene["job"]), calendar_of(scene["long_closed"])],
    "alert new": lambda scene: ["/alerts/new/", f"/alerts/new/?department={scene['department'].pk}"],
    **{
        f"alert {purpose}": lambda scene, purpose=purpose: [link_of(scene["alert"], purpose)]
        for purpose in ("confirm", "manage", "renew", "unsubscribe")
    },
    **{
        f"reminder {answer}": lambda scene, answer=answer: [scene["reminder"][answer]]
        for answer in ("confirm", "extend", "fill")
    },
    "claim": lambda scene: [reverse("claim", args=["ct", scene["department"].slug])],
    "claim confirm": lambda scene: [confirm_url_of(scene["claim"])],
    "correct": lambda scene: [reverse("correct", args=["ct", scene["department"].slug])],
    "correct job": lambda scene: [correction_of(scene["job"])],
    "logo": lambda scene: [reverse("logo", args=[scene["logo"]])],
    "embed": lambda scene: [embedded(scene), f"{scene['neighbor'].get_absolute_url()}embed/"],
    "api": lambda scene: ["/api/"],
    "api description": lambda scene: ["/api/v1/openapi.json"],
    "api departments": lambda scene: ["/api/v1/departments?hiring=on"],
    "api department": lambda scene: [f"/api/v1{scene['department'].get_absolute_url()[:-1]}"],
    "api openings": lambda scene: ["/api/v1/openings", "/api/v1/openings?q=zebra", "/api/v1/openings?near=06880"],
    "api opening": lambda scene: ["/api/v1/openings/1"],
    "api places": lambda scene: ["/api/v1/places?q=zebra"],
    "departments csv": lambda scene: ["/departments.csv?hiring=on"],
    "jobs csv": lambda scene: ["/jobs.csv", "/jobs.csv?q=zebra", "/jobs.csv?near=06880"],
    "data": lambda scene: ["/data/"],
    "data archive": lambda scene: ["/data/departments.zip"],
    "privacy": lambda scene: ["/privacy/"],
    "accessibility": lambda scene: ["/accessibility/"],
    "robots": lambda scene: ["/robots.txt"],
    "security.txt": lambda scene: ["/.well-known/security.txt"],
    "favicon": lambda scene: ["/favicon.ico"],
    "apple touch icon": lambda scene: ["/apple-touch-icon.png"],
    "sitemap": lambda scene: ["/sitemap.xml"],
    "sitemap part": lambda scene: ["/sitemap-pages.xml", "/sitemap-ct.xml", sitemap_of(scene["job"])],
    "healthz": lambda scene: ["/healthz"],
    "readyz": lambda scene: ["/readyz"],
    "metrics": lambda scene: ["/metrics"],
}


def compared(scene):
    """Return the comparison of the job with one that closed long ago."""
    return f"/jobs/compare/?j={scene['job'].pk}&j={scene['long_closed'].pk}"


def link_of(alert, purpose):
    """Return a URL from an email about the alert."""
    key = alert.subscriber.key if purpose == "manage" else alert.key
    return reverse(f"alert {purpose}", args=[make_token(purpose, key)])


def confirm_url_of(claim):
    """Return the URL that the email about a claim contains."""
    return reverse("claim confirm", args=[make_claim_token("claim", claim.key)])


def sitemap_of(job):
    """Return the part of the sitemap that has the job if it is open."""
    return f"/sitemap-openings-{job.pk // OPENINGS}.xml"


def calendar_of(job):
    """Return the URL of the job's calendar."""
    return f"{job.get_absolute_url()}calendar/"


def embedded(scene):
    """Return the URL of the department's jobs in a frame."""
    return f"{scene['department'].get_absolute_url()}embed/"


def correction_of(job):
    """Return the URL of the form with which a visitor corrects the job."""
    return f"{job.get_absolute_url()}correct/"


def followed(scene):
    """Return the feeds, files and frames that contain the job if it is open and not a sample."""
    lists = ("jobs feed", "jobs calendar", "department feed", "department calendar", "jobs csv", "api openings")
    found = {url for name in (*lists, "api department") for url in URLS[name](scene)}
    return found | {calendar_of(scene["job"]), embedded(scene)}


NOT_OPEN = {
    **{status: {"status": status} for status in Job.Status.values if status != "published"},
    "planned": {"opens_on": date(2090, 1, 1)},
    "closed": {"opens_on": today() - 30 * DAY, "closes_on": today() - 2 * DAY},
    "at a department that is a draft": {},
}

# The states in which visitors still find a job that is not open, with the status and notice of its page.
STILL_FOUND = {
    "closed": (200, "This job is closed."),
    "filled": (200, "This job has been filled."),
    "withdrawn": (410, "This job has been withdrawn."),
}


def status_of(state):
    return STILL_FOUND.get(state, (404, ""))[0]


def public_patterns(patterns=None):
    """Return the names of all URL patterns except those below /admin/."""
    names = set()
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if not isinstance(pattern, URLResolver):
            assert pattern.name, f"{pattern} has no name."
            names |= set() if str(pattern.pattern).startswith("admin/") else {pattern.name}
        elif not str(pattern.pattern).startswith("admin/"):
            names |= public_patterns(pattern.url_patterns)
    return names


@pytest.fixture
def scene(places):
    """A department in Westport without jobs yet, and a neighbor with one job that closed long ago."""
    logo = f"{uuid4().hex}.png"
    path = default_storage.save(f"logos/{logo}", ContentFile(b"not looked at"))
    department = make_department("Stable Police", county="Fairfield", at=(41.1434, -73.3496))
    neighbor = make_department("Quiet Police", city="Norwalk", county="Fairfield", at=(41.1177, -73.4082))
    long_closed = make_job(neighbor, title="Old Post", opens_on=date(2024, 1, 1), closes_on=date(2024, 2, 1))
    alert = make_alert(department=department)
    yield {
        "alert": alert,
        "claim": make_claim(department, confirmed=False),
        "department": department,
        "neighbor": neighbor,
        "long_closed": long_closed,
        "logo": logo,
        "reminder": make_reminder(make_bob(neighbor), long_closed),
    }
    default_storage.delete(path)


@pytest.fixture
def walk(client, scene):
    """Return ``walk(job)``, which gets every public URL and returns ``{URL: (response, body)}``."""

    def get_all(job):
        assert public_patterns() == set(URLS), "A public pattern and this module's table of URLs disagree."
        found = {}
        for urls in URLS.values():
            for url in urls(scene | {"job": job}):
                response = client.get(url)
                content = b"".join(response) if response.streaming else response.content
                found[url] = (response, content.decode())
        return found

    return get_all


def opening(scene, **values):
    return make_job(scene["department"], title=TITLE, **({"pay_min": 50_000} | values))


@pytest.mark.parametrize("state", NOT_OPEN)
def test_a_job_that_is_not_open_shows_nowhere_as_open(scene, walk, state):
    job = opening(scene, **NOT_OPEN[state])
    if state == "at a department that is a draft":
        scene["department"].unpublish()
    assert not job.is_open()

    found = walk(job)
    for url, (response, body) in found.items():
        if url == job.get_absolute_url():
            status, words = STILL_FOUND.get(state, (404, "We can't find that page"))
            assert response.status_code == status
            assert words in text_of(response)
            assert '<meta name="robots" content="noindex">' in body
            assert "How to apply" not in body
            assert (TITLE in body) == (status != 404)
            body = body.replace(correction_of(job), "")
        elif url == correction_of(job):
            assert response.status_code == (200 if state == "closed" else 404)
            continue
        elif url == calendar_of(job):
            # Applicants still find the dates of hiring steps when the job has closed.
            assert response.status_code == (410 if state == "filled" else status_of(state))
            assert (TITLE in body) == (state == "closed")
            continue
        else:
            assert TITLE not in body, url
        assert f"/jobs/{job.pk}-" not in body, url
        if "text/html" in response.get("Content-Type", ""):
            text = text_of(response)
            for words in ("One job", "1 open job", "See the job", "(tomorrow)"):
                assert words not in text, url
    profile = found[scene["department"].get_absolute_url()][0]
    if state == "at a department that is a draft":
        assert profile.status_code == 404
    else:
        assert "There are currently no open jobs at this department." in text_of(profile)


# The URLs that must show the open job. They prove that the tests above can fail.
LISTING_URLS = ["/", "/departments/stable", "/departments/quiet", *URLS["jobs"](None), *URLS["eligible"](None)]


def listing_urls(scene):
    own, neighbors = scene["department"].get_absolute_url(), scene["neighbor"].get_absolute_url()
    named = {"/departments/stable": own, "/departments/quiet": neighbors}
    return {named.get(url, url) for url in LISTING_URLS} | {scene["long_closed"].get_absolute_url()}


def test_an_open_job_shows_on_every_page_that_lists_jobs(scene, walk):
    job = opening(scene)
    found = walk(job)
    with_link = {url for url, (response, body) in found.items() if job.get_absolute_url() in body}
    with_title = {url for url, (response, body) in found.items() if TITLE in body}
    beside, programs = compared(scene | {"job": job}), followed(scene | {"job": job})
    own = {job.get_absolute_url(), correction_of(job)}
    assert with_link == listing_urls(scene) | programs | own | {sitemap_of(job), beside}
    assert with_title == listing_urls(scene) | programs | own | {"/jobs/compare/?q=zebra", beside}
    assert "How to apply" in found[job.get_absolute_url()][1]
    assert "See the job" in text_of(found["/"][0])
    assert "One job" in text_of(found["/jobs/"][0])
    for url in ("/departments/", "/departments/?hiring=on", "/departments/ct/", "/departments/?near=06880"):
        assert "1 open job" in text_of(found[url][0]), url
    assert "There are currently no open jobs" not in found[scene["department"].get_absolute_url()][1]


def test_samples_are_marked_everywhere_and_hidden_from_search_engines(scene, walk):
    job = opening(scene, is_sample=True)
    shown = 0
    for url, (response, body) in walk(job).items():
        if url == job.get_absolute_url():
            assert f"{TITLE} {SAMPLE}" in text_of(response)
            assert '<meta name="robots" content="noindex">' in body
        elif url == compared(scene | {"job": job}):
            assert f"{TITLE} {SAMPLE} Remove: {TITLE}" in text_of(response)
            assert f"{TITLE}, {job.department.name} (sample)" in body.partition("</title>")[0]
            assert body.count(TITLE) == 3
        elif TITLE in body:
            cards = [card for card in re.findall(r'<li class="card"[^>]*>.*?</li>', body, re.S) if TITLE in card]
            assert sum(card.count(TITLE) for card in cards) == body.count(TITLE), url
            assert all('<p class="sample">Sample' in card for card in cards), url
            shown += 1
        if url == sitemap_of(job):
            assert f"/jobs/{job.pk}-" not in body
    assert shown == len(listing_urls(scene)) + 1


def test_a_real_job_is_never_marked_as_a_sample(scene, walk):
    found = walk(opening(scene))
    assert not [url for url, (response, body) in found.items() if "Sample" in body]
