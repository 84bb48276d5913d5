"""Running connectors: what a fetch changes, and what changes nothing."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from jobs.imports.connectors import importer, runs, usajobs
from jobs.imports.connectors.fetch import Failed
from jobs.models import Connector, Job, Listing, Message
from tests.factories import make_alice, make_connector, make_department

from .pages import careers_page, federal_job, federal_result, feed, feed_job, posting
from .running import FEED, publish, run_next, titles

pytestmark = pytest.mark.any_engine


def test_a_fetch_imports_openings_for_its_department_with_their_source(website, connector, department):
    website.pages[FEED] = feed(feed_job())
    assert run_next() == [""]
    job = Job.objects.get()
    assert (job.department, job.title, job.source, job.external_id) == (
        department,
        "Police Officer",
        "Careers page",
        "HS-1001",
    )
    assert job.description == (
        "Patrol the **town**.\n\n- Answer calls\n- Write reports\n\n"
        "## Work location\n\n50 Jesup Road, Westport, CT 06880"
    )
    assert (job.pay, job.get_schedule_display(), str(job.closes_on)) == (
        "$35.50 to $48.00 an hour",
        "Full time",
        "2099-12-31",
    )
    assert job.sources["title"] == {"source": "Careers page", "as_of": "", "set_by": "import"}
    connector.refresh_from_db()
    assert connector.is_verified and connector.listed == 1 and connector.report["created"] == 1
    assert connector.listings.get().number == "2026-014"
    assert connector.due_at > timezone.now() + timedelta(hours=5)


def test_a_second_fetch_of_the_same_list_writes_nothing(website, connector, django_assert_max_num_queries, clock):
    publish(website, "1", "2")
    run_next()
    written = list(Job.objects.values_list("pk", "modified"))
    run_next(clock)
    assert list(Job.objects.values_list("pk", "modified")) == written
    connector.refresh_from_db()
    assert connector.report["unchanged"] == 2


MANY = [str(number) for number in range(1, 7)]
WHOLE = feed(*(feed_job(referencenumber=number, requisitionid="") for number in MANY))


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (feed(), "The list is empty."),
        ("", "cut off"),
        (WHOLE[:-30], "cut off"),
        ((200, {"Content-Length": "99999"}, WHOLE.encode()), "cut off"),
        ((500, {}, b""), "status 500"),
        ((404, {}, b""), "status 404"),
        ((302, {"Location": "/login"}, b""), "The list has moved to"),
        ((302, {"Location": "/unchanged"}, b""), "status 304"),
        ("<!DOCTYPE html><html><body>Sign in</body></html>", "begins with <html>"),
        (feed(*(feed_job(referencenumber=number) for number in MANY[:3])), "only 3 jobs, after 6 the last time"),
    ],
)
def test_an_answer_that_may_lack_openings_changes_nothing(website, connector, clock, answer, problem):
    publish(website, *MANY)
    run_next()
    moved = {"/login": feed(feed_job(referencenumber="9")), "/unchanged": (304, {}, b"")}
    website.pages |= moved | {FEED: answer}
    for _number in range(3):
        (found,) = run_next(clock)
        assert problem in found
    assert titles() == dict.fromkeys(MANY, "published")
    connector.refresh_from_db()
    assert problem in connector.problem and connector.failing_since < timezone.now() - timedelta(hours=12)
    # The same list as before is no surprise.
    publish(website, *MANY)
    assert run_next(clock) == [""]
    connector.refresh_from_db()
    assert (connector.problem, connector.failing_since) == ("", None)


def test_a_much_shorter_list_can_be_accepted(website, connector, clock):
    publish(website, *MANY)
    run_next()
    publish(website, "1")
    assert run_next(clock) != [""]
    connector.accept_any_number()
    assert run_next() == [""]
    assert run_next(clock) == [""]
    assert [number for number, status in titles().items() if status == "published"] == ["1"]


def test_administrators_get_one_email_after_three_days_of_failures(website, connector, clock):
    alice = make_alice()
    for _number in range(12):
        run_next(clock)
    assert not Message.objects.exists()
    for _number in range(8):
        run_next(clock)
    message = Message.objects.get()
    assert message.recipient == alice.email and "Careers page" in message.content["title"]
    assert "The website answered with status 404." in message.content["paragraphs"]
    # After a success, the next failure is another one.
    publish(website, "1")
    assert run_next(clock) == [""]
    website.pages.clear()
    for _number in range(14):
        run_next(clock)
    assert Message.objects.count() == 2


def test_a_list_that_is_not_modified_is_not_sent_again(website, connector, clock):
    publish(website, "1", "2")
    headers = {"ETag": '"v1"', "Last-Modified": "Fri, 20 Nov 2026 10:00:00 GMT"}
    website.pages[FEED] = 200, headers, website.pages[FEED].encode()
    run_next()
    website.pages[FEED] = 304, {}, b""
    assert run_next(clock) == [""]
    sent = website.requests[-1][1]
    assert (sent["If-None-Match"], sent["If-Modified-Since"]) == ('"v1"', "Fri, 20 Nov 2026 10:00:00 GMT")
    assert titles() == {"1": "published", "2": "published"}
    connector.refresh_from_db()
    assert connector.succeeded_at > timezone.now() - timedelta(minutes=1)


def test_a_busy_website_is_left_alone_as_long_as_it_asks(website, connector, clock):
    website.pages[FEED] = 429, {"Retry-After": str(3 * 86400)}, b""
    assert "later" in run_next()[0]
    clock(days=2)
    assert run_next() == []
    clock(days=1, minutes=1)
    assert len(run_next()) == 1


def test_duplicate_numbers_in_a_list_are_one_opening_and_rejected_rows_are_still_listed(website, connector, clock):
    website.pages[FEED] = feed(feed_job(), feed_job(title="Copy"), feed_job(referencenumber="2"))
    assert run_next() == [""]
    connector.refresh_from_db()
    assert (connector.report["created"], connector.report["skipped"]) == (2, 1)
    # A row that becomes invalid is no reason to close its opening.
    website.pages[FEED] = feed(feed_job(), feed_job(referencenumber="2", expirationdate="whenever"))
    for _number in range(3):
        assert run_next(clock) == [""]
    assert titles() == {"HS-1001": "published", "2": "published"}
    connector.refresh_from_db()
    assert connector.report["rejected"] == 1 and connector.etag == ""


def test_openings_without_numbers_close_no_others(website, connector, clock):
    publish(website, "1", "2")
    run_next()
    website.pages[FEED] = feed(feed_job(referencenumber="1"), feed_job(referencenumber="", requisitionid="", url=""))
    for _number in range(3):
        assert run_next(clock) == [""]
    assert titles()["2"] == "published"


def test_only_openings_with_the_connectors_words_are_taken(website, connector):
    Connector.objects.update(words="police, dispatch")
    website.pages[FEED] = feed(
        feed_job(referencenumber="1"),
        feed_job(referencenumber="2", title="Dispatcher"),
        feed_job(referencenumber="3", title="Librarian", category="Library"),
    )
    run_next()
    assert set(titles()) == {"1", "2"}


def test_each_departments_list_has_its_own_numbers(website, connector):
    other = make_department("Norwalk Police", city="Norwalk")
    make_connector(other, website.url("/norwalk.xml", "norwalk.test"))
    publish(website, "1")
    website.pages["/norwalk.xml"] = feed(feed_job(referencenumber="1", title="Sergeant"))
    assert run_next() == ["", ""]
    assert set(Job.objects.values_list("department__city", "title")) == {
        ("Westport", "Police Officer"),
        ("Norwalk", "Sergeant"),
    }
    assert not any(each.report["notices"] for each in Connector.objects.all())


def test_federal_jobs_find_their_department_by_name(website, db, settings, monkeypatch):
    monkeypatch.setattr(usajobs, "ORIGIN", ("http", f"{usajobs.HOST}:{website.port}"))
    settings.USAJOBS_EMAIL, settings.USAJOBS_KEY = "office@police.example.org", "secret"
    make_department("Capitol Police", city="Washington", state="DC")
    url = website.url("/api/Search?Page=1", usajobs.HOST)
    stations = [{"LocationName": "Austin, Texas"}, {"LocationName": "Reno, Nevada"}]
    website.pages["/api/Search?Page=1"] = federal_result(
        federal_job(),
        federal_job(PositionID="2", PositionLocation=stations),
        federal_job(PositionID="3", OrganizationName="Secret Service"),
    )
    make_connector(None, url, format="usajobs", name="USAJOBS")
    assert run_next() == [""]
    assert website.requests[0][1]["Authorization-Key"] == "secret"
    assert website.requests[0][1]["User-Agent"] == "office@police.example.org"
    assert set(titles()) == {"USCP-26-031", "2"}
    (rejection,) = Connector.objects.get().report["rejections"]
    assert "Secret Service" in rejection[1]


def test_a_careers_page_is_read_with_the_pages_that_it_links_to(website, department):
    website.pages |= {
        "/police/jobs": careers_page(links=["jobs/1", "jobs/2"]),
        "/police/jobs/1": careers_page(posting(identifier="1", url=None)),
        "/police/jobs/2": careers_page(posting(identifier="2", url=None)),
    }
    make_connector(department, website.url("/police/jobs"), format="job_posting")
    assert run_next() == [""]
    assert website.paths() == ["/robots.txt", "/police/jobs", "/police/jobs/1", "/police/jobs/2"]
    assert Job.objects.get(external_id="2").apply_url == website.url("/police/jobs/2")


def test_a_csv_file_is_read_with_the_columns_of_import_openings(website, department):
    website.pages["/jobs.csv"] = (
        "Job ID,Job Title,Agency,Posting Type\n7,Police Officer,City,External\n8,Sergeant,City,Internal\n"
    )
    make_connector(department, website.url("/jobs.csv"), format="csv")
    assert run_next() == [""]
    assert set(titles()) == {"7"}


def test_an_error_in_our_code_changes_nothing_and_is_shown(website, connector, monkeypatch, caplog):
    publish(website, "1")
    monkeypatch.setattr(runs, "record_listed", None)
    assert run_next() == ["This failed because of an error: TypeError."]
    assert "Connector" in caplog.text


def test_it_runs_only_connectors_that_are_on_and_due(website, connector, department):
    publish(website, "1")
    make_connector(department, website.url(FEED), name="Off", is_on=False)
    assert run_next() == [""]
    assert run_next() == []


def test_without_permission_it_cannot_be_on(department):
    for missing in ({"permission_by": ""}, {"permission_on": None}, {"permission_how": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_connector(department, name=str(missing), **missing)
    make_connector(department, is_on=False, permission_by="")


def test_the_command_fetches_what_is_due(website, connector, capsys):
    publish(website, "1")
    call_command("fetch_openings")
    output = capsys.readouterr().out
    assert "Careers page, Westport Police Department, Westport, CT: done" in output
    assert "Fetched 1 lists, and failed to fetch 0." in output


def test_a_list_can_be_tried_by_hand(website, db, capsys):
    publish(website, "1", "2")
    call_command("fetch_openings", "--try", "job_feed", website.url(FEED))
    output = capsys.readouterr().out
    assert "1  Police Officer  ($35.50 to $48.00 an hour, closes December 31, 2099)" in output
    assert "The list has 2 openings. Nothing was changed." in output
    assert not Job.objects.exists() and not Connector.objects.exists() and not Listing.objects.exists()


def test_a_trial_stores_the_first_openings_and_changes_nothing(website, connector):
    publish(website, *MANY)
    connector.request_trial()
    assert runs.run_trials() == 1
    connector.refresh_from_db()
    assert connector.trial["number"] == 6 and connector.trial["problem"] == ""
    jobs = runs.jobs_of(connector.trial, connector.department)
    assert [job.external_id for job in jobs] == MANY[:5] and all(job.pk is None for job in jobs)
    assert connector.tried_at and connector.try_requested_at is None and not connector.is_verified
    assert not Job.objects.exists()
    assert runs.run_trials() == 0


def test_a_trial_says_what_is_wrong(website, connector):
    website.pages[FEED] = "<html></html>"
    connector.request_trial()
    runs.run_trials()
    connector.refresh_from_db()
    assert connector.trial["problem"] == "This is not a job feed: it begins with <html>."
    assert (connector.problem, connector.fetched_at) == ("", None)


def test_it_waits_while_another_process_fetches_from_the_host(website, connector):
    publish(website, "1")
    connector.request_trial()
    assert connector.claim()
    assert runs.run_trials() == 0 and run_next() == []
    connector.release()
    assert runs.run_trials() == 1
    assert not Job.objects.exists()


def test_a_hostile_list_does_not_keep_the_worker_that_sends_emails(website, connector, monkeypatch):
    slow = "<p>x<!--" * 300_000
    website.pages[FEED] = slow
    connector.format = "job_posting"
    connector.save()
    monkeypatch.setattr(runs, "READ_SECONDS", 0.1 - runs.TRIAL_SECONDS)
    connector.request_trial()
    assert runs.run_trials() == 1
    assert Connector.objects.get().trial["problem"] == "The list takes too long to read."
    assert not Connector.objects.to_try().exists()
    monkeypatch.setattr(importer, "TRIAL_SECONDS", 0.1)
    with pytest.raises(Failed, match="too long to read"):
        importer.ConnectorImporter(connector, is_trial=True).to_markdown(slow)


def test_a_fetch_confirms_openings_that_are_open_until_filled(website, connector, clock):
    publish(website, "1", "2", expirationdate="")
    for _number in range(10):
        clock(days=10)
        assert run_next() == [""]
    assert Job.objects.open().count() == 2 and not any(job.may_be_filled for job in Job.objects.all())
