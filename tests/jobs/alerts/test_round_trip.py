"""From the form to the mailbox and back, through a real mail server."""

import re

import pytest
from django.core.management import call_command
from django.test import Client

from jobs.models import Alert, Subscriber
from tests.factories import make_department, make_job, text_of
from tests.jobs.alerts.signing_up import EMAIL, sign_up
from tests.mail_server import text_of as words_of

pytestmark = pytest.mark.django_db


def path_in(message, purpose):
    """The path of the link for this purpose in an e-mail."""
    [found] = re.findall(rf"https://police\.example\.org(/alerts/{purpose}/\S+)", words_of(message))
    return found


@pytest.fixture
def mailbox():
    """A browser that has no cookie, whose forms are checked as in production."""
    return Client(enforce_csrf_checks=True)


def test_an_alert_is_confirmed_and_sent_by_its_mails_and_ended_by_them(client, mailbox, places, smtp, clock):
    sign_up(client)
    [request] = smtp.messages
    assert request["To"] == EMAIL
    assert "Entry-level openings within 25 miles of Westport, CT 06880, daily" in words_of(request)
    confirm = path_in(request, "confirm")
    mailbox.get(confirm)
    clock(days=1)
    make_job(make_department(at=(41.14, -73.35)), "Police Recruit", kind="entry_level", opens_on=None)
    call_command("send_alerts", verbosity=0)
    assert len(smtp.messages) == 1
    mailbox.post(confirm)
    call_command("send_alerts", verbosity=0)
    [_request, digest] = smtp.messages
    assert "Police Recruit" in words_of(digest)
    assert mailbox.get(path_in(digest, "manage")).status_code == 200
    one_click = re.fullmatch(r"\s*<https://police\.example\.org(/.*)>", digest["List-Unsubscribe"])[1]
    assert mailbox.post(one_click, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Subscriber.objects.exists()


def test_who_has_an_alert_already_is_told_so_by_mail_alone_and_finds_its_buttons(client, mailbox, places, smtp):
    first = sign_up(client)
    mailbox.post(path_in(smtp.messages[0], "confirm"))
    Alert.objects.get().pause()
    assert sign_up(client).content == first.content
    known = smtp.messages[1]
    assert known["Subject"] == "You have this alert for police openings already"
    assert "/alerts/confirm/" not in words_of(known)
    assert "Resume" in text_of(mailbox.get(path_in(known, "manage")))


def test_sending_deletes_what_nobody_has_confirmed_for_a_week(client, places, smtp, clock):
    sign_up(client)
    clock(days=6)
    call_command("send_alerts", verbosity=0)
    assert Subscriber.objects.exists()
    clock(days=2)
    call_command("send_alerts", verbosity=0)
    assert not Subscriber.objects.exists()
