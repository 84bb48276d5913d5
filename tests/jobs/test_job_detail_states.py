"""An opening's page when it has closed or is withdrawn, for staff before the public sees it, and as a sample."""

from datetime import date, time

import pytest

from tests.factories import make_alice, make_bob, make_charlie, make_department, make_job, text_of

from .details import NOINDEX, SECRETS, closed, page_of, planned
from .pages import html_of

pytestmark = pytest.mark.django_db


# Closed


def test_a_closed_opening_keeps_its_page_which_says_so(client):
    job = closed(title="Officer of last month", closes_on=date(2024, 12, 5), opens_on=date(2024, 1, 1))
    page = page_of(client, job)
    assert "This job is closed. It closed on December 5, 2024." in text_of(page)
    assert "Officer of last month" in text_of(page)
    assert NOINDEX in html_of(page)


def test_a_closed_opening_says_the_hour_where_it_had_one(client):
    job = closed(opens_on=date(2024, 1, 1), closes_on=date(2024, 7, 4), closes_time=time(16, 0))
    assert "It closed on July 4, 2024, 4:00 PM EDT." in text_of(page_of(client, job))


def test_a_closed_opening_offers_no_way_to_apply(client):
    html = html_of(page_of(client, closed(**SECRETS)))
    assert "How to apply" not in html
    for secret in SECRETS.values():
        assert secret not in html


# Withdrawn


def test_a_withdrawn_opening_is_gone_and_says_so(client):
    page = page_of(client, make_job(title="Officer", status="withdrawn"), status=410)
    assert "This job has been withdrawn." in text_of(page)
    assert "only staff see it" not in text_of(page)
    assert NOINDEX in html_of(page)


def test_a_withdrawn_opening_offers_no_way_to_apply(client):
    html = html_of(page_of(client, make_job(status="withdrawn", **SECRETS), status=410))
    assert "How to apply" not in html
    for secret in SECRETS.values():
        assert secret not in html


def test_a_withdrawn_opening_that_nobody_ever_saw_is_not_found(client):
    page_of(client, planned(status="withdrawn"), status=404)


# What the public does not see


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
def test_the_public_does_not_find_it(client, kind):
    assert "Secret" not in html_of(page_of(client, HIDDEN[kind](), status=404))


@pytest.mark.parametrize("kind", HIDDEN)
def test_a_signed_in_visitor_who_is_not_staff_does_not_find_it(client, django_user_model, kind):
    client.force_login(django_user_model.objects.create_user("dora"))
    page_of(client, HIDDEN[kind](), status=404)


@pytest.mark.parametrize("person", [make_alice, make_bob, make_charlie])
@pytest.mark.parametrize(
    ("kind", "notice"),
    [
        ("a draft", "This is a draft. Only staff can see it."),
        ("planned", "This job is not open yet. It opens on May 1, 2090."),
        ("a planned draft", "This is a draft. Only staff can see it."),
        ("a closed draft", "This is a draft. Only staff can see it."),
        ("an opening of a draft department", "This is a draft. Only staff can see it."),
        ("a closed opening of a draft department", "This is a draft. Only staff can see it."),
    ],
)
def test_staff_see_it_with_a_notice_and_no_way_to_apply(client, kind, notice, person):
    client.force_login(person())
    page = page_of(client, HIDDEN[kind]())
    assert notice in text_of(page)
    assert "Secret" in text_of(page)
    assert "How to apply" not in text_of(page)
    assert NOINDEX in html_of(page)


def test_staff_who_have_left_see_no_more_than_the_public(client):
    charlie = make_charlie()
    client.force_login(charlie)
    job = make_job(status="draft")
    page_of(client, job)
    charlie.is_active = False
    charlie.save()
    page_of(client, job, status=404)


# Samples


def test_a_sample_says_plainly_that_it_is_none_and_is_not_indexed(client):
    page = page_of(client, make_job(is_sample=True))
    assert "Sample: not a real job. It shows how this site works." in text_of(page)
    assert NOINDEX in html_of(page)


def test_a_closed_sample_says_both(client):
    text = text_of(page_of(client, closed(is_sample=True)))
    assert "Sample: not a real job." in text
    assert "This job is closed." in text
