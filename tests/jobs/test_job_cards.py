"""The card of a job in lists: pay and deadline on lines of their own, and a deadline that is near in words."""

import re
from datetime import timedelta

import pytest

from tests.factories import html_of, make_department, make_job, text_of, today

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]

LISTS = ["/jobs/", "/jobs/eligible/?age=30", "/departments/ct/westport-police-department/"]


def lines_of(response):
    """Return the text of each paragraph of the first card."""
    card = re.search(r'<li class="card"[^>]*>.*?</li>', html_of(response), re.DOTALL)[0]
    return [" ".join(re.sub(r"<[^>]+>", "", line).split()) for line in re.findall(r"<p\b.*?</p>", card, re.DOTALL)]


@pytest.mark.parametrize("url", LISTS)
def test_pay_and_deadline_have_lines_of_their_own(client, url):
    day = today() + timedelta(days=30)
    make_job(make_department(), pay_min=60_000, pay_max=70_000, closes_on=day)
    lines = lines_of(client.get(url))
    assert "$60,000 to $70,000 a year" in lines
    assert f"Closes {day:%B} {day.day}, {day.year}" in lines


def test_a_job_without_pay_and_deadline_has_no_empty_line(client):
    make_job(closes_on=None)
    lines = lines_of(client.get("/jobs/"))
    assert "Open until filled" in lines
    assert "" not in lines


@pytest.mark.parametrize("url", LISTS)
@pytest.mark.parametrize(
    ("days", "words"), [(0, "(today)"), (1, "(tomorrow)"), (2, "(2 days left)"), (7, "(7 days left)"), (8, "")]
)
def test_a_deadline_within_a_week_stands_out_in_words(client, url, days, words):
    department = make_department()
    make_job(department, closes_on=today(department) + timedelta(days=days))
    closes = next(line for line in lines_of(client.get(url)) if line.startswith("Closes "))
    assert closes.endswith(words or str((today(department) + timedelta(days=8)).year))
    assert ('<strong class="part soon">' in html_of(client.get(url))) == bool(words)


def test_the_days_left_are_those_of_the_department(client):
    guam = make_department(state="GU", city="Hagåtña", at=(13.47, 144.75))
    make_job(guam, closes_on=today(guam))
    assert "(today)" in text_of(client.get("/jobs/"))
