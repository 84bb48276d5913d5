"""A job seeker in a real browser: signs up, reads the mail, confirms, gets a digest, changes their mind."""

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from jobs import alert_forms
from jobs.models import Subscriber
from jobs.tokens import make_token

from .. import factories
from ..mail_server import html_of
from .conftest import go


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch):
    """The browser types faster than anybody."""
    monkeypatch.setattr(alert_forms, "QUICKEST", alert_forms.QUICKEST * 0)


def path_in(message, words):
    """Where the link with these words in an e-mail leads to on this site."""
    [found] = re.findall(rf'href="https://police\.example\.org(/[^"]+)"[^>]*>{words}<', html_of(message))
    return found


def press(page, name):
    page.get_by_role("button", name=name).click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_it_is_asked_for_confirmed_sent_changed_and_ended(visit, neighbourhood, smtp, clock, scripts):
    page = visit("/jobs/?near=06880&within=25", width=390, java_script_enabled=scripts)
    page.get_by_role("link", name="E-mail me these").click()
    expect(page.get_by_text("Openings within 25 miles of Westport, CT 06880")).to_be_visible()
    expect(page.get_by_label("Leave this field empty")).to_be_hidden()
    page.get_by_label("Your e-mail address").fill("jane@example.com")
    press(page, "E-mail me these")
    expect(page.get_by_role("heading", name="Look into your e-mail")).to_be_visible()

    mailbox = visit(width=390, java_script_enabled=scripts)
    go(mailbox, path_in(smtp.messages[0], "Confirm"))
    press(mailbox, "Yes, send me these")
    expect(mailbox.get_by_role("heading", name="Your alert is on")).to_be_visible()

    clock(days=1)
    norwalk = factories.Department.objects.get(city="Norwalk")
    factories.make_job(norwalk, "Harbor Patrol Officer", opens_on=factories.today(norwalk))
    call_command("send_alerts", verbosity=0)
    assert "Harbor Patrol Officer" in html_of(smtp.messages[1])

    go(mailbox, path_in(smtp.messages[1], "Pause or change your alerts, or delete your address"))
    press(mailbox, "Pause")
    expect(mailbox.get_by_text("Paused: nothing is sent for it.")).to_be_visible()
    press(mailbox, "Resume")
    press(mailbox, "Weekly instead")
    expect(mailbox.get_by_text("within 25 miles of Westport, CT 06880, weekly")).to_be_visible()

    go(mailbox, path_in(smtp.messages[1], "Stop this alert"))
    press(mailbox, "Yes, end it")
    expect(mailbox.get_by_role("heading", name="The alert has ended")).to_be_visible()
    assert not Subscriber.objects.exists()


def test_everything_is_deleted_after_a_second_look(visit):
    alert = factories.make_alert(q="dispatcher")
    factories.make_alert(state="CT")
    page = visit(f"/alerts/manage/{make_token('manage', alert.subscriber.key)}/")
    expect(page.get_by_role("button", name="Delete everything now")).to_be_hidden()
    page.get_by_text("Delete everything", exact=True).click()
    press(page, "Delete everything now")
    expect(page.get_by_text("All is deleted: your address, your alerts")).to_be_visible()
    assert not Subscriber.objects.exists()
