"""The "Am I eligible?" page. It groups jobs by their requirements and stores no answers."""

import logging
import re
from dataclasses import fields
from datetime import timedelta
from io import StringIO

import pytest
from django.apps import apps

from jobs.eligibility.evaluation import Applicant
from jobs.models import Alert
from policeapp.operations.logs import RedactingFormatter
from tests.factories import make_department, make_job, make_requirements, text_of, today
from tests.jobs.pages import hiring_at, html_of, links, titles

pytestmark = pytest.mark.django_db

URL = "/jobs/eligible/"
# A value for each answer. None of them appears on a page by chance.
ANSWERS = {
    "age": "47",
    "education": "some_college",
    "certification": "any_state",
    "certified_in": "GU",
    "experience_years": "13",
    "citizenship": "resident",
    "licence": "required",
}
HEADINGS = {
    "meets": "You meet the stated requirements",
    "not_stated": "Can't tell",
    "fails": "You don't meet a stated requirement",
}


def ask(client, **parameters):
    response = client.get(URL, parameters)
    assert response.status_code == 200
    return response


def grouped(response):
    """Return ``{group: [titles]}`` of the groups with jobs."""
    sections = dict(
        re.findall(r'<section aria-labelledby="(meets|not-stated|fails)">(.*?)</section>', html_of(response), re.S)
    )
    found = {
        name.replace("-", "_"): re.findall(r'<h3><a href="[^"]*">([^<]*)</a></h3>', html)
        for name, html in sections.items()
    }
    return {name: titles for name, titles in found.items() if titles}


def opening(title, **stated):
    job = make_job(title=title)
    if stated:
        make_requirements(job, **stated)
    return job


# Results


def test_it_groups_jobs_by_their_requirements(client):
    opening("Trooper", minimum_age=21)
    opening("Dispatcher", minimum_age=18, education="high_school")
    opening("Driver", minimum_age=18, drivers_license="required")
    opening("Clerk")
    page = ask(client, age=20, education="high_school")
    assert grouped(page) == {"meets": ["Dispatcher"], "not_stated": ["Clerk", "Driver"], "fails": ["Trooper"]}
    words = text_of(page)
    for name, heading in HEADINGS.items():
        assert f"{heading} ({len(grouped(page)[name])})" in words


def test_it_shows_the_result_for_each_requirement(client):
    opening("Trooper", minimum_age=21, education="high_school")
    opening("Driver", drivers_license="required")
    opening("Clerk")
    words = text_of(ask(client, age=20, education="bachelor"))
    assert "Not met: Minimum age is 21; you are 20 Met: High school diploma or GED" in words
    assert "Valid driver's license: you didn't answer" in words
    assert "No stated requirements" in words


@pytest.mark.parametrize(("certified_in", "group"), [("CT", "meets"), ("NY", "fails"), ("", "not_stated")])
def test_a_certification_from_this_state_means_the_jobs_state(client, certified_in, group):
    opening("Lateral officer", certification="this_state")
    page = ask(client, certification="any_state", certified_in=certified_in)
    assert grouped(page) == {group: ["Lateral officer"]}
    assert "POST certification from Connecticut" in text_of(page)


@pytest.mark.parametrize("age", [21, 34])
def test_the_minimum_and_maximum_age_are_accepted(client, age):
    opening("Trooper", minimum_age=21, maximum_age=34)
    assert grouped(ask(client, age=age)) == {"meets": ["Trooper"]}


def test_it_searches_near_a_place_and_for_a_job_type(client, places):
    hiring_at(40, "Far")
    hiring_at(5, "Near")
    hiring_at(3, "Nearest")
    hiring_at(4, "Clerk", kind="civilian")
    hiring_at(200, "Away")
    assert titles(ask(client, age=30, near="06880", within=50, kind="entry_level")) == ["Nearest", "Near", "Far"]
    assert titles(ask(client, age=30, near="06880")) == ["Nearest", "Clerk", "Near"]
    assert titles(ask(client, age=30, near="06880", within="any"))[-1] == "Away"


def test_without_a_place_it_shows_the_newest_jobs_first(client):
    for days in (3, 1, 2):
        make_job(title=f"{days} days old", opens_on=today() - timedelta(days=days))
    assert titles(ask(client, age=30)) == ["1 days old", "2 days old", "3 days old"]


def test_it_links_to_all_jobs_if_it_finds_none(client, places):
    hiring_at(100)
    page = ask(client, age=30, near="06880", within=25)
    assert "No jobs found. Try a longer distance or any job type. All jobs" in text_of(page)
    assert ("All jobs", "/jobs/") in links(page)


def test_it_groups_fifty_jobs_to_a_page(client):
    department = make_department()
    for number in range(51):
        make_job(department, title=f"Officer {number}")
    first, second = ask(client, age=30), ask(client, age=30, page=2)
    assert len(titles(first)) == 50 and len(titles(second)) == 1
    assert "This page has jobs 1 to 50, newest first." in text_of(first)
    assert ("Next", "?age=30&page=2") in links(first)
    assert client.get(URL, {"age": 30, "page": 3}).status_code == 404


def test_samples_are_marked(client):
    make_requirements(make_job(title="Cadet", is_sample=True), minimum_age=16)
    text = text_of(ask(client, age=17))
    assert "Cadet Sample" in text
    assert text.count("Jobs marked “Sample” are not real.") == 1


# The form


@pytest.mark.parametrize("parameters", [{}, {"near": "06880", "within": "50"}, {"kind": "lateral"}])
def test_without_answers_it_shows_only_the_form(client, places, parameters):
    opening("Trooper", minimum_age=21)
    page = ask(client, **parameters)
    assert "Answer at least one question about you" in text_of(page)
    assert titles(page) == []


def test_the_form_shows_the_answers_again(client):
    html = html_of(ask(client, **ANSWERS))
    for name, value in ANSWERS.items():
        input_or_select = re.search(rf'<input[^>]*name="{name}"[^>]*>|<select name="{name}".*?</select>', html, re.S)[0]
        assert f'value="{value}"{"" if input_or_select.startswith("<input") else " selected"}' in input_or_select, name


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"age": "old"}, "Enter your age in whole years, such as 21."),
        ({"age": "20.5"}, "Enter your age in whole years, such as 21."),
        ({"age": "-1"}, "Enter your age in whole years, such as 21."),
        ({"age": "121"}, "Enter your age in whole years, such as 21."),
        ({"age": "9" * 5000}, "Enter your age in whole years, such as 21."),
        ({"experience_years": "two"}, "Enter whole years, such as 2, or 0 for none."),
        ({"education": "wizard"}, "Select a valid choice. wizard is not one of the available choices."),
        ({"certification": "this_state"}, "Select a valid choice."),
        ({"certified_in": "ZZ", "certification": "any_state"}, "Select a valid choice."),
        ({"certified_in": "CT"}, "You chose a state. Choose “POST certification” too, or clear the state."),
        ({"certified_in": "CT", "certification": "academy"}, "You chose a state. Choose “POST certification” too"),
        ({"age": "30", "near": "Atlantis"}, "We don't know “Atlantis”."),
        ({"age": "30", "within": "7"}, "Select a valid choice. 7 is not one of the available choices."),
    ],
)
def test_an_invalid_answer_shows_an_error_beside_its_field(client, parameters, words):
    opening("Trooper", minimum_age=21)
    page = ask(client, **{"age": "30"} | parameters)
    assert text_of(page).count(f"Error: {words}") == 1
    assert titles(page) == []


def test_choosing_between_places_of_one_name_keeps_the_answers(client, places):
    page = ask(client, near="Springfield", **ANSWERS)
    [chosen] = [href for words, href in links(page) if words.startswith("Springfield") and words.endswith("IL")]
    assert "More than one place has this name. Choose one above." not in text_of(client.get(URL + chosen))
    for name, value in ANSWERS.items():
        assert f"{name}={value}" in chosen


# Privacy


def everything():
    """Return all rows of all tables, including sessions."""
    return {model.__name__: sorted(map(repr, model.objects.values_list())) for model in apps.get_models()}


def test_it_stores_no_answers_and_sets_no_cookie(client, places):
    hiring_at(5)
    before = everything()
    for parameters in ({}, ANSWERS, ANSWERS | {"near": "06880"}, {"age": "old"}):
        response = ask(client, **parameters)
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")
    assert everything() == before
    assert "We don't store your answers." in text_of(response)


@pytest.mark.parametrize("parameters", [{}, ANSWERS, {"age": "old"}], ids=["nothing", "answers", "errors"])
def test_answers_reach_no_cache_no_other_page_and_no_search_engine(client, parameters):
    response = ask(client, **parameters)
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert '<meta name="robots" content="noindex">' in html_of(response)
    assert 'autocomplete="off"' in re.search("<form[^>]*>", html_of(response))[0]


def test_no_link_to_another_page_contains_an_answer(client, places):
    job = hiring_at(5, "Trooper")
    make_requirements(job, minimum_age=21)
    page = ask(client, near="06880", **ANSWERS)
    leaving = [href for _words, href in links(page) if not href.startswith(("?", "#"))]
    assert job.get_absolute_url() in leaving
    assert [href for href in leaving if "?" in href] == []
    assert 'method="post"' not in html_of(page)


def test_no_alert_can_hold_an_answer(client):
    answers = {field.name for field in fields(Applicant)}
    assert answers - {"drivers_license"} == set(ANSWERS) - {"licence"}
    assert not answers & {field.name for field in Alert._meta.get_fields()}
    assert "/alerts/" not in html_of(ask(client, **ANSWERS))


def test_no_log_contains_an_answer(client):
    opening("Trooper", minimum_age=21)
    written = StringIO()
    handler = logging.StreamHandler(written)
    # Without a time, which could contain the digits of an answer.
    handler.setFormatter(RedactingFormatter("%(name)s %(message)s"))
    loggers = [logging.getLogger(), logging.getLogger("django.request")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        client.get(URL, ANSWERS | {"page": "77"})  # there is no such page, which is logged
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
    assert f"Not Found: {URL}" in written.getvalue()
    for value in ("47", "some_college", "any_state"):
        assert value not in written.getvalue()


# Links and query counts


def test_the_job_search_links_to_it_with_the_same_place(client, places):
    assert ("Am I eligible?", URL) in links(client.get("/jobs/"))
    page = client.get("/jobs/?near=06880&within=50&kind=lateral&q=officer&pay=100&state=CT&sort=pay&page=1")
    assert ("Am I eligible?", f"{URL}?near=06880&within=50&kind=lateral") in links(page)


def test_it_takes_at_most_eight_queries_for_any_number_of_jobs(places, queries_of):
    urls = [
        f"{URL}?age=30",
        f"{URL}?age=30&near=06880",
        f"{URL}?age=30&near=Wesport",
        f"{URL}?age=30&near=Springfield",
        URL,
    ]

    def hire(number):
        for place in range(number):
            job = hiring_at(1 + place / 10, f"Officer {place}")
            make_requirements(job, minimum_age=21, certification="this_state")

    hire(1)
    with_one = [queries_of(url) for url in urls]
    hire(40)
    with_many = [queries_of(url) for url in urls]
    assert all(many <= one <= 8 for many, one in zip(with_many, with_one, strict=True)), (with_many, with_one)
