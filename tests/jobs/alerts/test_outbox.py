"""The outbox: messages that the mail server accepts, refuses or cannot accept now."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.alerts import matching, outbox
from jobs.models import Alert, Message, Subscriber
from tests.factories import make_alert, make_job
from tests.mail_server import HANGS_UP

from .sending import JANE, JOE, send, send_and_fail, titles_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def due(clock):
    """`due(JANE, JOE)` makes a digest with one new opening due for each of them."""

    def due(*emails):
        for email in emails:
            make_alert(email)
        clock(hours=1)
        make_job()
        clock(days=1)

    return due


def test_messages_wait_while_the_mail_server_is_down(smtp, clock, due):
    smtp.stop()
    due(JANE, JOE)
    for _run in range(20):
        output = send_and_fail()
        assert "2 waiting" in output and "the mail server does not accept messages" in output
        clock(days=1)
    smtp.start()
    assert "2 sent" in send()
    assert sorted(message["To"] for message in smtp.messages) == [JANE, JOE]


def test_all_messages_are_sent_over_one_connection(smtp, due):
    due(*(f"user{number}@example.com" for number in range(5)))
    send()
    assert len(smtp.messages) == 5 and smtp.connections == 1


@pytest.mark.parametrize("answer", ["451 Try later", HANGS_UP, "421 Going down"])
def test_a_failed_message_is_retried_later_and_does_not_block_others(smtp, clock, due, answer):
    due(JANE, JOE)
    smtp.to_data = [answer]
    output = send_and_fail()
    assert "1 sent" in output and "1 waiting" in output
    assert [message["To"] for message in smtp.messages] == [JOE]
    assert "0 sent" in send_and_fail()
    clock(minutes=6)
    assert "1 sent" in send()
    assert [message["To"] for message in smtp.messages] == [JOE, JANE]


def test_a_message_is_given_up_after_failing_for_four_days(smtp, clock, due):
    due(JANE)
    smtp.answers[JANE] = "451 Not now"
    runs = 0
    while Message.objects.to_send().exists() or not runs:
        output = send_and_fail()
        runs += 1
        clock(hours=24)
    message = Message.objects.get()
    assert "1 given up" in output and (message.problem, message.sent_at) == ("451 Not now", None)
    assert runs == message.attempts == 10
    assert Subscriber.objects.get().refused_at is None
    send()
    assert smtp.messages == []


def test_nothing_more_is_sent_to_a_permanently_refused_address(smtp, clock, due):
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


def test_an_email_with_refused_content_is_not_retried_but_later_ones_are_sent(smtp, clock, due):
    due(JANE)
    smtp.to_data = ["554 We do not like it"]
    assert "1 refused" in send()
    make_job(title="Second")
    clock(days=1)
    send()
    assert [titles_in(message) for message in smtp.messages] == [["Second"]]


def test_a_message_that_cannot_be_composed_does_not_block_others(smtp, due, monkeypatch):
    due(JANE, JOE)
    compose = outbox.emails.compose

    def fails_for_jane(message):
        if message.alert.subscriber.email == JANE:
            raise ZeroDivisionError("no luck")
        return compose(message)

    monkeypatch.setattr(outbox.emails, "compose", fails_for_jane)
    assert "1 sent" in send_and_fail()
    assert Message.objects.get(sent_at=None).problem == "ZeroDivisionError: no luck"


@pytest.mark.parametrize("most", [100, 1])
def test_alerts_that_cannot_be_compared_with_openings_do_not_block_others(smtp, clock, due, monkeypatch, most):
    due(JANE, JOE, "ann@example.com", "bob@example.com")
    consider, failing = matching.AlertMatcher.consider, {JANE, "ann@example.com"}

    def fails_for_some(matcher, *args):
        if matcher.alert.subscriber.email in failing:
            raise ZeroDivisionError("no luck")
        consider(matcher, *args)

    monkeypatch.setattr(matching, "MAX_FAILED", most)
    monkeypatch.setattr(matching.AlertMatcher, "consider", fails_for_some)
    output = send() if most == 100 else send_and_fail()
    assert ("digests failed: ZeroDivisionError" in output) == (most == 1)
    if most == 100:
        assert [message["To"] for message in smtp.messages] == [JOE, "bob@example.com"]
    failing.clear()
    send()
    assert Counter(message["To"] for message in smtp.messages) == Counter(
        Alert.objects.values_list("subscriber__email", flat=True)
    )


def test_a_refused_sender_is_retried_and_marks_no_recipient(smtp, clock, due):
    due(JANE)
    smtp.answers["alerts@police.example.org"] = "550 Not you"
    assert "1 waiting" in send_and_fail()
    assert Message.objects.get().problem == "550 Not you"
    assert Subscriber.objects.get().refused_at is None
    smtp.answers.clear()
    clock(minutes=6)
    assert "1 sent" in send()


def test_a_leased_message_is_skipped_until_the_lease_ends(smtp, clock, due):
    due(JANE)
    matching.prepare_digests()
    message = Message.objects.get()
    assert message.lease() and not message.lease()
    assert "0 sent" in send_and_fail()
    clock(minutes=16)
    assert "1 sent" in send()


def test_a_message_is_not_sent_when_its_alert_was_just_paused(smtp, due, monkeypatch):
    due(JANE)
    monkeypatch.setattr(Message, "lease", lambda message: Alert.objects.update(paused=True))
    assert "0 sent" in send()
    assert smtp.messages == []


def test_it_names_a_missing_setting(settings, clock):
    settings.SENDS_EMAIL = False
    make_alert()
    assert "EMAIL_URL" in send_and_fail()
    assert not Message.objects.exists()


# Confirmation requests


def test_confirmation_requests_are_sent_before_older_digests(smtp, due, monkeypatch):
    monkeypatch.setattr(outbox, "BATCH_SECONDS", -1)
    due(JANE, JOE)
    matching.prepare_digests()
    sent = []

    def send_messages(backend, emails):
        if not sent:
            make_alert("ann@example.com", confirmed=False).messages.create(kind="confirm")
        sent.extend(email.to[0] for email in emails)

    monkeypatch.setattr("django.core.mail.backends.smtp.EmailBackend.send_messages", send_messages)
    send()
    assert sent == [JANE, "ann@example.com", JOE]


def test_a_confirmation_request_waits_until_email_is_set_up(smtp, settings):
    make_alert(confirmed=False).messages.create(kind="confirm")
    settings.SENDS_EMAIL = False
    send_and_fail()
    settings.SENDS_EMAIL = True
    assert "1 sent" in send()
    assert "0 sent" in send()


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_subscriber_whose_server_refused_an_email_can_sign_up_again(smtp, clock, confirmed):
    alert = make_alert(confirmed=confirmed)
    Message.objects.create(alert=alert, kind=Message.Kind.CONFIRM)
    clock(hours=1)
    alert.subscriber.mark_refused("552 5.2.2 Mailbox full")
    make_job(title="Patrol Officer")
    clock(days=1)
    send()
    assert smtp.messages == []
    Message.objects.create(alert=alert, kind=Message.Kind.CONFIRM)
    send()
    [message] = smtp.messages
    assert "Confirm your" in message["Subject"]
    alert.refresh_from_db()
    alert.confirm()
    clock(days=1)
    send()
    assert titles_in(smtp.messages[-1]) == ["Patrol Officer"]


def test_a_confirmation_request_is_not_sent_after_the_alert_is_confirmed(smtp):
    make_alert(confirmed=False).messages.create(kind="confirm")
    Alert.objects.update(confirmed_at=timezone.now())
    send()
    assert smtp.messages == []


def test_a_run_is_recorded_with_its_totals_and_its_problem(smtp, clock, due):
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
    send_and_fail()
    run = outbox.last_run()
    assert (run.sent, run.refused) == (1, 1)
    assert run.problem.startswith("the mail server does not accept messages")
    assert timezone.now() - run.ended_at < timedelta(hours=1)


def test_the_record_of_a_run_contains_no_email_address(smtp):
    """The record stays when subscribers are deleted."""
    outbox.record_run(Counter(), f"550 nothing for {JANE}")
    assert outbox.last_run().problem == "550 nothing for [email]"
