"""``manage.py send_alerts``: each new opening reaches each subscriber once, whatever happens on the way."""

from collections import Counter
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.alerts import matching, outbox
from jobs.models import Alert, Job, Message, Subscriber, Told
from tests.factories import make_alert, make_department, make_job

from .sending import JANE, JOE, send, send_in_vain, told

pytestmark = pytest.mark.django_db


def test_a_new_opening_reaches_who_waits_for_it(smtp, clock):
    make_job(title="Old")
    make_alert()
    clock(hours=1)
    make_job(title="Patrol Officer")
    clock(days=1)
    said = send()
    [message] = smtp.messages
    assert message["To"] == JANE
    assert told(message) == ["Patrol Officer"]
    assert said == (
        "1 digest and 0 questions prepared; 1 sent, 0 refused, 0 given up, 0 with nothing left to say; 0 waiting.\n"
    )


def test_it_tells_of_each_opening_once_however_often_it_runs(smtp, clock):
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
    assert [told(message) for message in smtp.messages] == [["First"], ["Second"]]


def test_two_alerts_of_one_subscriber_tell_of_an_opening_once_and_other_subscribers_hear_of_it_too(smtp, clock):
    make_alert(kind="entry_level")
    make_alert(q="patrol")
    make_alert(JOE, q="patrol")
    clock(hours=1)
    make_job(title="Patrol Officer", kind="entry_level")
    make_job(title="Patrol Captain", kind="command")
    clock(days=1)
    send()
    assert [told(message) for message in smtp.to(JANE)] == [["Patrol Officer"], ["Patrol Captain"]]
    assert [sorted(told(message)) for message in smtp.to(JOE)] == [["Patrol Captain", "Patrol Officer"]]


def test_a_daily_alert_is_told_each_day_and_a_weekly_one_each_week(smtp, clock):
    make_alert(frequency="daily")
    make_alert(JOE, frequency="weekly")
    clock(hours=1)
    for day in range(1, 15):
        make_job(title=f"Day {day}")
        clock(days=1)
        send()
    assert [told(message) for message in smtp.to(JANE)] == [[f"Day {day}"] for day in range(1, 15)]
    assert [len(told(message)) for message in smtp.to(JOE)] == [7, 7]


def test_nothing_comes_before_the_day_has_passed(smtp, clock):
    make_alert()
    make_job()
    clock(hours=23)
    send()
    assert smtp.messages == []


def test_a_run_that_begins_a_little_earlier_than_yesterdays_is_a_day_later_all_the_same(smtp, clock):
    make_alert()
    clock(days=3)
    make_job(title="First")
    send()
    make_job(title="Second")
    clock(days=1, seconds=-1)
    send()
    # Where the first began with the full hour, this is the one.
    clock(minutes=15)
    send()
    assert [told(message) for message in smtp.messages] == [["First"], ["Second"]]


@pytest.mark.parametrize("late", ["entered", "published", "with its department"])
def test_an_opening_that_people_see_long_after_it_opened_is_new(smtp, clock, late):
    """The day that it opened was a week before all of this."""
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
    assert [told(message) for message in smtp.messages] == [["Late"]]


def test_what_is_edited_or_withdrawn_and_published_again_is_not_new(smtp, clock):
    job = make_job()
    make_alert()
    clock(days=1)
    job.withdraw()
    job.publish()
    clock(days=1)
    send()
    assert smtp.messages == []


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
def test_no_alert_tells_of_what_is_a_sample_or_not_open(smtp, clock, values):
    make_alert()
    clock(hours=1)
    make_job(**values)
    clock(days=1)
    send()
    assert smtp.messages == [] and not Told.objects.exists()


@pytest.mark.parametrize("how", ["unconfirmed", "paused", "refused", "deleted"])
def test_nothing_is_sent_that_is_not_wanted(smtp, clock, how):
    alert = make_alert(confirmed=how != "unconfirmed", paused=how == "paused")
    if how == "refused":
        alert.subscriber.refuse("550 No such user")
    if how == "deleted":
        alert.subscriber.delete()
    clock(hours=1)
    make_job()
    clock(days=2)
    assert "0 sent" in send()
    assert smtp.messages == []


def test_who_pauses_while_a_digest_waits_gets_it_when_they_resume(smtp, clock):
    smtp.stop()
    alert = make_alert()
    clock(hours=1)
    make_job(title="Patrol Officer")
    clock(days=1)
    send_in_vain()
    smtp.start()
    Alert.objects.update(paused=True)
    clock(days=1)
    send()
    assert smtp.messages == []
    Alert.objects.filter(pk=alert.pk).update(paused=False)
    send()
    assert [told(message) for message in smtp.messages] == [["Patrol Officer"]]


def test_openings_that_close_while_they_wait_are_left_out(smtp, clock):
    smtp.stop()
    make_alert()
    clock(hours=1)
    first, second = make_job(title="First"), make_job(title="Second")
    clock(days=1)
    send_in_vain()
    first.withdraw()
    smtp.start()
    send()
    assert [told(message) for message in smtp.messages] == [["Second"]]
    second.withdraw()


def test_a_digest_that_has_become_empty_is_not_sent(smtp, clock):
    smtp.stop()
    make_alert()
    clock(hours=1)
    job = make_job()
    clock(days=1)
    send_in_vain()
    job.withdraw()
    smtp.start()
    assert "1 with nothing left to say; 0 waiting" in send()
    assert smtp.messages == []
    assert "0 with nothing left to say" in send()


# A year later


def test_after_a_year_it_asks_and_pauses_what_nobody_answers_for(smtp, clock):
    make_alert()
    clock(days=366)
    assert "0 digests and 1 question prepared" in send()
    [question] = smtp.messages
    assert "Do you still want" in question["Subject"]
    clock(days=29)
    send()
    assert not Alert.objects.get().paused
    clock(days=2)
    send()
    alert = Alert.objects.get()
    assert alert.paused
    assert len(smtp.messages) == 1


def test_who_answers_is_asked_again_in_another_year(smtp, clock):
    make_alert()
    clock(days=366)
    send()
    Alert.objects.update(renewed_at=Message.objects.get().sent_at, renewal_asked_at=None)
    clock(days=364)
    send()
    assert len(smtp.messages) == 1 and not Alert.objects.get().paused
    clock(days=2)
    send()
    assert len(smtp.messages) == 2


def test_who_pauses_after_the_question_and_resumes_later_has_answered_it(smtp, clock):
    make_alert()
    clock(days=366)
    send()
    Alert.objects.get().pause()
    clock(days=60)
    Alert.objects.get().resume()
    send()
    assert not Alert.objects.get().paused


def test_a_question_that_was_never_sent_pauses_nothing(smtp, clock):
    smtp.answers[JANE] = "451 Not now"
    make_alert()
    clock(days=366)
    send_in_vain()
    while Message.objects.to_send().exists():
        clock(days=7)
        send_in_vain()
    clock(days=40)
    send()
    assert not Alert.objects.get().paused


# What it costs


def queries_for(number, clock):
    """``(statements that read, those that add rows, others)`` of preparing digests for so many new subscribers."""
    Subscriber.objects.all().delete()
    for one in range(number):
        make_alert(f"user{one}@example.com", q="patrol")
        make_alert(f"user{one}@example.com", state="CT")
    clock(days=2)
    department = make_department(f"Department {number}", city="")
    for title in ("Patrol Officer", "Clerk", "Patrol Captain"):
        make_job(department, title=title)
    with CaptureQueriesContext(connection) as captured:
        assert matching.prepare() == 2 * number
    kinds = Counter(query["sql"].split()[0] for query in captured)
    inserts = kinds.pop("INSERT")
    return dict(kinds), inserts


def test_the_number_of_queries_does_not_grow_with_the_number_of_subscribers(clock):
    one, many = queries_for(1, clock), queries_for(200, clock)
    assert one[0] == many[0]
    # 400 messages and 600 rows of what they tell: in bulk, as large as the engine allows.
    assert one[1] == 2
    assert many[1] <= 8 if connection.vendor == "sqlite" else many[1] == 2
    assert Told.objects.count() == 600


def test_more_alerts_than_fit_into_a_batch_are_all_told_and_asked(smtp, clock, monkeypatch):
    monkeypatch.setattr(matching, "BATCH", 2)
    monkeypatch.setattr(outbox, "AT_ONCE", 2)
    for number in range(5):
        make_alert(f"user{number}@example.com")
    clock(days=366)
    make_job()
    assert send().startswith("5 digests and 5 questions prepared; 10 sent")


def test_where_two_prepare_at_once_the_second_has_nothing_left_to_tell(smtp, clock, monkeypatch):
    """It has found what the first tells of, before the first has told of it."""
    first, second = make_alert(kind="entry_level"), make_alert(q="police")
    clock(hours=1)
    job = make_job()
    clock(days=1)
    monkeypatch.setattr(matching, "find", lambda due, at: {first.pk: [job.pk], second.pk: [job.pk]})
    assert matching.prepare() == 1
    assert [message.alert for message in Message.objects.all()] == [first]


# A sender that is killed


class Killed(BaseException):
    """Nothing catches it."""


def killed_at(query):
    """Whether a run was killed before this one of its queries; the mail server has then taken what it has taken."""

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


@pytest.mark.filterwarnings("ignore:.*ServerSideCursor:ResourceWarning")  # who is killed closes nothing
@pytest.mark.django_db(transaction=True)
@pytest.mark.unmeasured
def test_a_sender_may_be_killed_at_every_step_and_nothing_is_lost(smtp, clock):
    """Two digests, two questions and a request to confirm: some of its queries stand behind the mail server's
    acceptance and before our record of it."""
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
        digests = [message for message in distinct if "new opening" in message["Subject"]]
        for address in (JANE, JOE):
            titles = [title for message in digests if message["To"] == address for title in told(message)]
            assert sorted(titles) == ["First", "Second"], query
        others = Counter(message["To"] for message in distinct if message not in digests)
        assert others == {JANE: 1, JOE: 1, "ann@example.com": 1}, query
    assert query > 30
    assert repeated == len(distinct)
