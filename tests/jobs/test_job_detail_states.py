"""The page of a job that is closed, withdrawn, not public yet, or a sample."""

from datetime import date, time

import pytest

from tests.factories import make_alice, make_bob, make_charlie, make_department, make_job, text_of

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


# Withdrawn


def test_a_withdrawn_job_answers_410(client):
    page = page_of(client, make_job(title="Officer", status="withdrawn"), status=410)
    assert "This job has been withdrawn." in text_of(page)
    assert "only staff see it" not in text_of(page)
    assert NOINDEX in html_of(page)


def test_a_withdrawn_job_offers_no_way_to_apply(client):
    html = html_of(page_of(client, make_job(status="withdrawn", **SECRETS), status=410))
    assert "How to apply" not in html
    for secret in SECRETS.values():
        assert secret not in html


def test_a_withdrawn_job_that_never_opened_answers_404(client):
    page_of(client, planned(status="withdrawn"), status=404)


# Hidden


HIDDEN = {
    "a draft": lambda: make_job(title="Secret", status="draft"),
    "planned": lambda: planned(title="Secret"),
    "a planned draft": lambda: planned(title="Secret", status="draft"),
    "a closed draft": lambda: closed(title="Secret", status="draft"),
    "an opening of a draft department": lambda: make_job(make_department(status="draft"), title="Secret"),
    "a closed opening of a draft department": lambda: closed(make_department(status="draft"), title="Secret"),
    "a withdrawn opening of a draft department": lambda: make_job(
        make_department(status="draft"), title="Secret", status="withdrawn"
    ),
}


@pytest.mark.parametrize("kind", HIDDEN)
def test_visitors_get_404(client, kind):
    assert "Secret" not in html_of(page_of(client, HIDDEN[kind](), status=404))


@pytest.mark.parametrize("kind", HIDDEN)
@pytest.mark.parametrize("person", [make_alice, make_bob, make_charlie])
def test_staff_get_404_too(client, kind, person):
    client.force_login(person())
    page_of(client, HIDDEN[kind](), status=404)


# Samples


def test_a_sample_is_marked_and_not_indexed(client):
    page = page_of(client, make_job(is_sample=True))
    assert "Sample: not a real job. It shows how this site works." in text_of(page)
    assert NOINDEX in html_of(page)


def test_a_closed_sample_has_both_notices(client):
    text = text_of(page_of(client, closed(is_sample=True)))
    assert "Sample: not a real job." in text
    assert "This job is closed." in text
