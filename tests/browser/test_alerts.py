"""From signing up for an alert to leaving it, in a browser and with a real mail server."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from jobs import alert_forms
from jobs.models import Subscriber

from .. import factories
from ..mail_server import html_of, text_of

JANE = "jane@example.com"


@pytest.fixture(autouse=True)
def no_time_trap(monkeypatch):
    """Playwright types faster than any person."""
    monkeypatch.setattr(alert_forms, "QUICKEST", timedelta(0))


@pytest.fixture
def post(smtp, settings, live_server):
    """The mail server; the links of its e-mails lead to the server that the browser is in front of."""
    settings.SITE_URL = live_server.url
    return smtp


def link_to(purpose, letter):
    return re.search(rf"\S+/alerts/{purpose}/\S+", text_of(letter))[0]


def sign_up(page, address=JANE):
    page.get_by_role("link", name="Email me new jobs like these").click()
    page.get_by_label("Your e-mail address").fill(address)
    page.get_by_role("button", name="E-mail me these").click()
    expect(page.get_by_role("heading", name="Look into your e-mail")).to_be_visible()


def test_a_job_seeker_signs_up_confirms_gets_a_digest_and_leaves(visit, neighbourhood, post, clock, capsys):
    page = visit("/jobs/?near=06880&kind=entry_level")
    sign_up(page)

    [request] = post.to(JANE)
    assert "Entry-level openings within 25 miles of Westport, CT 06880, daily" in text_of(request)
    page.goto(link_to("confirm", request))
    # Opening the link alone, as mail scanners do, changes nothing.
    assert not Subscriber.objects.get().alerts.exclude(confirmed_at=None).exists()
    page.get_by_role("button", name="Yes, send me these").click()
    expect(page.get_by_role("heading", name="Your alert is on")).to_be_visible()

    near = factories.make_job(neighbourhood, "Patrol Officer of Westport")
    factories.make_job(neighbourhood, "Sample Officer", is_sample=True)
    factories.make_job(
        factories.make_department("Boise Police", city="Boise", state="ID", at=(43.6, -116.2)), "Far Off"
    )
    clock(days=1, minutes=1)
    call_command("send_alerts")
    assert "1 sent" in capsys.readouterr().out

    digest = post.to(JANE)[-1]
    assert digest["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for body in (text_of(digest), html_of(digest)):
        assert near.title in body and near.get_absolute_url() in body
        assert "Sample Officer" not in body and "Far Off" not in body
    call_command("send_alerts")
    assert len(post.to(JANE)) == 2

    page.goto(link_to("unsubscribe", digest))
    assert Subscriber.objects.count() == 1
    page.get_by_role("button", name="Yes, end it").click()
    expect(page.get_by_role("heading", name="The alert has ended")).to_be_visible()
    assert not Subscriber.objects.exists()


def test_an_alert_is_paused_changed_and_everything_deleted_on_its_page(visit, neighbourhood, post, clock):
    sign_up(visit("/jobs/"))
    page = visit()
    page.goto(link_to("confirm", post.to(JANE)[0]))
    page.get_by_role("button", name="Yes, send me these").click()

    page.get_by_role("link", name="Pause, change or delete it").click()
    page.get_by_role("button", name="Weekly instead").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused: nothing is sent for it.")).to_be_visible()

    factories.make_job(neighbourhood, "Patrol Officer of Westport")
    clock(days=8)
    call_command("send_alerts")
    assert len(post.to(JANE)) == 1
    page.get_by_role("button", name="Resume").click()
    factories.make_job(neighbourhood, "Marine Officer of Westport")
    clock(days=6)
    call_command("send_alerts")
    assert len(post.to(JANE)) == 1
    clock(days=2)
    call_command("send_alerts")
    digest = text_of(post.to(JANE)[1])
    assert "Marine Officer" in digest and "Patrol Officer" not in digest

    page.get_by_text("Delete everything", exact=True).click()
    page.get_by_role("button", name="Delete everything now").click()
    expect(page.get_by_text("We keep nothing of you.")).to_be_visible()
    assert not Subscriber.objects.exists()
