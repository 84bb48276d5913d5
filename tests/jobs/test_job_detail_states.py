"""The page of a job that is closed, withdrawn, not public yet, or a sample."""

from datetime import date, time

import pytest

from tests.admin import page, signed_in
from tests.factories import (
    make_alice,
    make_bob,
    make_department,
    make_job,
    make_requirements,
    make_step,
    text_of,
)
from tests.structured_data import nodes_of

from .details import NOINDEX, SECRETS, closed, page_of, planned
from .pages import html_of

pytestmark = pytest.mark.django_db


# Closed


def test_a_closed_job_keeps_its_page_with_a_notice(client):
    job = closed(title="Officer of last month", closes_on=date(2024, 12, 5), opens_on=date(2024, 1, 1))
    page = page_of(client, job)
    assert "This job is closed. It closed on December 5, 2024." in text_of(page)
    assert "Officer of last month" in text_of(page)
    assert NOINDEX in html_of(page)


def test_a_closed_job_shows_its_closing_time(client):
    job = closed(opens_on=date(2024, 1, 1), closes_on=date(2024, 7, 4), closes_time=time(16, 0))
    assert "It closed on July 4, 2024, 4:00 PM EDT." in text_of(page_of(client, job))


def test_a_closed_job_offers_no_way_to_apply(client):
    html = html_of(page_of(client, closed(**SECRETS)))
    assert "How to apply" not in html
    for secret in SECRETS.values():
        assert secret not in html


# Filled


def test_a_filled_job_keeps_its_page_with_a_notice_and_no_way_to_apply(client):
    job = make_job(title="Officer", closes_on=date(2090, 7, 9), **SECRETS)
    job.fill()
    page = page_of(client, job)
    assert "This job has been filled." in text_of(page) and "days left" not in text_of(page)
    assert "See a mistake" not in text_of(page)
    assert NOINDEX in html_of(page) and nodes_of(page).keys().isdisjoint({"JobPosting"})
    for secret in SECRETS.values():
        assert secret not in html_of(page)
    calendar = client.get(f"{job.get_absolute_url()}calendar/")
    assert (calendar.status_code, calendar.content) == (410, b"This job has been filled.\n")


def test_what_was_open_until_filled_has_no_closing_date_after_that(client):
    job = make_job()
    assert "Closes: open until filled" in text_of(page_of(client, job))
    job.fill()
    assert "until filled" not in text_of(page_of(client, job))


def test_a_filled_job_that_was_never_public_has_no_page(client):
    job = make_job(status="draft")
    job.fill()
    page_of(client, job, status=404)


# Withdrawn


WORDS = {
    "description": "Ride a zebra.",
    "requirements": "Own a zebra.",
    "pay_max": 98_765,
    "external_id": "number-7",
    "source": "Zebra list",
    **SECRETS,
}


def test_a_withdrawn_job_answers_410_with_its_title_and_department_only(client):
    department = make_department("Zoo Police", street1="12 Lion Road", website="https://zoo.example.org")
    job = make_job(department, title="Rider", closes_on=date(2090, 7, 9), **WORDS)
    make_step(job, name="Riding test", place="Stable", date=date(2090, 6, 5))
    make_requirements(job, citizenship="citizen")
    job.withdraw()
    shown = page_of(client, job, status=410)
    assert "Jobs › Zoo Police Rider Zoo Police This job has been withdrawn." in text_of(shown)
    assert NOINDEX in html_of(shown) and nodes_of(shown) == {} and 'name="description"' not in html_of(shown)
    others = [client.get(f"{job.get_absolute_url()}calendar/"), client.get("/jobs/compare/", {"j": job.pk})]
    for response in (shown, *others):
        for word in (*map(str, WORDS.values()), "2090", "Riding test", "Stable", "citizen", "Lion Road", "98,765"):
            assert word not in html_of(response)


def withdrawn_draft():
    """Return a job that was a draft until it was withdrawn."""
    job = make_job(title="Secret", status="draft")
    job.withdraw()
    return job


def withdrawn_before_its_department_was_public():
    job = make_job(make_department(status="draft"), title="Secret")
    job.withdraw()
    job.department.publish()
    return job


def drafted_again():
    job = make_job(title="Secret")
    job.status = "draft"
    job.save()
    return job


def test_a_job_that_was_public_answers_410_after_a_draft(client):
    job = drafted_again()
    page_of(client, job, status=404)
    job.withdraw()
    page_of(client, job, status=410)
    job.publish()
    page_of(client, job)


def test_a_job_that_was_postponed_before_it_was_withdrawn_answers_410(client):
    job = make_job()
    job.opens_on = date(2090, 5, 1)
    job.save()
    page_of(client, job, status=404)
    job.withdraw()
    page_of(client, job, status=410)


# Hidden


HIDDEN = {
    "a draft": lambda: make_job(title="Secret", status="draft"),
    "planned": lambda: planned(title="Secret"),
    "a planned draft": lambda: planned(title="Secret", status="draft"),
    "a closed draft": lambda: closed(title="Secret", status="draft"),
    "an opening of a draft department": lambda: make_job(make_department(status="draft"), title="Secret"),
    "a closed opening of a draft department": lambda: closed(make_department(status="draft"), title="Secret"),
    "a draft that was withdrawn": withdrawn_draft,
    "made a draft again": drafted_again,
    "withdrawn before it opened": lambda: planned(title="Secret", status="withdrawn"),
    "withdrawn before its department was published": withdrawn_before_its_department_was_public,
    "a withdrawn opening of a draft department": lambda: make_job(
        make_department(status="draft"), title="Secret", status="withdrawn"
    ),
}


@pytest.mark.parametrize("kind", HIDDEN)
def test_visitors_get_404(client, kind):
    assert "Secret" not in html_of(page_of(client, HIDDEN[kind](), status=404))


@pytest.mark.parametrize("kind", HIDDEN)
def test_those_who_can_edit_it_get_404_too(kind):
    job = HIDDEN[kind]()
    for person in (make_alice(), make_bob(job.department)):
        page_of(signed_in(person), job, status=404)


@pytest.mark.parametrize("kind", HIDDEN)
def test_those_who_can_edit_it_preview_the_whole_page(kind):
    job = HIDDEN[kind]()
    for person in (make_alice(), make_bob(job.department)):
        response = signed_in(person).get(page(job, "preview"))
        assert "This is a preview. Visitors can't see it." in text_of(response)
        assert "Secret" in text_of(response) and "How to apply" in text_of(response)
        assert NOINDEX in html_of(response)
        assert "private" in response["Cache-Control"]


# Samples


def test_a_sample_is_marked_and_not_indexed(client):
    page = page_of(client, make_job(is_sample=True))
    assert "Sample: not a real job. It shows how this site works." in text_of(page)
    assert NOINDEX in html_of(page)


def test_a_closed_sample_has_both_notices(client):
    text = text_of(page_of(client, closed(is_sample=True)))
    assert "Sample: not a real job." in text
    assert "This job is closed." in text
