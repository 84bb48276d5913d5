"""Keywords in openings: words of any form and order, in the title first and in the whole text if need be."""

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
        # Little words are words
        ("chief of police", ["Chief of Police"]),
        # Beginnings, in any order and case
        ("POL off", ["Police Officers (2)"]),
        ("corr", ["Custody Deputy"]),
        # The department's name, town, county, state and ORI
        ("stamford fairfield county", ["Chief of Police", "Police Officers (2)"]),
        ("ct0013500 officer", ["Police Officers (2)"]),
        ("stamford pd chief", ["Chief of Police"]),
        # The text, where title, kind and department say nothing
        ("polygraph", ["Police Officers (2)"]),
        ("polygraphs", ["Police Officers (2)"]),
        ("bilingue", ["Police Officers (2)"]),
        ("BILINGÜE officer", ["Police Officers (2)"]),
        ("k-9", ["Chief of Police"]),
        ("polygraph custody", []),
        ("astronaut", []),
    ],
)
def test_it_finds_the_openings_that_a_person_would(client, openings, words, found):
    assert sorted(titles(search(client, q=words))) == found


def test_the_text_is_not_searched_while_a_title_has_the_word(client, openings):
    assert titles(search(client, q="dispatchers")) == ["Chief of Police"]
    make_job(title="Dispatcher")
    assert titles(search(client, q="dispatchers")) == ["Dispatcher"]


def test_a_town_goes_before_the_text(client, openings):
    make_place("Polygraph", at=(41.05, -73.54))
    make_job(make_department("Near", at=(41.05, -73.54)), "Near Polygraph")
    assert titles(search(client, q="polygraph")) == ["Near Polygraph"]


def test_near_a_place_the_text_is_searched_too(client, places):
    make_job(make_department("Near", at=(41.14, -73.35)), "Diver", description="Harbour.")
    make_job(make_department("Far", at=(35, -90)), "Harbour Patrol")
    assert titles(search(client, q="harbour", near="06880")) == ["Diver"]
    assert titles(search(client, q="harbour")) == ["Harbour Patrol"]


def test_beyond_the_radius_the_same_openings_are_sought(client, places):
    make_job(make_department("Near", at=(41.14, -73.35)), "Officer", description="Patrol.")
    make_job(make_department("Far", at=(41.6, -73.35)), "Diver", description="Harbour.")
    page = search(client, q="harbour", near="06880")
    assert "No jobs within 25 miles" in text_of(page)
    assert titles(page) == ["Diver"]


def test_a_misspelt_town_is_understood_and_said(client, places):
    make_job(make_department("Near", at=(41.14, -73.35)), "Diver")
    page = search(client, q="Wesport")
    assert titles(page) == ["Diver"]
    assert "No match for “Wesport”. Did you mean: Westport" in text_of(page)


def test_words_follow_every_change(openings):
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


def test_a_word_longer_than_any_word_is_kept_short():
    job = make_job(title="Officer", description="x" * 5000 + " " + "é" * 3000)
    assert list(Job.objects.matching_anywhere("x" * 60)) == [job]
    assert max(map(len, job.all_words.split())) == 60
