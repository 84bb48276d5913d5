"""Reminders: on which day who gets an email about which jobs, and what its links do."""

import re
from datetime import date, timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from departments.models import Department
from jobs.alerts.messages import Message
from jobs.alerts.outbox import send_waiting
from jobs.models import Job
from jobs.reminders.messages import prepare_reminders
from tests.factories import (
    form_of,
    get_user,
    html_of,
    make_bob,
    make_department,
    make_job,
    make_reminder,
    make_rita,
    text_of,
    utc,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MORNING = utc("2031-05-06 14:00")
GUAM, HAWAII = ("GU", "Pacific/Guam"), ("HI", "Pacific/Honolulu")


@pytest.fixture
def at(monkeypatch):
    """Return ``at(instant)``, which sets the current time."""
    return lambda instant: monkeypatch.setattr(timezone, "now", lambda: instant)


@pytest.fixture
def own(at):
    at(MORNING)
    department = make_department("Own Police")
    make_bob(department)
    return department


@pytest.fixture
def remind(mailoutbox, at):
    """Return ``remind(instant)``, which runs the worker's steps then and returns the emails."""

    def run(instant):
        at(instant)
        mailoutbox.clear()
        prepare_reminders()
        send_waiting()
        return list(mailoutbox)

    return run


def links_of(email):
    """Return ``{answer: path}`` of the links of the first job."""
    found = re.findall(r"https?://[^/]+(/jobs/reminders/(\w+)/\S+)", email.body)
    return {answer: path for path, answer in reversed(found)}


def press(client, path, **values):
    return client.post(path, form_of(client.get(path)) | values)


# When


def test_three_days_before_a_deadline_everyone_who_can_edit_the_job_gets_one_email(own, remind):
    make_rita(own)
    make_job(own, "Dispatcher", closes_on=date(2031, 5, 10))
    make_job(own, "Draft", closes_on=date(2031, 5, 10), status="draft")
    make_job(own, "Sample", closes_on=date(2031, 5, 10), is_sample=True)
    make_job(own, "Later", closes_on=date(2031, 6, 10))
    assert remind(MORNING) == []
    emails = remind(MORNING + DAY)
    assert sorted(email.to[0] for email in emails) == ["bob@example.com", "rita@example.com"]
    assert emails[0].subject == "Closes May 10, 2031: Dispatcher"
    assert "Own Police, Westport, CT" in emails[0].body and "Closes May 10, 2031." in emails[0].body
    assert not any(title in emails[0].body for title in ("Draft", "Sample", "Later"))
    for days in (1, 2, 3, 4):
        assert remind(MORNING + days * DAY) == []


@pytest.mark.parametrize(("state", "zone"), [GUAM, HAWAII])
def test_the_day_is_that_of_the_department(own, remind, at, state, zone):
    department = make_department("Island Police", state=state, city="", time_zone=zone)
    department.editors.add(get_user("bob"))
    at(utc("2031-05-02 12:00"))
    make_job(department, closes_on=date(2031, 5, 10))
    sent = [day for day in range(1, 12) if remind(utc(f"2031-05-{day:02} 14:00"))]
    # 2 PM UTC is the start of the next day on Guam.
    assert sent == [6 if state == "GU" else 7]


def test_an_extended_deadline_has_its_own_reminder(own, remind):
    job = make_job(own, closes_on=date(2031, 5, 9))
    assert len(remind(MORNING)) == 1
    job.refresh_from_db()
    job.extend(date(2031, 5, 20))
    assert [day for day in range(7, 20) if remind(utc(f"2031-05-{day:02} 14:00"))] == [17]


def test_a_job_that_is_open_until_filled_is_asked_about_each_month(own, remind, at):
    job = make_job(own)
    assert remind(MORNING + 29 * DAY) == []
    (email,) = remind(MORNING + 30 * DAY)
    assert email.subject == "Still open? Police Officer"
    assert "Open until filled. Last confirmed on May 6, 2031." in email.body
    assert remind(MORNING + 31 * DAY) == []
    at(MORNING + 33 * DAY)
    job.confirm()
    assert remind(MORNING + 62 * DAY) == []
    assert len(remind(MORNING + 63 * DAY)) == 1


def test_one_email_a_day_has_all_jobs_of_a_person(own, remind):
    other = make_department("Other Police", city="Norwalk")
    other.editors.add(get_user("bob"))
    make_job(own, "Until filled")
    make_job(other, "With a deadline", closes_on=date(2031, 6, 7))
    (email,) = remind(MORNING + 30 * DAY)
    assert email.subject == "2 of your jobs need an answer"
    assert "Other Police, Norwalk, CT" in email.body and "Own Police, Westport, CT" in email.body
    make_job(own, "Added today", closes_on=date(2031, 6, 6))
    assert remind(MORNING + 30 * DAY + timedelta(hours=9)) == []
    assert "Added today" in remind(MORNING + 31 * DAY)[0].body


def test_a_job_that_an_import_confirms_is_not_asked_about(own, remind, at):
    imported = {"source": "list", "external_id": "7"}
    job = make_job(own, "Imported", **imported)
    make_job(own, "With a deadline", closes_on=date(2031, 6, 8), source="list", external_id="8")
    at(MORNING + 20 * DAY)
    Job.objects.confirm()
    Job.objects.filter(external_id="8").update(confirmed_at=timezone.now())
    assert remind(MORNING + 31 * DAY) == []
    assert "Imported" in remind(MORNING + 50 * DAY)[0].body
    job.refresh_from_db()
    assert job.awaits_answer


@pytest.mark.parametrize("change", ["withdraw", "fill"])
def test_nothing_is_sent_about_a_job_that_ended_after_the_email_was_prepared(own, remind, at, mailoutbox, change):
    job = make_job(own, closes_on=date(2031, 5, 9))
    prepare_reminders()
    job.refresh_from_db()
    getattr(job, change)()
    send_waiting()
    assert mailoutbox == []


def test_nobody_is_asked_who_cannot_answer(own, remind):
    make_job(own, closes_on=date(2031, 5, 9))
    bob = get_user("bob")
    bob.is_active = False
    bob.save()
    assert remind(MORNING) == [] and not Message.objects.exists()
    bob.is_active = True
    bob.save()
    assert len(remind(MORNING + DAY)) == 1


def test_preparing_many_reminders_takes_as_many_queries_as_one(own, at, django_assert_max_num_queries):
    for number in range(5):
        department = make_department(f"Department {number}")
        department.recruiters.add(get_user("bob"))
        make_job(department, closes_on=date(2031, 5, 9))
    with django_assert_max_num_queries(12):
        assert prepare_reminders() == 1
    at(MORNING + timedelta(minutes=10))
    with django_assert_max_num_queries(5):
        assert prepare_reminders() == 0


# The links


@pytest.fixture
def unconfirmed(own, remind):
    """Return ``(job, links)`` of a job that is open until filled and was asked about."""
    job = make_job(own)
    (email,) = remind(MORNING + 30 * DAY)
    return job, links_of(email)


@pytest.fixture
def closing(own, remind):
    job = make_job(own, closes_on=date(2031, 5, 9))
    (email,) = remind(MORNING)
    return job, links_of(email)


@pytest.mark.any_engine
def test_each_answer_has_a_page_that_names_the_department_and_changes_nothing(client, unconfirmed):
    job, links = unconfirmed
    assert set(links) == {"confirm", "fill", "extend"}
    before = Job.objects.values().get()
    for path in links.values():
        page = client.get(path)
        assert "Police Officer Own Police, Westport, CT" in text_of(page) and "noindex" in html_of(page)
        assert page["Referrer-Policy"] == "no-referrer" and "no-store" in page["Cache-Control"]
    assert Job.objects.values().get() == before


def test_a_job_is_confirmed_once(client, unconfirmed, at):
    job, links = unconfirmed
    assert "nothing left to do here. This job is now: Open until filled." in text_of(press(client, links["confirm"]))
    first = Job.objects.get().confirmed_at
    assert first == MORNING + 30 * DAY
    at(MORNING + 35 * DAY)
    for path in links.values():
        assert "nothing left to do" in text_of(client.get(path))
        client.post(path, {"closes_on": "2031-12-01"})
    job.refresh_from_db()
    assert (job.confirmed_at, job.status, job.closes_on) == (first, "published", None)


def test_a_job_is_marked_as_filled_by_its_editor(client, closing):
    job, links = closing
    assert set(links) == {"extend", "fill"}
    press(client, links["fill"])
    job.refresh_from_db()
    assert (job.status, job.sources["status"]["set_by"]) == ("filled", f"user:{get_user('bob').pk}")
    change = job.history.get(status="filled").change
    assert (change.user, change.kind) == (get_user("bob"), "email"), (
        "the history says that it was a link, not a sign-in"
    )
    assert "This job is now: Filled." in text_of(press(client, links["extend"]))


@pytest.mark.any_engine
def test_extending_asks_for_the_date_and_proposes_two_weeks(client, closing):
    job, links = closing
    form = form_of(client.get(links["extend"]))
    assert form["closes_on"] == "2031-05-23"
    assert "is already open until May 9, 2031" in text_of(press(client, links["extend"], closes_on="2031-05-08"))
    assert "Enter a date such as" in text_of(press(client, links["extend"], closes_on="soon"))
    assert "closes June 1, 2031" in text_of(press(client, links["extend"], closes_on="6/1/2031"))
    job.refresh_from_db()
    assert job.closes_on == date(2031, 6, 1)


@pytest.mark.any_engine
def test_a_link_works_after_the_job_has_closed(client, closing, at):
    job, links = closing
    at(MORNING + 6 * DAY)
    press(client, links["extend"])
    job.refresh_from_db()
    assert job.is_open()


@pytest.mark.any_engine
def test_a_link_works_for_thirty_days(client, own):
    at_first = make_reminder(get_user("bob"), job := make_job(own))
    with patch("django.core.signing.time.time", return_value=MORNING.timestamp() - 30 * 24 * 3600 - 1):
        expired = make_reminder(get_user("bob"), job)
    with patch("django.core.signing.time.time", return_value=MORNING.timestamp()):
        assert client.get(expired["fill"]).status_code == 404
    assert client.get(at_first["fill"]).status_code == 200


@pytest.mark.any_engine
@pytest.mark.parametrize("reason", ["no role", "no account", "another answer", "another job", "nonsense"])
def test_a_link_that_does_not_count_is_refused(client, closing, reason):
    job, links = closing
    path = links["fill"]
    if reason == "no role":
        Department.objects.get().editors.clear()
    elif reason == "no account":
        get_user("bob").delete()
    elif reason == "another answer":
        path = path.replace("/fill/", "/extend/")
    elif reason == "another job":
        path = path.replace(f".{job.pk}:", f".{make_job(job.department).pk}:")
    else:
        path = "/jobs/reminders/fill/x/"
    response = client.post(path)
    assert response.status_code == 404 and "This link does not work" in text_of(response)
    assert not Job.objects.filter(status="filled").exists()
