"""An opening's page: what is open near it, so that no page is a dead end."""

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
    """What the page of the opening says of others."""
    text = text_of(page_of(client, job))
    starts = [text.index(words) for words in ("Similar jobs nearby", "Jobs nearby") if words in text]
    return text[starts[0] : text.index("Search all jobs")] if starts else ""


# Near an opening that is open


def test_an_open_opening_shows_those_of_its_kind_the_nearest_first(client, here):
    job = make_job(here, title="The one", kind="dispatcher")
    for name, at in (("Far", (41.7, -73.36)), ("Near", (41.2, -73.36)), ("Alaska", (61.2, -149.9))):
        department = make_department(name, at=at)
        make_job(department, title=f"{name} dispatcher", kind="dispatcher", pay_min=50_000)
        make_job(department, title=f"{name} officer", kind="lateral")
    make_job(here, title="Next desk", kind="dispatcher")
    said = nearby(client, job)
    titles = ["Similar jobs nearby", "Next desk", "Near dispatcher", "Far dispatcher", "Alaska dispatcher"]
    assert sorted(titles, key=said.index) == titles
    assert "4 miles" in said and "from $50,000 a year" in said
    assert "officer" not in said.replace("Entry-level officer", "")
    assert "The one" not in said


def test_an_open_opening_that_is_the_only_one_of_its_kind_shows_the_nearest_of_others_and_says_so(client, here):
    job = make_job(here, title="The one", kind="dispatcher")
    make_job(make_department("Far", at=(41.7, -73.36)), title="Far officer")
    make_job(make_department("Near", at=(41.2, -73.36)), title="Near officer", kind="lateral")
    closed(here, title="Closed desk", kind="dispatcher")
    said = nearby(client, job)
    assert said.startswith("Jobs nearby There is no other opening of this kind just now.")
    assert "These are the nearest of other kinds: Near officer" in said
    assert said.index("Near officer") < said.index("Far officer")
    assert "Closed desk" not in said and "The one" not in said


def test_an_open_opening_of_a_department_whose_place_nobody_knows_shows_those_of_its_state_first(client):
    job = make_job(make_department("Nowhere", city="", state="NY"))
    make_job(make_department("Albany Police", state="NY", city="Albany"), title="Albany officer")
    make_job(make_department("Norwalk Police", city="Norwalk"), title="Norwalk officer")
    said = nearby(client, job)
    assert said.index("Albany officer") < said.index("Norwalk officer")


def test_of_many_an_open_opening_shows_five(client, here):
    job = make_job(here)
    for number in range(7):
        make_job(make_department(f"Police {number}", at=(41.2 + number / 10, -73.36)), title=f"Officer {number}")
    assert re.findall(r"Officer \d", nearby(client, job)) == [f"Officer {number}" for number in range(5)]


def test_what_is_not_open_is_not_shown_as_similar(client, here):
    job = make_job(here)
    for values in ({"status": "draft"}, {"status": "withdrawn"}, {"opens_on": date(2090, 5, 1)}):
        make_job(here, title="Hidden", **values)
    make_job(make_department("Draft", status="draft", at=(41.14, -73.36)), title="Hidden")
    closed(here, title="Hidden")
    assert nearby(client, job) == ""


def test_a_similar_sample_is_marked_as_one(client, here):
    job = make_job(here)
    make_job(here, title="Invented officer", is_sample=True)
    assert "Invented officer Sample: not a real job" in nearby(client, job)


# Near one that is not


def test_a_closed_opening_shows_what_is_open_nearby_the_nearest_first(client):
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


def test_a_closed_opening_of_a_department_that_hires_again_leads_there_first(client):
    here = make_department("Here", at=(41.14, -73.36))
    make_job(make_department("Next door", at=(41.15, -73.36)), title="Next door officer")
    make_job(here, title="Same station officer")
    text = text_of(page_of(client, closed(here)))
    assert text.index("Same station officer") < text.index("Next door officer")


def test_a_closed_opening_of_a_department_whose_place_nobody_knows_is_no_dead_end(client):
    make_job(make_department("Hartford Police", city="Hartford"), title="Hartford officer")
    page = page_of(client, closed(make_department("Nowhere", city="")))
    assert "Hartford officer" in text_of(page)
    assert 'href="/jobs/"' in html_of(page)


def test_a_closed_opening_says_nothing_of_kinds(client, here):
    make_job(make_department("Near", at=(41.2, -73.36)), title="Near officer", kind="lateral")
    said = nearby(client, closed(here, kind="dispatcher"))
    assert said.startswith("Jobs nearby Near officer")


def test_a_withdrawn_opening_shows_what_is_open_nearby(client):
    here = make_department("Here", at=(41.14, -73.36))
    make_job(make_department("Near", at=(41.2, -73.36)), title="Near officer")
    assert "Jobs nearby Near officer" in text_of(page_of(client, make_job(here, status="withdrawn"), status=410))


def test_samples_nearby_are_marked(client):
    here = make_department("Here", at=(41.14, -73.36))
    make_job(make_department("Near", at=(41.2, -73.36)), title="Invented officer", is_sample=True)
    assert "Invented officer Sample: not a real job" in text_of(page_of(client, closed(here)))
