"""Sign up for an alert, receive it and unsubscribe, in a browser and with a real mail server."""

import re

from django.core.management import call_command
from playwright.sync_api import expect

from jobs.models import Subscriber

from .. import factories
from ..mail_server import html_of, text_of

JANE = "jane@example.com"


def link_to(purpose, email):
    return re.search(rf"\S+/alerts/{purpose}/\S+", text_of(email))[0]


def sign_up(page, address=JANE):
    page.get_by_role("link", name="Email me new jobs like these").click()
    page.get_by_label("Your email address").fill(address)
    page.get_by_role("button", name="Email me new jobs").click()
    expect(page.get_by_role("heading", name="Check your email")).to_be_visible()
    call_command("send_mail", once=True)


def test_a_job_seeker_signs_up_confirms_gets_a_digest_and_unsubscribes(visit, neighborhood, mail_server, clock, capsys):
    page = visit("/jobs/?near=06880&kind=entry_level")
    sign_up(page)

    [request] = mail_server.to(JANE)
    assert "Entry-level jobs within 25 miles of Westport, CT 06880, daily" in text_of(request)
    page.goto(link_to("confirm", request))
    # Only opening the link, as mail scanners do, changes nothing.
    assert not Subscriber.objects.get().alerts.exclude(confirmed_at=None).exists()
    page.get_by_role("button", name="Yes, email me these jobs").click()
    expect(page.get_by_role("heading", name="Your alert is on")).to_be_visible()

    near = factories.make_job(neighborhood, "Patrol Officer of Westport")
    factories.make_job(neighborhood, "Sample Officer", is_sample=True)
    factories.make_job(
        factories.make_department("Boise Police", city="Boise", state="ID", at=(43.6, -116.2)), "Far Off"
    )
    clock(days=1, minutes=1)
    call_command("send_mail", once=True)
    assert "1 sent" in capsys.readouterr().out

    digest = mail_server.to(JANE)[-1]
    assert digest["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for body in (text_of(digest), html_of(digest)):
        assert near.title in body and near.get_absolute_url() in body
        assert "Sample Officer" not in body and "Far Off" not in body
    call_command("send_mail", once=True)
    assert len(mail_server.to(JANE)) == 2

    page.goto(link_to("unsubscribe", digest))
    assert Subscriber.objects.count() == 1
    page.get_by_role("button", name="Yes, unsubscribe").click()
    expect(page.get_by_role("heading", name="You are unsubscribed")).to_be_visible()
    assert not Subscriber.objects.exists()


def test_a_subscriber_pauses_and_changes_an_alert_and_deletes_everything(visit, neighborhood, mail_server, clock):
    sign_up(visit("/jobs/"))
    page = visit()
    page.goto(link_to("confirm", mail_server.to(JANE)[0]))
    page.get_by_role("button", name="Yes, email me these jobs").click()

    page.get_by_role("link", name="Pause, change or delete this alert").click()
    page.get_by_role("button", name="Switch to weekly").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused. We don't send it.")).to_be_visible()

    factories.make_job(neighborhood, "Patrol Officer of Westport")
    clock(days=8)
    call_command("send_mail", once=True)
    assert len(mail_server.to(JANE)) == 1
    page.get_by_role("button", name="Resume").click()
    factories.make_job(neighborhood, "Marine Officer of Westport")
    clock(days=6)
    call_command("send_mail", once=True)
    assert len(mail_server.to(JANE)) == 1
    clock(days=2)
    call_command("send_mail", once=True)
    digest = text_of(mail_server.to(JANE)[1])
    assert "Marine Officer" in digest and "Patrol Officer" not in digest

    page.get_by_text("Delete everything", exact=True).click()
    page.get_by_role("button", name="Delete everything now").click()
    expect(page.get_by_text("We store nothing about you.")).to_be_visible()
    assert not Subscriber.objects.exists()
