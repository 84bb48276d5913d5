"""Emails about accounts wait in the outbox like those of alerts, but before them and not for long."""

import pytest
from django.conf import settings

from jobs.alerts.outbox import send_waiting
from jobs.models import Message
from policeapp.accounts import emails
from policeapp.operations.clean_up import clean_up

from ...factories import make_alert, make_alice

pytestmark = pytest.mark.django_db


def send(**values):
    emails.send("alice@example.com", "Title", ["First <b>", "Second"], **values)


def test_it_has_the_site_s_layout_as_text_and_as_html(mailoutbox):
    send(link="https://police.example.org/admin/", label="Open it")
    send_waiting()
    (email,) = mailoutbox
    assert (email.to, email.subject) == (["alice@example.com"], "Title")
    link = "Open it:\nhttps://police.example.org/admin/"
    assert email.body.strip() == f"Title\n\nFirst <b>\n\nSecond\n\n{link}\n\n--\nPoliceApp\n{settings.SITE_URL}"
    html = email.alternatives[0][0]
    assert "First &lt;b&gt;" in html and 'href="https://police.example.org/admin/"' in html
    assert "List-Unsubscribe" not in email.extra_headers and email.extra_headers["Auto-Submitted"] == "auto-generated"


def test_it_is_sent_before_the_emails_of_alerts(mailoutbox):
    Message.objects.create(alert=make_alert(confirmed=False), kind="confirm")
    send()
    send_waiting()
    assert [email.subject for email in mailoutbox] == ["Title", "Confirm your police job alert"]


def test_after_a_day_it_is_not_sent(mailoutbox, clock):
    send()
    clock(hours=25)
    send_waiting()
    assert not mailoutbox


def test_after_a_month_it_is_deleted(clock):
    send()
    clock(days=29)
    clean_up()
    assert Message.objects.exists()
    clock(days=2)
    clean_up()
    assert not Message.objects.exists()


def test_a_mail_server_that_refuses_it_ends_it(smtp):
    smtp.answers["alice@example.com"] = "550 No such user"
    send()
    send_waiting()
    message = Message.objects.get()
    assert message.abandoned_at and message.content == {}


def test_every_notice_is_an_email(mailoutbox):
    alice = make_alice()
    for template in emails.NOTICES:
        emails.send_notice(alice, template)
    emails.send_guessing_warning(alice)
    emails.send_code_warning(alice)
    emails.send_reset(alice)
    send_waiting()
    assert len(mailoutbox) == len(emails.NOTICES) + 3
    assert {*sum((email.to for email in mailoutbox), [])} == {"alice@example.com"}
    assert all("/admin/account/password/reset/" in email.body for email in mailoutbox)
