"""The outbox: what becomes of messages that mail servers take, refuse or keep waiting for."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.alerts import matching, outbox
from jobs.models import Alert, Message, Subscriber
from tests.factories import make_alert, make_job
from tests.mail_server import HANGS_UP

from .sending import JANE, JOE, send, send_in_vain, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def due(clock):
    """``due(JANE, JOE)``: a digest of one new opening is to be sent to each of them."""

    def due(*emails):
        for email in emails:
            make_alert(email)
        clock(hours=1)
        make_job()
        clock(days=1)

    return due


def test_while_the_mail_server_is_down_all_waits_and_is_sent_later(smtp, clock, due):
    smtp.stop()
    due(JANE, JOE)
    for _run in range(20):
        said = send_in_vain()
        assert "2 waiting" in said and "the mail server does not take messages" in said
        clock(days=1)
    smtp.start()
    assert "2 sent" in send()
    assert sorted(message["To"] for message in smtp.messages) == [JANE, JOE]


def test_all_is_sent_over_one_connection(smtp, due):
    due(*(f"user{number}@example.com" for number in range(5)))
    send()
    assert len(smtp.messages) == 5 and smtp.connections == 1


@pytest.mark.parametrize("answer", ["451 Try later", HANGS_UP, "421 Going down"])
def test_a_message_that_is_not_taken_is_tried_again_after_a_rest_and_keeps_no_other(smtp, clock, due, answer):
    due(JANE, JOE)
    smtp.to_data = [answer]
    said = send_in_vain()
    assert "1 sent" in said and "1 waiting" in said
    assert [message["To"] for message in smtp.messages] == [JOE]
    assert "0 sent" in send_in_vain()
    clock(minutes=6)
    assert "1 sent" in send()
    assert [message["To"] for message in smtp.messages] == [JOE, JANE]


def test_a_message_that_is_never_taken_is_given_up_after_four_days(smtp, clock, due):
    due(JANE)
    smtp.answers[JANE] = "451 Not now"
    runs = 0
    while Message.objects.to_send().exists() or not runs:
        said = send_in_vain()
        runs += 1
        clock(hours=24)
    message = Message.objects.get()
    assert "1 given up" in said and (message.problem, message.sent_at) == ("451 Not now", None)
    assert runs == message.attempts == 10
    assert Subscriber.objects.get().refused_at is None
    send()
    assert smtp.messages == []


def test_who_is_refused_for_good_is_sent_nothing_more(smtp, clock, due):
    due(JANE, JOE)
    smtp.answers[JANE] = "550 5.1.1 No such user"
    assert "1 sent, 1 refused" in send()
    subscriber = Subscriber.objects.get(email=JANE)
    assert subscriber.refused_at and subscriber.refusal == "550 5.1.1 No such user"
    del smtp.answers[JANE]
    make_job()
    clock(days=1)
    send()
    assert [message["To"] for message in smtp.messages] == [JOE, JOE]


def test_an_e_mail_that_is_refused_for_what_it_says_is_not_tried_again_but_the_next_one_is(smtp, clock, due):
    due(JANE)
    smtp.to_data = ["554 We do not like it"]
    assert "1 refused" in send()
    make_job(title="Second")
    clock(days=1)
    send()
    assert [told(message) for message in smtp.messages] == [["Second"]]


def test_a_message_that_cannot_be_written_keeps_no_other_from_being_sent(smtp, due, monkeypatch):
    due(JANE, JOE)
    compose = outbox.emails.compose

    def fails_for_jane(message):
        if message.alert.subscriber.email == JANE:
            raise ZeroDivisionError("no luck")
        return compose(message)

    monkeypatch.setattr(outbox.emails, "compose", fails_for_jane)
    assert "1 sent" in send_in_vain()
    assert Message.objects.get(sent_at=None).problem == "ZeroDivisionError: no luck"


def test_who_may_not_send_keeps_all_for_later_and_blames_no_recipient(smtp, clock, due):
    due(JANE)
    smtp.answers["alerts@police.example.org"] = "550 Not you"
    assert "1 waiting" in send_in_vain()
    assert Message.objects.get().problem == "550 Not you"
    assert Subscriber.objects.get().refused_at is None
    smtp.answers.clear()
    clock(minutes=6)
    assert "1 sent" in send()


def test_what_another_sender_is_at_work_on_is_left_alone_until_its_lease_ends(smtp, clock, due):
    due(JANE)
    matching.prepare()
    message = Message.objects.get()
    assert message.lease() and not message.lease()
    assert "0 sent" in send_in_vain()
    clock(minutes=16)
    assert "1 sent" in send()


def test_a_message_whose_alert_is_paused_at_the_last_moment_is_not_sent(smtp, due, monkeypatch):
    due(JANE)
    monkeypatch.setattr(Message, "lease", lambda message: Alert.objects.update(paused=True))
    assert "0 sent" in send()
    assert smtp.messages == []


def test_it_ends_in_time_and_says_what_waits(smtp, due):
    due(JANE, JOE)
    assert "1 sent" in send_in_vain(limit=1)
    assert "1 waiting" in send_in_vain(seconds=0)
    assert "1 sent" in send()


@pytest.mark.parametrize(("name", "value"), [("SITE_URL", ""), ("SENDS_EMAIL", False)])
def test_without_the_settings_it_says_which_is_missing(settings, clock, name, value):
    setattr(settings, name, value)
    make_alert()
    said = send_in_vain()
    assert ("EMAIL_URL" if name == "SENDS_EMAIL" else name) in said
    assert not Message.objects.exists()


# At once, for somebody who waits


def confirmation():
    return Message.objects.create(alert=make_alert(confirmed=False), kind=Message.Kind.CONFIRM)


def test_a_request_to_confirm_is_delivered_at_once_and_once(smtp):
    message = confirmation()
    assert outbox.deliver(message) is True
    assert outbox.deliver(message) is False
    send()
    assert len(smtp.messages) == 1


def test_what_cannot_be_delivered_at_once_waits_in_the_outbox(smtp, settings):
    smtp.stop()
    message = confirmation()
    assert outbox.deliver(message) is False
    settings.SENDS_EMAIL = False
    assert outbox.deliver(message) is False
    settings.SENDS_EMAIL = True
    smtp.start()
    assert "1 sent" in send()


@pytest.mark.parametrize("confirmed", [False, True])
def test_who_was_refused_may_sign_up_and_confirm_anew(smtp, clock, confirmed):
    alert = make_alert(confirmed=confirmed)
    Message.objects.create(alert=alert, kind=Message.Kind.CONFIRM)
    clock(hours=1)
    alert.subscriber.refuse("552 5.2.2 Mailbox full")
    make_job(title="Patrol Officer")
    clock(days=1)
    send()
    assert smtp.messages == []
    assert outbox.deliver(Message.objects.create(alert=alert, kind=Message.Kind.CONFIRM))
    [message] = smtp.messages
    assert "Please confirm" in message["Subject"]
    alert.refresh_from_db()
    alert.confirm()
    clock(days=1)
    send()
    assert told(smtp.messages[-1]) == ["Patrol Officer"]


def test_a_request_that_has_been_confirmed_meanwhile_is_not_sent(smtp):
    smtp.stop()
    message = confirmation()
    outbox.deliver(message)
    Alert.objects.update(confirmed_at=timezone.now())
    smtp.start()
    send()
    assert smtp.messages == []


def test_a_run_is_noted_with_what_it_sent_and_what_kept_it_from_sending_all(smtp, clock, due):
    assert outbox.last_run() is None
    due(JANE, JOE)
    smtp.answers[JOE] = "550 No such person"
    send()
    run = outbox.last_run()
    assert (run.sent, run.refused, run.given_up, run.problem) == (1, 1, 0, "")
    assert timezone.now() - run.ended_at < timedelta(hours=1)
    make_job()
    clock(days=1)
    smtp.stop()
    send_in_vain()
    run = outbox.last_run()
    assert (run.sent, run.refused) == (1, 1)
    assert run.problem.startswith("the mail server does not take messages")
    assert timezone.now() - run.ended_at < timedelta(hours=1)


def test_what_is_noted_of_a_run_names_nobody(smtp):
    """The note outlives whoever it would be about."""
    outbox.note_run(Counter(), f"550 nothing for {JANE}")
    assert outbox.last_run().problem == "550 nothing for [e-mail]"
