"""The jobs on a profile, and the nearest jobs if it has none."""

import re

import pytest

from tests.departments.pages import cards, links, profile
from tests.factories import (
    make_department,
    make_job,
    make_place,
    text_of,
    tomorrow,
    yesterday,
)

AT_WESTPORT, AT_NORWALK, AT_NEW_YORK = (41.1401, -73.3601), (41.0970, -73.4195), (40.7128, -74.0060)
WESTPORT = "/departments/ct/westport-police-department/"


def openings(response):
    return text_of(response).split("Compare with other departments Jobs ", 1)[1]


def test_its_open_jobs_are_listed_by_closing_date(client, db):
    department = make_department(at=AT_WESTPORT)
    make_job(department, "Until filled")
    make_job(department, "Closes soon", closes_on=tomorrow(department), pay_min=70_000, pay_max=80_000)
    make_job(department, "Closed", closes_on=yesterday(department))
    make_job(department, "Not yet open", opens_on=tomorrow(department))
    make_job(department, "Withdrawn", status="withdrawn")
    make_job(department, "Draft", status="draft")
    make_job(make_department("Elsewhere", at=AT_NORWALK), "Elsewhere")
    response = profile(client, department)
    assert cards(response) == ["Closes soon", "Until filled"]
    assert "There are currently no open jobs" not in text_of(response)
    assert "$70,000 to $80,000 a year" in text_of(response)
    assert "Search Nearby Jobs" in links(response)


def test_without_jobs_the_nearest_ones_are_listed_with_distance_pay_and_closing_date(client, westport, places):
    norwalk = make_department("Norwalk Police Department", at=AT_NORWALK, city="Norwalk")
    last_day = tomorrow(norwalk)
    make_job(norwalk, "Patrol Officer", pay_min=70_000, pay_max=80_000, closes_on=last_day)
    response = client.get(WESTPORT)
    text = openings(response)
    assert text.startswith("There are currently no open jobs at this department. Search Nearby Jobs")
    assert "Nearest jobs Patrol Officer Norwalk Police Department, Norwalk, CT · 4 miles" in text
    assert f"$70,000 to $80,000 a year Closes {last_day:%B} {last_day.day}, {last_day.year} (tomorrow)" in text


def test_it_lists_the_five_nearest_jobs(client, westport):
    for number in range(7):
        department = make_department(f"Department {number}", at=(41.14 + number / 10, -73.36))
        make_job(department, f"{number} north")
    make_job(make_department("Draft", at=AT_WESTPORT, status="draft"), "Of a draft")
    make_job(make_department("Closed", at=AT_WESTPORT), "Closed", closes_on=yesterday())
    assert cards(client.get(WESTPORT)) == [f"{number} north" for number in range(5)]


def test_the_nearest_job_is_listed_however_far_it_is(client, westport):
    make_job(make_department("Adak Police", at=(51.88, -176.66), state="AK", city="Adak"), "Officer on an island")
    assert cards(client.get(WESTPORT)) == ["Officer on an island"]
    assert re.search(r"Adak, AK · [34],\d{3} miles", text_of(client.get(WESTPORT)))


def test_search_nearby_jobs_searches_near_its_zip_code(client, westport, places):
    make_job(make_department("Norwalk Police Department", at=AT_NORWALK), "Patrol Officer")
    response = client.get(WESTPORT)
    assert links(response)["Search Nearby Jobs"] == "/jobs/?near=06880"
    assert cards(client.get("/jobs/?near=06880")) == ["Patrol Officer"]


def test_search_nearby_jobs_names_the_town_unambiguously(client, places):
    department = make_department("Springfield Police", city="Springfield", state="MA")
    address = links(profile(client, department))["Search Nearby Jobs"]
    assert address == "/jobs/?near=Springfield%2C%20Hampden%20County%2C%20MA"
    assert "of Springfield, MA" in text_of(client.get(address))


def test_search_nearby_jobs_searches_the_state_if_the_place_is_unknown(client, db):
    department = make_department("Atlantis Police", city="Atlantis")
    assert links(profile(client, department))["Search Nearby Jobs"] == "/jobs/?state=CT"


def test_without_a_location_it_lists_jobs_near_its_town(client, db):
    department = make_department("Westport Police")
    make_place(at=AT_WESTPORT)
    make_job(make_department("New York Police", at=AT_NEW_YORK), "Far")
    make_job(make_department("Norwalk Police", at=AT_NORWALK), "Near")
    assert cards(profile(client, department)) == ["Near", "Far"]


def test_without_a_known_place_it_lists_the_newest_jobs_of_its_state(client, db):
    atlantis = make_department("Atlantis Police", city="Atlantis")
    make_job(make_department("Norwalk Police", at=AT_NORWALK), "In the state", opens_on=yesterday())
    make_job(make_department("New York Police", at=AT_NEW_YORK, state="NY"), "In another state")
    assert cards(profile(client, atlantis))[0] == "In the state"


def test_without_jobs_in_its_state_it_lists_others(client, db):
    atlantis = make_department("Atlantis Police", city="Atlantis", state="WY")
    make_job(make_department("Norwalk Police", at=AT_NORWALK), "In Connecticut")
    response = profile(client, atlantis)
    assert cards(response) == ["In Connecticut"]
    assert "No jobs are posted" not in text_of(response)


@pytest.mark.parametrize("values", [{"at": AT_WESTPORT}, {"city": "Atlantis"}, {"city": "", "state": "WY"}])
def test_without_any_jobs_it_still_links_to_the_search(client, db, values):
    response = profile(client, make_department(**values))
    assert "No jobs are posted right now." in text_of(response)
    assert client.get(links(response)["Search Nearby Jobs"]).status_code == 200


def test_sample_jobs_are_labeled(client, westport):
    make_job(make_department("Norwalk Police", at=AT_NORWALK), "Patrol Officer", is_sample=True)
    text = text_of(client.get(WESTPORT))
    assert "Patrol Officer Sample" in text
    assert text.count("Jobs marked “Sample” are not real.") == 1
