"""Search results of USAJOBS, and CSV files, become rows of openings."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from jobs.imports.connectors import csv_file, usajobs
from jobs.imports.connectors.fetch import Failed

from .pages import federal_job, federal_result, page

pytestmark = pytest.mark.any_engine


def no_page(url):
    raise AssertionError(url)


def row_of(**values):
    (row,), problems = usajobs.read(page(federal_result(federal_job(**values)), usajobs.URL), no_page)
    assert problems == []
    return row


def test_a_federal_job_becomes_a_row_with_our_columns():
    assert row_of() == {
        "job_id": "USCP-26-031",
        "requisition": "USCP-26-031",
        "title": "Police Officer",
        "employer": "Capitol Police",
        "city": "Washington",
        "state": "District of Columbia",
        "work_location": "Washington, District of Columbia",
        "salary_from": "73500.0",
        "salary_to": "101250.0",
        "salary_frequency": "year",
        "description": "Protect the Capitol.\n\nPatrol the grounds.\n\nCheck visitors.",
        "min_qualifications": "You must be 21 years old.",
        "to_apply": "Apply online.",
        "posting_date": "2026-11-16",
        "post_until": "2026-12-15",
        "url": "https://www.usajobs.gov/job/812345600",
    }


def test_a_job_with_many_duty_stations_lists_the_first_and_has_no_city():
    stations = [{"LocationName": f"Town {number}, Texas", "CityName": f"Town {number}"} for number in range(14)]
    row = row_of(PositionLocation=stations)
    assert (row["city"], row["state"]) == ("", "")
    assert row["work_location"].startswith("Town 0, Texas; Town 1, Texas; ")
    assert row["work_location"].endswith("Town 9, Texas and 4 more places")


def test_pay_by_the_hour_and_missing_parts():
    row = row_of(PositionRemuneration=[{"MinimumRange": "25.10", "MaximumRange": "", "RateIntervalCode": "PH"}])
    assert (row["salary_from"], row["salary_to"], row["salary_frequency"]) == ("25.10", "", "hour")
    row = row_of(PositionRemuneration=[], PositionLocation=None, UserArea={"Details": {"MajorDuties": "Patrol."}})
    assert (row["salary_from"], row["work_location"], row["description"]) == ("", "", "Patrol.")


def test_all_pages_of_a_search_are_read():
    asked = []

    def get(url):
        asked.append(parse_qs(urlsplit(url).query))
        return page(federal_result(federal_job(PositionID="2"), all=3), url)

    found, problems = usajobs.read(page(federal_result(federal_job(), all=3), usajobs.URL), get)
    assert [query["Page"] for query in asked] == [["2"], ["3"]]
    assert asked[0]["JobCategoryCode"] == ["0083;0007;1811;2151;0080"] and asked[0]["ResultsPerPage"] == ["500"]
    assert len(found) == 3 and problems == []


def test_a_search_with_fewer_jobs_than_it_says_is_a_problem():
    found, problems = usajobs.read(
        page(federal_result(federal_job(), all=9), usajobs.URL), lambda url: page(federal_result(all=9), url)
    )
    assert len(found) == 1 and problems == ["USAJOBS has 9 jobs, but listed only 1."]


@pytest.mark.parametrize(
    "content", ["", "<html>", "[]", "{}", '{"SearchResult": {"SearchResultItems": [7]}}', "[" * 99_999]
)
def test_what_is_not_a_search_result_fails(content):
    with pytest.raises(Failed, match="not a search result"):
        usajobs.read(page(content), no_page)


def test_the_key_goes_only_to_usajobs(settings):
    settings.USAJOBS_EMAIL, settings.USAJOBS_KEY = "office@police.example.org", "secret"
    assert usajobs.headers(usajobs.URL) == {"User-Agent": "office@police.example.org", "Authorization-Key": "secret"}
    for begin in ("https://data.usajobs.gov.example.org", "http://data.usajobs.gov", "https://data.usajobs.gov:8443"):
        assert usajobs.headers(f"{begin}/api/Search") == {}


def test_rows_of_a_csv_file_have_our_columns_whatever_it_calls_them():
    content = (
        "Job ID,Agency,Posting Type,# Of Positions,Business Title,Salary Range From,Salary Range To,Salary Frequency\n"
        "757172,POLICE DEPARTMENT,External,2,Agency Attorney,52110,60000,Annual\n\n"
    )
    (row,), problems = csv_file.read(page(content), None)
    assert (row["job_id"], row["requisition"], row["title"]) == ("757172", "757172", "Agency Attorney")
    assert (row["positions"], row["salary_from"], row["employer"]) == ("2", "52110", "POLICE DEPARTMENT")
    assert problems == []


def test_a_broken_line_of_a_csv_file_is_a_problem():
    rows, problems = csv_file.read(page('job_id,title\n1,Officer\n2,"Officer\n'), None)
    assert [row["job_id"] for row in rows] == ["1"]
    assert problems == ["Line 3 has a quotation mark that is never closed."]


@pytest.mark.parametrize(
    "content", ["", "<html><body>Sign in</body></html>", json.dumps([1]), "a,b\n1,2\n", b"PK\x03\x04"]
)
def test_what_is_not_a_csv_file_fails(content):
    with pytest.raises(Failed):
        csv_file.read(page(content), None)
