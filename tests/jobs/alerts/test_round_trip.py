"""The whole life of an alert, from the form to the mailbox and back, with a real mail server."""

import re

import pytest
from django.test import Client

from jobs.models import Alert, Subscriber
from tests.factories import make_department, make_job, text_of
from tests.jobs.alerts.helpers import EMAIL, sign_up
from tests.jobs.alerts.sending import send
from tests.mail_server import text_of as email_text

pytestmark = pytest.mark.django_db


def path_in(message, purpose):
    """Return the path of the link for this purpose in an email."""
    [found] = re.findall(rf"https://police\.example\.org(/alerts/{purpose}/\S+)", email_text(message))
    return found


@pytest.fixture
def mailbox():
    """A browser without cookies that checks CSRF tokens as in production."""
    return Client(enforce_csrf_checks=True)


def test_a_subscriber_confirms_an_alert_gets_a_digest_and_unsubscribes(client, mailbox, places, smtp, clock):
    sign_up(client)
    assert smtp.messages == []
    send()
    [request] = smtp.messages
    assert request["To"] == EMAIL
    assert "Entry-level jobs within 25 miles of Westport, CT 06880, daily" in email_text(request)
    confirm = path_in(request, "confirm")
    mailbox.get(confirm)
    clock(days=1)
    make_job(make_department(at=(41.14, -73.35)), "Police Recruit", kind="entry_level", opens_on=None)
    send()
    assert len(smtp.messages) == 1
    mailbox.post(confirm)
    send()
    [_request, digest] = smtp.messages
    assert "Police Recruit" in email_text(digest)
    assert mailbox.get(path_in(digest, "manage")).status_code == 200
    one_click = re.fullmatch(r"\s*<https://police\.example\.org(/.*)>", digest["List-Unsubscribe"])[1]
    assert mailbox.post(one_click, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Subscriber.objects.exists()


def test_only_the_email_says_that_an_alert_already_exists(client, mailbox, places, smtp):
    first = sign_up(client)
    send()
    mailbox.post(path_in(smtp.messages[0], "confirm"))
    Alert.objects.get().pause()
    assert sign_up(client).content == first.content
    send()
    second = smtp.messages[1]
    assert second["Subject"] == "You already have this police job alert"
    assert "/alerts/confirm/" not in email_text(second)
    assert "Resume" in text_of(mailbox.get(path_in(second, "manage")))


def test_send_mail_deletes_alerts_that_stay_unconfirmed_for_a_week(client, places, smtp, clock):
    sign_up(client)
    clock(days=6)
    send()
    assert Subscriber.objects.exists()
    clock(days=2)
    send()
    assert not Subscriber.objects.exists()
