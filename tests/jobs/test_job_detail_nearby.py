"""The page of a job: other open jobs nearby."""

import re
from datetime import date

import pytest

from tests.factories import make_department, make_job, text_of

from .details import closed, page_of
from .pages import html_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(db):
    return make_department("Here", at=(41.14, -73.36))


def nearby(client, job):
    """Return the page's text about other jobs."""
    text = text_of(page_of(client, job))
    starts = [text.index(words) for words in ("Similar jobs nearby", "Jobs nearby") if words in text]
    return text[starts[0] : text.index("Search all jobs")] if starts else ""


# Open job


def test_an_open_job_shows_the_nearest_jobs_of_its_type(client, here):
    job = make_job(here, title="The one", kind="dispatcher")
    for name, at in (("Far", (41.7, -73.36)), ("Near", (41.2, -73.36)), ("Alaska", (61.2, -149.9))):
        department = make_department(name, at=at)
        make_job(department, title=f"{name} dispatcher", kind="dispatcher", pay_min=50_000)
        make_job(department, title=f"{name} officer", kind="lateral")
    make_job(here, title="Next desk", kind="dispatcher")
    text = nearby(client, job)
    titles = ["Similar jobs nearby", "Next desk", "Near dispatcher", "Far dispatcher", "Alaska dispatcher"]
    assert sorted(titles, key=text.index) == titles
    assert "4 miles" in text and "from $50,000 a year" in text
    assert "officer" not in text.replace("Entry-level officer", "")
    assert "The one" not in text


def test_an_open_job_without_similar_jobs_shows_jobs_of_other_types(client, here):
    job = make_job(here, title="The one", kind="dispatcher")
    make_job(make_department("Far", at=(41.7, -73.36)), title="Far officer")
    make_job(make_department("Near", at=(41.2, -73.36)), title="Near officer", kind="lateral")
    closed(here, title="Closed desk", kind="dispatcher")
    text = nearby(client, job)
    assert text.startswith("Jobs nearby No other jobs of this type are open right now.")
    assert "These are the nearest jobs of other types: Near officer" in text
    assert text.index("Near officer") < text.index("Far officer")
    assert "Closed desk" not in text and "The one" not in text


def test_an_open_job_without_a_location_shows_jobs_in_its_state_first(client):
    job = make_job(make_department("Nowhere", city="", state="NY"))
    make_job(make_department("Albany Police", state="NY", city="Albany"), title="Albany officer")
    make_job(make_department("Norwalk Police", city="Norwalk"), title="Norwalk officer")
    text = nearby(client, job)
    assert text.index("Albany officer") < text.index("Norwalk officer")


def test_an_open_job_shows_at_most_five_others(client, here):
    job = make_job(here)
    for number in range(7):
        make_job(make_department(f"Police {number}", at=(41.2 + number / 10, -73.36)), title=f"Officer {number}")
    assert re.findall(r"Officer \d", nearby(client, job)) == [f"Officer {number}" for number in range(5)]


def test_similar_jobs_are_open(client, here):
    job = make_job(here)
    for values in ({"status": "draft"}, {"status": "withdrawn"}, {"opens_on": date(2090, 5, 1)}):
        make_job(here, title="Hidden", **values)
    make_job(make_department("Draft", status="draft", at=(41.14, -73.36)), title="Hidden")
    closed(here, title="Hidden")
    assert nearby(client, job) == ""


def test_similar_samples_are_marked(client, here):
    job = make_job(here)
    make_job(here, title="Invented officer", is_sample=True)
    assert "Invented officer Sample" in nearby(client, job)


# Closed job


def test_a_closed_job_shows_the_nearest_open_jobs(client):
    here = make_department("Here", at=(41.14, -73.36))
    job = closed(here, title="Closed one")
    for name, at in (("Far", (41.7, -73.36)), ("Near", (41.2, -73.36)), ("Alaska", (61.2, -149.9))):
        make_job(make_department(name, at=at), title=f"{name} officer", pay_min=50_000)
    closed(make_department("Also closed", at=(41.14, -73.37)), title="Another closed one")
    text = text_of(page_of(client, job))
    nearby = text[text.index("Jobs nearby") :]
    assert nearby.index("Near officer") < nearby.index("Far officer") < nearby.index("Alaska officer")
    assert "4 miles" in nearby
    assert "from $50,000 a year" in nearby
    assert "closed one" not in nearby.lower()


def test_a_closed_job_shows_open_jobs_of_its_department_first(client):
    here = make_department("Here", at=(41.14, -73.36))
    make_job(make_department("Next door", at=(41.15, -73.36)), title="Next door officer")
    make_job(here, title="Same station officer")
    text = text_of(page_of(client, closed(here)))
    assert text.index("Same station officer") < text.index("Next door officer")


def test_a_closed_job_without_a_location_shows_other_jobs_too(client):
    make_job(make_department("Hartford Police", city="Hartford"), title="Hartford officer")
    page = page_of(client, closed(make_department("Nowhere", city="")))
    assert "Hartford officer" in text_of(page)
    assert 'href="/jobs/"' in html_of(page)


def test_a_closed_job_does_not_mention_job_types(client, here):
    make_job(make_department("Near", at=(41.2, -73.36)), title="Near officer", kind="lateral")
    text = nearby(client, closed(here, kind="dispatcher"))
    assert text.startswith("Jobs nearby Near officer")


def test_a_withdrawn_job_shows_open_jobs_nearby(client):
    here = make_department("Here", at=(41.14, -73.36))
    make_job(make_department("Near", at=(41.2, -73.36)), title="Near officer")
    assert "Jobs nearby Near officer" in text_of(page_of(client, make_job(here, status="withdrawn"), status=410))


def test_samples_nearby_are_marked(client):
    here = make_department("Here", at=(41.14, -73.36))
    make_job(make_department("Near", at=(41.2, -73.36)), title="Invented officer", is_sample=True)
    assert "Invented officer Sample" in text_of(page_of(client, closed(here)))
