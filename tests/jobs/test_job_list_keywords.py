"""Keyword search: word forms, word order, and the full text if no title matches."""

import pytest

from jobs.models import Job
from tests.factories import make_department, make_job, make_place, text_of

from .pages import search, titles

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
        # The full text, if title, type and department don't match
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


def test_the_full_text_is_searched_only_if_no_title_matches(client, openings):
    assert titles(search(client, q="dispatchers")) == ["Chief of Police"]
    make_job(title="Dispatcher")
    assert titles(search(client, q="dispatchers")) == ["Dispatcher"]


def test_a_town_wins_over_the_full_text(client, openings):
    make_place("Polygraph", at=(41.05, -73.54))
    make_job(make_department("Near", at=(41.05, -73.54)), "Near Polygraph")
    assert titles(search(client, q="polygraph")) == ["Near Polygraph"]


def test_the_full_text_is_searched_near_a_place_too(client, places):
    make_job(make_department("Near", at=(41.14, -73.35)), "Diver", description="Harbour.")
    make_job(make_department("Far", at=(35, -90)), "Harbour Patrol")
    assert titles(search(client, q="harbour", near="06880")) == ["Diver"]
    assert titles(search(client, q="harbour")) == ["Harbour Patrol"]


def test_suggestions_beyond_the_radius_match_the_keywords(client, places):
    make_job(make_department("Near", at=(41.14, -73.35)), "Officer", description="Patrol.")
    make_job(make_department("Far", at=(41.6, -73.35)), "Diver", description="Harbour.")
    page = search(client, q="harbour", near="06880")
    assert "No jobs within 25 miles" in text_of(page)
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
    assert list(Job.objects.matching("commander")) == [chief]
    assert not Job.objects.matching("chief")
    chief.description = "Leads the divers."
    chief.save()
    assert list(Job.objects.matching_anywhere("divers")) == [chief]
    assert not Job.objects.matching("divers") and not Job.objects.matching_anywhere("k 9")
    department = chief.department
    department.name = "Harbour Police"
    department.save()
    assert list(Job.objects.matching("harbour commander")) == [chief]
    chief.delete()
    assert not Job.objects.matching("commander")


def test_very_long_words_are_shortened():
    job = make_job(title="Officer", description="x" * 5000 + " " + "é" * 3000)
    assert list(Job.objects.matching_anywhere("x" * 60)) == [job]
    assert max(map(len, job.all_words.split())) == 60
