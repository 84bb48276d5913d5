"""One job from its draft to its withdrawal. All pages, feeds and emails agree on when it is open."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from jobs.alerts import matching
from jobs.alerts.outbox import send_waiting
from jobs.models import Job
from policeapp.pages.sitemaps import OPENINGS
from tests.factories import make_alert, make_department, make_job, text_of

# Other tests cover the same code. Measuring its coverage again would only take time.
pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]

TITLE = "Zebra Patrol Officer"
NOON = datetime(2031, 5, 6, 16, 0, tzinfo=UTC)  # in Westport, in summer
SECOND = timedelta(seconds=1)


@pytest.fixture
def at(monkeypatch):
    """Return ``at(instant)``, which sets the current time."""
    return lambda instant: monkeypatch.setattr(timezone, "now", lambda: instant)


@pytest.fixture
def shown(client, at):
    """Return ``shown(job)``, which returns the names of the places that show the job as open."""

    def places(job):
        def body(path):
            return client.get(path).content.decode()

        detail = client.get(job.get_absolute_url())
        postings = re.findall(r'<script type="application/ld\+json">(.*?)</script>', detail.content.decode(), re.S)
        links = {
            "list": body("/jobs/?sort=newest"),
            "near list": body("/jobs/?near=41.14%2C+-73.36"),
            "profile": body(job.department.get_absolute_url()),
            "neighbor": body("/departments/ct/neighbor-police/"),
            "feed": body("/jobs/feed/"),
            "department's feed": body(f"{job.department.get_absolute_url()}feed/"),
            "calendar": body("/jobs/calendar/").replace("\r\n ", ""),
            "department's calendar": body(f"{job.department.get_absolute_url()}calendar/").replace("\r\n ", ""),
            "sitemap": body(f"/sitemap-openings-{job.pk // OPENINGS}.xml"),
            "eligible": body("/jobs/eligible/?age=30"),
        }
        found = {name for name, text in links.items() if job.get_absolute_url() in text}
        found |= {"detail"} if detail.status_code == 200 and "How to apply" in text_of(detail) else set()
        found |= {"JSON-LD"} if any(json.loads(data)["@type"] == "JobPosting" for data in postings) else set()
        found |= {"alert"} if is_sent(job) else set()
        return found

    return places


def is_sent(job):
    """Return whether a two-day-old alert for its department sends the opening now."""
    now = timezone.now()
    alert = make_alert(f"jane-{now.timestamp()}@example.com", department=job.department)
    alert._update_fields(confirmed_at=now - timedelta(days=2), notified_until=now - timedelta(days=2))
    mail.outbox.clear()
    matching.prepare_digests()
    send_waiting()
    alert.subscriber.erase()
    return any(job.title in email.body for email in mail.outbox)


EVERYWHERE = {
    "list", "near list", "profile", "neighbor", "feed", "department's feed", "calendar", "department's calendar",
    "sitemap", "eligible", "detail", "JSON-LD", "alert",
}  # fmt: skip


def test_all_pages_agree_on_when_a_job_is_open(shown, at):
    at(NOON)
    department = make_department("Westport Police Department", at=(41.1434, -73.3496))
    make_department("Neighbor Police", city="Norwalk", at=(41.1177, -73.4082))
    day = NOON.date()
    job = make_job(department, TITLE, status=Job.Status.DRAFT, opens_on=day, closes_on=day + timedelta(days=1))
    assert shown(job) == set()

    job.publish()
    assert shown(job) == EVERYWHERE

    # Midnight in Westport is 4 AM UTC.
    at(job.closes_at - SECOND)
    assert shown(job) == EVERYWHERE
    at(job.closes_at)
    assert job.closes_at == datetime(2031, 5, 8, 4, 0, tzinfo=UTC)
    assert shown(job) == set()
    at(job.closes_at + timedelta(days=30))
    assert shown(job) == set()

    at(NOON + SECOND)
    assert shown(job) == EVERYWHERE
    job.fill()
    assert shown(job) == set()
    job.reopen()
    assert shown(job) == EVERYWHERE
    job.withdraw()
    assert shown(job) == set()


def test_a_job_that_nobody_confirms_leaves_all_places_at_once(shown, at, client):
    at(NOON)
    department = make_department("Westport Police Department", at=(41.1434, -73.3496))
    make_department("Neighbor Police", city="Norwalk", at=(41.1177, -73.4082))
    job = make_job(department, TITLE, opens_on=NOON.date())
    at(job.listed_until - SECOND)
    # Alerts list it only when it opens.
    assert shown(job) == EVERYWHERE - {"alert"}
    cards = [client.get("/jobs/?sort=newest"), client.get(department.get_absolute_url())]
    assert all("May be filled" in text_of(page) for page in cards)
    at(job.listed_until)
    assert shown(job) == set()
    words = text_of(client.get(job.get_absolute_url()))
    assert "This job may be filled. It is open until filled, and nobody has confirmed it since May 6, 2031." in words
    job.confirm()
    assert shown(job) == EVERYWHERE - {"alert"}


def test_a_planned_job_opens_everywhere_at_once(shown, at):
    at(NOON)
    department = make_department("Westport Police Department", at=(41.1434, -73.3496))
    make_department("Neighbor Police", city="Norwalk", at=(41.1177, -73.4082))
    job = make_job(department, TITLE, opens_on=NOON.date() + timedelta(days=1))
    assert shown(job) == set()
    at(job.opens_at - SECOND)
    assert shown(job) == set()
    at(job.opens_at)
    assert shown(job) == EVERYWHERE


def test_feeds_emails_and_structured_data_contain_no_samples(shown, at):
    at(NOON)
    department = make_department("Westport Police Department", at=(41.1434, -73.3496))
    make_department("Neighbor Police", city="Norwalk", at=(41.1177, -73.4082))
    job = make_job(department, TITLE, opens_on=NOON.date(), is_sample=True)
    assert shown(job) == {"list", "near list", "profile", "neighbor", "eligible", "detail"}
