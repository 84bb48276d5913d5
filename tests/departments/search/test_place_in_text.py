"""Places inside a search text, and searches near a place that find nothing there."""

import pytest

from departments.search import places
from jobs.forms import JobSearchForm
from tests.departments.pages import cards
from tests.factories import make_department, make_job, make_place, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def westport():
    make_place("Westport", zip="06880")
    make_place("Westport", zip_codes=4)
    make_place("Odessa", "TX", zip="79764", county="Ector County", at=(31.88, -102.44))
    make_place("Odessa", "TX", zip_codes=7, county="Ector County", at=(31.85, -102.37))
    make_place("Odessa", "DE", county="New Castle County", at=(39.46, -75.66))
    return make_department(at=(41.14, -73.36))


@pytest.mark.parametrize(
    ("text", "place", "rest"),
    [
        ("ZIP 06880", "Westport, CT 06880", ""),
        ("06880-1234", "Westport, CT 06880", ""),
        ("Westport, CT 06880", "Westport, CT 06880", ""),
        ("50 Jesup Road, Westport, CT 06880-1234", "Westport, CT 06880", ""),
        ("sheriff near 79764", "Odessa, TX 79764", "sheriff"),
        ("sheriff 79764", "Odessa, TX 79764", "sheriff"),
        ("police jobs around Odessa, TX", "Odessa, TX", "police"),
        ("79764 Main Street Westport CT", None, None),
        ("79764 and 99999", "Odessa, TX 79764", "and 99999"),
        ("Westport police", None, None),
        ("near nowhere", None, None),
    ],
)
def test_a_zip_code_or_a_place_after_near_is_found(westport, text, place, rest):
    found = places.find_inside(text)
    assert (found and str(found.places[0]), found and found.rest) == (place, rest)


@pytest.mark.parametrize(
    ("text", "towns", "rest"),
    [
        ("50 Jesup Road Westport", ["Westport, CT"], ""),
        ("dispatcher in Odessa TX", ["Odessa, TX"], "dispatcher"),
        ("dispatcher in odessa texas usa", ["Odessa, TX"], "dispatcher"),
        ("sheriff of Odessa", ["Odessa, TX", "Odessa, DE"], "sheriff of"),
        ("police department CT", None, None),
        ("Westport", None, None),
    ],
)
def test_a_town_at_the_end_is_found(westport, text, towns, rest):
    found = places.find_at_end(text)
    assert (found and [str(place) for place in found.places], found and found.rest) == (towns, rest)


@pytest.mark.parametrize(
    "near", ["Fairfield County, CT", "fairfield county connecticut", "50 Jesup Road, Westport, CT"]
)
def test_a_county_and_an_address_can_be_typed_as_the_place(client, westport, near):
    assert cards(client.get("/departments/", {"near": near})) == ["Westport Police Department"]


@pytest.mark.parametrize("path", ["/departments/", "/jobs/"])
def test_a_state_can_be_typed_as_the_place(client, westport, path):
    make_job(westport, "Here")
    make_job(make_department("Avon Police", state="CO", city="Avon"), "There")
    text = text_of(client.get(path, {"near": "Connecticut"}))
    assert "Westport Police Department" in text and "Avon Police" not in text


def test_sorting_by_distance_without_results_is_no_error(client, westport):
    response = client.get("/departments/?q=zzzzqqqq&near=06880&sort=distance")
    assert response.status_code == 200
    assert "No matching departments within 25 miles of Westport, CT 06880" in text_of(response)


def test_the_nearest_departments_match_the_filters_and_the_text(client, westport):
    make_department("Ector County Sheriff", kind="sheriff", state="TX", city="Odessa", at=(31.88, -102.44))
    make_department("Midland County Sheriff", kind="sheriff", state="TX", city="Midland", at=(32, -102.1))
    assert cards(client.get("/departments/?near=06880&kind=sheriff")) == [
        "Midland County Sheriff",
        "Ector County Sheriff",
    ]
    assert cards(client.get("/departments/?near=06880&q=ector")) == ["Ector County Sheriff"]
    assert cards(client.get("/departments/?near=06880&kind=tribal")) == []


def test_a_town_as_the_text_can_be_sorted_by_distance(client, westport):
    make_department("Weston Police", city="Weston", at=(41.2, -73.38))
    assert cards(client.get("/departments/?q=Westport&sort=distance")) == [
        "Westport Police Department",
        "Weston Police",
    ]
    text = text_of(client.get("/departments/?q=Odessa&sort=distance"))
    assert "More than one place has this name." in text
    assert "Enter a place to sort by distance." in text_of(client.get("/departments/?q=sheriff&sort=distance"))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("dispacher", "Dispatcher"),
        ("offcer", "Officer"),
        ("911 operator", "Dispatcher"),
        ("seargent", "Sergeant"),
        ("dispacher near 06880", "Dispatcher"),
        ("dispatcher near westport", "Dispatcher"),
        ("dispatcher jobs 06880", "Dispatcher"),
        ("dispatcher in Westport CT", "Dispatcher"),
    ],
)
def test_words_of_job_titles_are_corrected_and_places_recognized(westport, typed, found):
    make_place("Sargent", "NE", at=(41.6, -99.4))
    for title in ("Dispatcher", "Officer", "Sergeant"):
        make_job(westport, title, kind="other")
    form = JobSearchForm({"q": typed})
    assert [job.title for job in form.results()[:5]] == [found], form.errors


def test_a_corrected_search_says_so(client, westport):
    make_job(westport, "Dispatcher")
    text = text_of(client.get("/jobs/?q=dispacher"))
    assert "Showing results for Dispatcher." in text and "No match for “dispacher”." in text


@pytest.mark.parametrize("path", ["/departments/", "/jobs/"])
@pytest.mark.parametrize("typed", ["police near me", "police jobs nearby", "close to here"])
def test_a_search_near_me_asks_for_a_place(client, westport, path, typed):
    assert "Enter a ZIP code, or a town and state." in text_of(client.get(path, {"q": typed}))
    assert "Enter a ZIP code" not in text_of(client.get(path, {"q": typed, "near": "06880"}))


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("jobs", "Corrections Officer"),
        ("police jobs in Connecticut", "Corrections Officer"),
        ("correctional officer", "Corrections Officer"),
        ("911 dispatcher jobs", "Public Safety Dispatcher"),
        ("911 operator", "Public Safety Dispatcher"),
        ("911", "911 Call Taker"),
        ("dispatcher Westport CT 06880", "Public Safety Dispatcher"),
        ("911 dispatcher near 06880", "Public Safety Dispatcher"),
        ("code enforcement near 06880", "Code Enforcement Officer"),
        ("secretery", "Police Secretary"),
    ],
)
def test_job_seekers_find_openings_with_their_own_words(client, westport, typed, title):
    make_place("Secretary", "MD", zip_codes=1)
    titles = ["Corrections Officer", "Public Safety Dispatcher", "911 Call Taker", "Code Enforcement Officer"]
    for number, each in enumerate([*titles, "Police Secretary"]):
        make_job(westport, each, external_id=str(number))
    assert title in text_of(client.get("/jobs/", {"q": typed}))


def test_jobs_of_a_department_are_found_by_its_short_form(client):
    make_job(make_department("Los Angeles Police Department", state="CA", city="Los Angeles"), "Recruit")
    assert "Recruit" in text_of(client.get("/jobs/", {"q": "LAPD hiring"}))


def test_a_state_at_the_end_is_not_the_town_of_its_last_word(db):
    make_place("York", "PA", zip_codes=5)
    assert places.find_at_end("jobs in New York") is None
    make_place("Constable", "NY", zip_codes=1)
    assert places.find_at_end("Harris County Constable") is None
