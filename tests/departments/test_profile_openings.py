"""The jobs on a profile, and the nearest jobs if it has none."""

import re
from datetime import timedelta

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


def test_it_lists_the_three_nearest_jobs(client, westport):
    for number in range(5):
        department = make_department(f"Department {number}", at=(41.14 + number / 10, -73.36))
        make_job(department, f"{number} north")
    make_job(make_department("Draft", at=AT_WESTPORT, status="draft"), "Of a draft")
    make_job(make_department("Closed", at=AT_WESTPORT), "Closed", closes_on=yesterday())
    assert cards(client.get(WESTPORT)) == ["0 north", "1 north", "2 north"]


def test_jobs_more_than_100_miles_away_are_not_listed(client, westport):
    make_job(make_department("Near Police", at=(42.55, -73.36)), "97 miles north")
    make_job(make_department("Far Police", at=(42.62, -73.36)), "102 miles north")
    assert cards(client.get(WESTPORT)) == ["97 miles north"]


def test_without_jobs_within_100_miles_one_line_names_the_nearest_job(client, westport):
    make_job(make_department("Nome Police", at=(64.5, -165.4), state="AK", city="Nome"), "Farther")
    adak = make_department("Adak Police", at=(51.88, -176.66), state="AK", city="Adak")
    make_job(make_department("Reno Police", at=(39.53, -119.81), state="NV", city="Reno"), "Officer in the desert")
    make_job(adak, "Officer on an island")
    response = client.get(WESTPORT)
    assert cards(response) == []
    assert re.search(
        r"The nearest job: Officer in the desert, Reno Police, Reno, NV · 2,[45]\d\d miles", text_of(response)
    )
    assert client.get(links(response)["Officer in the desert"]).status_code == 200


def test_a_sample_that_is_the_nearest_job_is_labeled(client, westport):
    make_job(make_department("Reno Police", at=(39.53, -119.81), state="NV", city="Reno"), "Officer", is_sample=True)
    text = text_of(client.get(WESTPORT))
    assert "The nearest job: Sample Officer, Reno Police" in text
    assert text.count("Jobs marked “Sample” are not real.") == 1


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
    response = profile(client, atlantis)
    assert cards(response) == ["In the state"]
    assert "Jobs in Connecticut In the state" in text_of(response) and "Nearest jobs" not in text_of(response)


def test_the_capital_has_its_article(client, db):
    make_job(make_department("Metropolitan Police", state="DC"))
    response = profile(client, make_department("Lost Police", state="DC", city="Nowhere"))
    assert "Jobs in the District of Columbia" in text_of(response)


def test_without_jobs_in_its_state_one_line_names_the_newest(client, db):
    atlantis = make_department("Atlantis Police", city="Atlantis", state="WY")
    norwalk = make_department("Norwalk Police", at=AT_NORWALK, city="Norwalk")
    make_job(norwalk, "In Connecticut", opens_on=yesterday())
    make_job(norwalk, "Older", opens_on=yesterday() - timedelta(days=1))
    response = profile(client, atlantis)
    assert cards(response) == []
    assert "The newest job: In Connecticut, Norwalk Police, Norwalk, CT RSS feed" in text_of(response)


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
