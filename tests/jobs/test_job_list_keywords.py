"""Keyword search: word forms, word order, the full text, and the order of the best match."""

from datetime import timedelta

import pytest

from jobs.models import Job
from policeapp.web.pagination import PER_PAGE
from tests.factories import make_department, make_job, make_place, text_of, today

from .pages import LATITUDE, LONGITUDE, hiring_at, search, titles

pytestmark = pytest.mark.django_db


@pytest.fixture
def openings():
    stamford = make_department("Stamford Police Department", city="Stamford", county="Fairfield", ori="CT0013500")
    make_job(stamford, "Chief of Police", kind="command", description="Leads the **dispatchers** and a K-9 team.")
    make_job(stamford, "Police Officers (2)", requirements="Bilingüe preferred; a polygraph’s part of the process.")
    make_job(make_department("Bethel Deputies", city=""), "Custody Deputy", kind="corrections", description="Guard.")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        # One or many
        ("officer", ["Custody Deputy", "Police Officers (2)"]),
        ("officers", ["Custody Deputy", "Police Officers (2)"]),
        ("deputy", ["Custody Deputy"]),
        ("deputies custody", ["Custody Deputy"]),
        ("chiefs", ["Chief of Police"]),
        # Short words count
        ("chief of police", ["Chief of Police"]),
        # Beginnings, in any order and case
        ("POL off", ["Police Officers (2)"]),
        ("corr", ["Custody Deputy"]),
        # The department's name, town, county, state and ORI
        ("stamford fairfield county", ["Chief of Police", "Police Officers (2)"]),
        ("ct0013500 officer", ["Police Officers (2)"]),
        ("stamford pd chief", ["Chief of Police"]),
        # The full text
        ("polygraph", ["Police Officers (2)"]),
        ("polygraphs", ["Police Officers (2)"]),
        ("bilingue", ["Police Officers (2)"]),
        ("BILINGÜE officer", ["Police Officers (2)"]),
        ("k-9", ["Chief of Police"]),
        ("polygraph custody", []),
        ("astronaut", []),
    ],
)
def test_it_finds_jobs_by_keywords(client, openings, words, found):
    assert sorted(titles(search(client, q=words))) == found


def test_a_title_with_the_word_hides_no_other_job(client, openings):
    assert titles(search(client, q="dispatchers")) == ["Chief of Police"]
    make_job(title="Dispatcher", opens_on=today() - timedelta(days=90))
    assert titles(search(client, q="dispatchers")) == ["Dispatcher", "Chief of Police"]


@pytest.mark.parametrize(
    ("parameters", "order"),
    [
        ({}, ["New Diver", "Old Diver", "New Clerk", "Old Clerk"]),
        ({"near": "06880"}, ["Old Diver", "New Diver", "New Clerk", "Old Clerk"]),
        ({"near": "06880", "within": "any"}, ["Old Diver", "New Diver", "New Clerk", "Old Clerk"]),
        ({"sort": "newest"}, ["New Clerk", "New Diver", "Old Diver", "Old Clerk"]),
        ({"sort": "distance", "near": "06880"}, ["New Clerk", "Old Diver", "New Diver", "Old Clerk"]),
        ({"sort": "pay"}, ["Old Clerk", "New Clerk", "New Diver", "Old Diver"]),
    ],
)
def test_only_the_best_match_shows_titles_first(client, places, parameters, order):
    opened = today() - timedelta(days=20)
    for days, miles, title, pay in [
        (9, 1, "New Clerk", 70_000),
        (8, 9, "New Diver", 60_000),
        (4, 5, "Old Diver", 50_000),
        (2, 20, "Old Clerk", 80_000),
    ]:
        hiring_at(miles, title, description="With a diver.", opens_on=opened + timedelta(days=days), pay_min=pay)
    assert titles(search(client, q="diver", **parameters)) == order


@pytest.mark.parametrize("parameters", [{}, {"near": "06880"}, {"near": "06880", "within": "any"}])
@pytest.mark.parametrize("titled", [0, 1, PER_PAGE - 1, PER_PAGE, PER_PAGE + 1, 2 * PER_PAGE])
def test_the_pages_of_the_best_match_together_show_every_job_once(client, places, parameters, titled):
    department = make_department(at=(LATITUDE, LONGITUDE))
    number = 2 * PER_PAGE + 5
    for each in range(number):
        make_job(department, f"Diver {each:02}" if each < titled else f"Clerk {each:02}", description="A diver.")
    pages = [titles(search(client, q="diver", page=page, **parameters)) for page in (1, 2, 3)]
    assert list(map(len, pages)) == [PER_PAGE, PER_PAGE, 5]
    shown = sum(pages, [])
    assert len(set(shown)) == number
    assert [title.startswith("Diver") for title in shown] == [True] * titled + [False] * (number - titled)


def test_a_town_wins_over_the_full_text_but_not_over_a_title(client, openings):
    make_place("Polygraph", at=(41.05, -73.54))
    make_job(make_department("Near", at=(41.05, -73.54)), "Near")
    assert titles(search(client, q="polygraph")) == ["Near"]
    make_job(title="Polygraph Examiner")
    assert titles(search(client, q="polygraph")) == ["Polygraph Examiner", "Police Officers (2)"]


def test_the_full_text_is_searched_near_a_place_too(client, places):
    make_job(make_department("Near", at=(41.14, -73.35)), "Diver", description="Harbour.")
    make_job(make_department("Far", at=(35, -90)), "Harbour Patrol")
    assert titles(search(client, q="harbour", near="06880")) == ["Diver"]
    assert titles(search(client, q="harbour")) == ["Harbour Patrol", "Diver"]


def test_suggestions_beyond_the_radius_match_the_keywords(client, places):
    make_job(make_department("Near", at=(41.14, -73.35)), "Officer", description="Patrol.")
    make_job(make_department("Far", at=(41.6, -73.35)), "Diver", description="Harbour.")
    page = search(client, q="harbour", near="06880")
    assert "No matching jobs within 25 miles" in text_of(page)
    assert titles(page) == ["Diver"]


def test_a_misspelled_town_is_corrected(client, places):
    make_job(make_department("Near", at=(41.14, -73.35)), "Diver")
    page = search(client, q="Wesport")
    assert titles(page) == ["Diver"]
    assert "Showing results for Westport. No match for “Wesport”." in text_of(page)


def test_keywords_find_changed_texts(openings):
    chief = Job.objects.get(title="Chief of Police")
    chief.title = "Commander"
    chief.save(update_fields=["title"])
    assert list(Job.objects.in_titles("commander")) == [chief]
    assert not Job.objects.in_titles("chief")
    chief.description = "Leads the divers."
    chief.save()
    assert list(Job.objects.matching("divers")) == [chief]
    assert not Job.objects.in_titles("divers") and not Job.objects.matching("k 9")
    department = chief.department
    department.name = "Harbour Police"
    department.save()
    assert list(Job.objects.matching("harbour commander")) == [chief]
    chief.delete()
    assert not Job.objects.matching("commander")


def test_very_long_words_are_shortened():
    job = make_job(title="Officer", description="x" * 5000 + " " + "é" * 3000)
    assert list(Job.objects.matching("x" * 60)) == [job]
    assert max(map(len, job.all_words.split())) == 60
