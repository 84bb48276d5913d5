"""The JSON API of openings."""

from datetime import date, time

import pytest

from ..factories import make_department, make_job, make_requirements, tomorrow

URL = "/api/v1/openings"
ORIGIN = "https://police.example.org"


def titles(response):
    return [result["title"] for result in response.json()["results"]]


def test_it_finds_what_the_job_search_finds_without_samples(client, places):
    westport = make_department(at=(41.1434, -73.3496))
    norwalk = make_department("Norwalk Police", city="Norwalk", at=(41.1177, -73.4082))
    make_job(norwalk, "Diver", opens_on=date(2024, 5, 1), pay_min=50_000, kind="reserve")
    make_job(westport, "Officer", opens_on=date(2024, 6, 1), closes_on=tomorrow(westport))
    for title, values in (("Sample", {"is_sample": True}), ("Draft", {"status": "draft"})):
        make_job(westport, title, **values)
    make_job(westport, "Closed", opens_on=date(2024, 1, 1), closes_on=date(2024, 2, 1))
    assert titles(client.get(URL)) == ["Officer", "Diver"]
    assert titles(client.get(f"{URL}?q=diver")) == titles(client.get(f"{URL}?kind=reserve&pay=40000")) == ["Diver"]
    assert titles(client.get(f"{URL}?sort=closing")) == ["Officer", "Diver"]
    near = client.get(f"{URL}?near=Norwalk,+CT").json()
    assert [result["title"] for result in near["results"]] == ["Diver", "Officer"]
    assert near["results"][0]["miles"] < 1 < near["results"][1]["miles"]
    assert titles(client.get(f"{URL}?q=sample")) == titles(client.get(f"{URL}?state=AK")) == []


@pytest.mark.any_engine
def test_it_has_every_fact_with_its_source(client, db):
    day = date(2030, 5, 31)
    job = make_job(
        make_department(), pay_min=30.5, pay_period="hour", closes_on=day, closes_time=time(17), external_id="R-1",
        source="Westport",
    )  # fmt: skip
    job.set_source(["title"], "Editor of this site", "2026-11-02", "user:7")
    job.save()
    make_requirements(job, minimum_age=21, education="bachelor")
    (found,) = client.get(URL).json()["results"]
    assert found["department"] == {
        "name": "Westport Police Department", "state": "CT", "city": "Westport",
        "url": f"{ORIGIN}/departments/ct/westport-police-department/",
        "api_url": f"{ORIGIN}/api/v1/departments/ct/westport-police-department",
    }  # fmt: skip
    assert found["url"] == f"{ORIGIN}{job.get_absolute_url()}"
    assert (found["pay_min"], found["pay_max"], found["pay_yearly"]) == (30.5, None, 30.5 * 2080)
    assert (found["closes_on"], found["closes_time"]) == ("2030-05-31", "17:00:00")
    assert found["closes_at"] == "2030-05-31T21:00:00+00:00" and found["time_zone"] == "America/New_York"
    stated = {name: value for name, value in found["checked_requirements"].items() if value is not None}
    assert stated == {"minimum_age": 21, "education": "bachelor"}
    assert found["external_id"] == "R-1"
    assert found["sources"] == {"title": {"source": "Editor of this site", "as_of": "2026-11-02", "guessed": False}}


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow(queries_of):
    job = make_job()
    before = queries_of(f"{URL}?q=officer")
    make_requirements(job)
    for _ in range(9):
        make_job()
    assert queries_of(f"{URL}?q=officer") <= before <= 6
