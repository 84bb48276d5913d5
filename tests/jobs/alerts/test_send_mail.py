"""`manage.py send_mail` sends each new opening to each subscriber once, whatever happens."""

from collections import Counter
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.alerts import matching, outbox
from jobs.models import Alert, Job, Message, NotifiedOpening, Subscriber
from tests.factories import make_alert, make_department, make_job

from .sending import JANE, JOE, send, send_and_fail, titles_in

pytestmark = pytest.mark.django_db


def test_a_new_opening_is_sent_to_a_matching_alert(smtp, clock):
    make_job(title="Old")
    make_alert()
    clock(hours=1)
    make_job(title="Patrol Officer")
    clock(days=1)
    output = send()
    [message] = smtp.messages
    assert message["To"] == JANE
    assert titles_in(message) == ["Patrol Officer"]
    assert output == (
        "Prepared 1 digest and 0 renewal requests. "
        "Messages: 1 sent, 0 refused, 0 given up, 0 dropped because all jobs closed, 0 waiting.\n"
    )


def test_each_opening_is_sent_once_however_often_it_runs(smtp, clock):
    make_alert()
    clock(hours=1)
    make_job(title="First")
    for _day in range(3):
        clock(days=1)
        send()
        send()
    make_job(title="Second")
    clock(days=1)
    send()
    assert [titles_in(message) for message in smtp.messages] == [["First"], ["Second"]]


def test_an_opening_is_sent_once_to_each_subscriber_with_several_alerts(smtp, clock):
    make_alert(kind="entry_level")
    make_alert(q="patrol")
    make_alert(JOE, q="patrol")
    clock(hours=1)
    make_job(title="Patrol Officer", kind="entry_level")
    make_job(title="Patrol Captain", kind="command")
    clock(days=1)
    send()
    assert [titles_in(message) for message in smtp.to(JANE)] == [["Patrol Officer"], ["Patrol Captain"]]
    assert [sorted(titles_in(message)) for message in smtp.to(JOE)] == [["Patrol Captain", "Patrol Officer"]]


def test_digests_are_sent_daily_or_weekly(smtp, clock):
    make_alert(frequency="daily")
    make_alert(JOE, frequency="weekly")
    clock(hours=1)
    for day in range(1, 15):
        make_job(title=f"Day {day}")
        clock(days=1)
        send()
    assert [titles_in(message) for message in smtp.to(JANE)] == [[f"Day {day}"] for day in range(1, 15)]
    assert [len(titles_in(message)) for message in smtp.to(JOE)] == [7, 7]


def test_nothing_is_sent_before_a_day_has_passed(smtp, clock):
    make_alert()
    make_job()
    clock(hours=23)
    send()
    assert smtp.messages == []


def test_a_run_slightly_earlier_than_yesterdays_still_counts_as_a_day_later(smtp, clock):
    make_alert()
    clock(days=3)
    make_job(title="First")
    send()
    make_job(title="Second")
    clock(days=1, seconds=-1)
    send()
    # If the first run started on the hour, this run sends the digest.
    clock(minutes=15)
    send()
    assert [titles_in(message) for message in smtp.messages] == [["First"], ["Second"]]


@pytest.mark.parametrize("late", ["entered", "published", "with its department"])
def test_an_opening_that_becomes_visible_late_is_new(smtp, clock, late):
    """Its opening date is a week earlier."""
    department = make_department(status="draft" if late == "with its department" else "published")
    if late != "entered":
        job = make_job(department, title="Late", status="draft" if late == "published" else "published")
    clock(days=1)
    make_alert()
    clock(hours=1)
    send()
    assert smtp.messages == []
    if late == "entered":
        make_job(department, title="Late")
    elif late == "published":
        job.publish()
    else:
        department.publish()
    clock(days=1)
    send()
    assert [titles_in(message) for message in smtp.messages] == [["Late"]]


@pytest.mark.parametrize(
    "values",
    [
        {"is_sample": True},
        {"status": "draft"},
        {"status": "withdrawn"},
        {"opens_on": date(2099, 1, 1)},
        {"opens_on": date(2020, 1, 1), "closes_on": date(2020, 2, 1)},
    ],
    ids=str,
)
def test_samples_and_openings_that_are_not_open_are_not_sent(smtp, clock, values):
    make_alert()
    clock(hours=1)
    make_job(**values)
    clock(days=1)
    send()
    assert smtp.messages == [] and not NotifiedOpening.objects.exists()


@pytest.mark.parametrize("how", ["unconfirmed", "paused", "refused", "deleted"])
def test_nothing_is_sent_for_inactive_alerts(smtp, clock, how):
    alert = make_alert(confirmed=how != "unconfirmed", paused=how == "paused")
    if how == "refused":
        alert.subscriber.mark_refused("550 No such user")
    if how == "deleted":
        alert.subscriber.delete()
    clock(hours=1)
    make_job()
    clock(days=2)
    assert "0 sent" in send()
    assert smtp.messages == []


def test_a_waiting_digest_of_a_paused_alert_is_sent_after_it_resumes(smtp, clock):
    smtp.stop()
    alert = make_alert()
    clock(hours=1)
    make_job(title="Patrol Officer")
    clock(days=1)
    send_and_fail()
    smtp.start()
    Alert.objects.update(paused=True)
    clock(days=1)
    send()
    assert smtp.messages == []
    Alert.objects.filter(pk=alert.pk).update(paused=False)
    send()
    assert [titles_in(message) for message in smtp.messages] == [["Patrol Officer"]]


def test_openings_that_close_while_a_digest_waits_are_left_out(smtp, clock):
    smtp.stop()
    make_alert()
    clock(hours=1)
    first, second = make_job(title="First"), make_job(title="Second")
    clock(days=1)
    send_and_fail()
    first.withdraw()
    smtp.start()
    send()
    assert [titles_in(message) for message in smtp.messages] == [["Second"]]
    second.withdraw()


def test_a_digest_whose_openings_all_closed_is_not_sent(smtp, clock):
    smtp.stop()
    make_alert()
    clock(hours=1)
    job = make_job()
    clock(days=1)
    send_and_fail()
    job.withdraw()
    smtp.start()
    assert "1 dropped because all jobs closed, 0 waiting" in send()
    assert smtp.messages == []
    assert "0 dropped because all jobs closed" in send()


# Renewal


def test_after_a_year_it_asks_for_renewal_and_pauses_unanswered_alerts(smtp, clock):
    make_alert()
    clock(days=366)
    assert "Prepared 0 digests and 1 renewal request." in send()
    [request] = smtp.messages
    assert "Do you still want" in request["Subject"]
    clock(days=29)
    send()
    assert not Alert.objects.get().paused
    clock(days=2)
    send()
    alert = Alert.objects.get()
    assert alert.paused
    assert len(smtp.messages) == 1


def test_a_renewed_alert_is_asked_again_after_another_year(smtp, clock):
    make_alert()
    clock(days=366)
    send()
    Alert.objects.update(renewed_at=Message.objects.get().sent_at, renewal_requested_at=None)
    clock(days=364)
    send()
    assert len(smtp.messages) == 1 and not Alert.objects.get().paused
    clock(days=2)
    send()
    assert len(smtp.messages) == 2


def test_resuming_an_alert_answers_the_renewal_request(smtp, clock):
    make_alert()
    clock(days=366)
    send()
    Alert.objects.get().pause()
    clock(days=60)
    Alert.objects.get().resume()
    send()
    assert not Alert.objects.get().paused


def test_a_renewal_request_that_was_never_sent_pauses_nothing(smtp, clock):
    smtp.answers[JANE] = "451 Not now"
    make_alert()
    clock(days=366)
    send_and_fail()
    while Message.objects.to_send().exists():
        clock(days=7)
        send_and_fail()
    clock(days=40)
    send()
    assert not Alert.objects.get().paused


# Queries


def queries_for(number, clock):
    """Prepare digests for `number` new subscribers and return `({statement: count}, number of inserts)`."""
    Subscriber.objects.all().delete()
    for one in range(number):
        make_alert(f"user{one}@example.com", q="captain")
        make_alert(f"user{one}@example.com", state="CT")
    clock(days=2)
    department = make_department(f"Department {number}", city="")
    for title in ("Captain", "Clerk", "Patrol Captain"):
        make_job(department, title=title)
    with CaptureQueriesContext(connection) as captured:
        assert matching.prepare_digests() == 2 * number
    kinds = Counter(query["sql"].split()[0] for query in captured)
    inserts = kinds.pop("INSERT")
    return dict(kinds), inserts


def test_the_number_of_queries_does_not_grow_with_the_number_of_subscribers(clock):
    one, many = queries_for(1, clock), queries_for(200, clock)
    assert one[0] == many[0]
    # 400 messages and 600 notified openings, in bulk inserts as large as the engine allows.
    assert one[1] == 2
    assert many[1] <= 8 if connection.vendor == "sqlite" else many[1] == 2
    assert NotifiedOpening.objects.count() == 600


def test_all_batches_of_alerts_and_messages_are_processed(smtp, clock, monkeypatch):
    monkeypatch.setattr(matching, "BATCH_SIZE", 2)
    monkeypatch.setattr(outbox, "BATCH_SIZE", 2)
    for number in range(5):
        make_alert(f"user{number}@example.com")
    clock(days=366)
    make_job()
    assert send().startswith("Prepared 5 digests and 5 renewal requests. Messages: 10 sent")


def test_a_second_process_that_found_the_same_openings_creates_no_digest(smtp, clock, monkeypatch):
    """It found the openings before the first process recorded them."""
    first, second = make_alert(kind="entry_level"), make_alert(q="police")
    clock(hours=1)
    job = make_job()
    clock(days=1)
    periods = [(job.pk, job.open_since)]
    monkeypatch.setattr(matching, "find_openings", lambda due, at: {first.pk: periods, second.pk: periods})
    assert matching.prepare_digests() == 1
    assert [message.alert for message in Message.objects.all()] == [first]


# A killed sender


class Killed(BaseException):
    """A BaseException, so that no code under test catches it."""


def killed_at(query):
    """Kill a run before its query number `query`, and return whether it had that many queries."""

    def count(execute, sql, params, many, context):
        nonlocal query
        query -= 1
        if query == 0:
            raise Killed
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(count):
            send()
    except Killed:
        return True
    return False


@pytest.mark.filterwarnings("ignore:.*ServerSideCursor:ResourceWarning")  # a killed sender closes nothing
@pytest.mark.django_db(transaction=True)
@pytest.mark.unmeasured
def test_a_sender_that_is_killed_before_any_query_loses_nothing(smtp, clock):
    """Sends two digests, two renewal requests and a confirmation request.

    Some queries come after the mail server accepted a message and before that is recorded, so it is sent twice.
    """
    query, repeated, killed = 0, 0, True
    while killed:
        query += 1
        Subscriber.objects.all().delete()
        Job.objects.all().delete()
        smtp.messages.clear()
        make_alert(JANE)
        make_alert(JOE)
        clock(days=366)
        Message.objects.create(alert=make_alert("ann@example.com", confirmed=False), kind=Message.Kind.CONFIRM)
        department = make_department(f"Department {query}", city="")
        for title in ("First", "Second"):
            make_job(department, title=title)
        killed = killed_at(query)
        clock(minutes=16)
        send()
        distinct = {message["Message-ID"]: message for message in smtp.messages}.values()
        assert len(smtp.messages) - len(distinct) <= 1, query
        repeated += len(smtp.messages) - len(distinct)
        digests = [message for message in distinct if "new job" in message["Subject"]]
        for address in (JANE, JOE):
            titles = [title for message in digests if message["To"] == address for title in titles_in(message)]
            assert sorted(titles) == ["First", "Second"], query
        others = Counter(message["To"] for message in distinct if message not in digests)
        assert others == {JANE: 1, JOE: 1, "ann@example.com": 1}, query
    assert query > 30
    assert repeated == len(distinct)
