"""The JSON API of departments and places."""

import pytest

from departments.models import Department, SlugRedirect

from ..factories import list_specializations, make_department, make_division, make_job, make_unit, tomorrow

LIST = "/api/v1/departments"


@pytest.fixture
def department(places):
    """A department with facts from an editor and from an import."""
    found = make_department(
        at=(41.1434, -73.3496), phone="203-341-6000", chief_name="Ann Chief", website="https://example.com/"
    )
    found.set_source(["phone"], "DHS HIFLD", "2009", "import", guessed=True)
    found.set_source(["chief_name"], "Editor of this site", "2026-11-02", "user:7")
    found.sources["phone"]["other"] = {"value": "203-000-0000", "source": "FBI", "as_of": "2020"}
    found.save()
    return found


def names(response):
    return [result["name"] for result in response.json()["results"]]


@pytest.mark.django_db
def test_it_finds_what_the_directory_finds(client, department):
    make_department("Norwalk Police", city="Norwalk", at=(41.1177, -73.4082))
    make_department("Boise Police", city="Boise", state="ID", at=(43.6, -116.2), kind="sheriff")
    make_department("Secret Police", status=Department.Status.DRAFT)
    assert names(client.get(LIST)) == ["Boise Police", "Norwalk Police", department.name]
    assert names(client.get(f"{LIST}?q=norwalk+police")) == ["Norwalk Police"]
    assert names(client.get(f"{LIST}?state=ID&kind=sheriff")) == ["Boise Police"]
    near = client.get(f"{LIST}?near=06880&within=any").json()
    assert [result["name"] for result in near["results"]] == [department.name, "Norwalk Police", "Boise Police"]
    assert near["near"] == "Westport, CT 06880" and near["results"][1]["miles"] < 4
    make_job(department)
    make_job(Department.objects.get(name="Boise Police"), is_sample=True)
    hiring = client.get(f"{LIST}?hiring=on").json()["results"]
    assert [(result["name"], result["open_jobs"]) for result in hiring] == [(department.name, 1)]


@pytest.mark.any_engine
def test_a_fact_has_its_source_but_not_who_set_it(client, department):
    found = client.get(f"/api{department.get_absolute_url()[:-1]}".replace("/api/", "/api/v1/")).json()
    assert found["phone"] == "203-341-6000" and found["email"] is None
    assert found["sources"] == {
        "chief_name": {"source": "Editor of this site", "as_of": "2026-11-02", "guessed": False},
        "phone": {"source": "DHS HIFLD", "as_of": "2009", "guessed": True},
    }
    assert found["sources"] == client.get(LIST).json()["results"][0]["sources"]


@pytest.mark.any_engine
def test_pages_lead_to_each_other(client, db):
    for number in range(21):
        make_department(f"Precinct {number:02}")
    first = client.get(f"{LIST}?state=CT&anything=x").json()
    assert (first["count"], first["count_is_exact"], len(first["results"])) == (21, True, 20)
    assert (first["previous"], first["next"]) == (None, f"https://police.example.org{LIST}?state=CT&page=2")
    second = client.get(f"{LIST}?state=CT&page=2").json()
    assert (len(second["results"]), second["next"]) == (1, None)
    assert client.get(f"{LIST}?page=3").status_code == 404


@pytest.mark.any_engine
def test_a_department_has_all_of_its_profile(client, department):
    list_specializations(department, "K-9 Unit", "Divers")
    make_division(department, "Patrol", responsibilities="- Calls")
    make_unit(department, "Rescue", description="Boats")
    make_job(department, "Officer", closes_on=tomorrow(department))
    make_job(department, "Sample", is_sample=True)
    make_job(department, "Draft", status="draft")
    url = client.get(LIST).json()["results"][0]["api_url"].removeprefix("https://police.example.org")
    found = client.get(url).json()
    assert found["specializations"] == ["K-9 Unit", "Divers"]
    assert found["divisions"] == [{"name": "Patrol", "responsibilities": "- Calls"}]
    assert found["special_units"] == [{"name": "Rescue", "description": "Boats"}]
    assert [opening["title"] for opening in found["openings"]] == ["Officer"] and found["open_jobs"] == 1
    SlugRedirect.objects.create(state="CT", slug="former", department=department)
    assert client.get("/api/v1/departments/ct/former")["Location"] == url
    department.unpublish()
    assert client.get(url).status_code == client.get("/api/v1/departments/ct/former").status_code == 404


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow(queries_of, department):
    url = "/api/v1/departments/ct/westport-police-department"
    list_queries = [queries_of(f"{LIST}?near=06880")]
    detail_queries = [queries_of(url)]
    list_specializations(department, *(f"Skill {number}" for number in range(9)))
    for number in range(9):
        make_job(department, f"Officer {number}")
        make_division(department, f"Division {number}")
        make_job(make_department(f"Precinct {number}", at=(41.14, -73.35)))
    list_queries.append(queries_of(f"{LIST}?near=06880"))
    detail_queries.append(queries_of(url))
    assert list_queries[1] <= list_queries[0] <= 4 and detail_queries[1] <= detail_queries[0] <= 5


@pytest.mark.any_engine
def test_places_are_those_that_a_text_means_or_begins(client, places):
    found = client.get("/api/v1/places?q=springfield").json()["results"]
    assert [place["near"] for place in found] == [
        "Springfield, Sangamon County, IL", "Springfield, Hampden County, MA", "Springfield, Greene County, MO",
    ]  # fmt: skip
    assert client.get("/api/v1/places?q=06880").json()["results"][0]["zip"] == "06880"
    assert names(client.get("/api/v1/places?q=norw")) == ["Norwalk"]
    assert client.get("/api/v1/places").json()["errors"][0]["parameter"] == "q"
