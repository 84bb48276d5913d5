"""Searches in the admin's lists and pickers."""

import json

import pytest

from departments.models import Correction, Department, Jurisdiction, Place, SlugRedirect, Specialization
from jobs.models import Connector, Job
from tests.admin import listed, page
from tests.factories import (
    make_connector,
    make_correction,
    make_department,
    make_job,
    make_jurisdiction,
    make_place,
    make_specialization,
)

pytestmark = pytest.mark.django_db


def picked(client, text):
    """Return the texts that the picker of a job's department shows."""
    query = {"app_label": "jobs", "model_name": "job", "field_name": "department", "term": text}
    return [each["text"] for each in json.loads(client.get("/admin/autocomplete/", query).content)["results"]]


@pytest.mark.parametrize("text", ["penasco", "PEÑASCO", "Peñasco NM", "penasco pd"])
def test_names_are_found_without_accents_and_in_any_case(alice, text):
    values = {"state": "NM", "city": "Peñasco"}
    found = make_department("Peñasco Police Department", **values)
    other = make_department("Taos Police Department", state="NM", city="Taos")
    make_job(found, "Officer")
    make_job(other, "Deputy")
    assert listed(alice, Department, f"q={text}") == [found.name]
    assert listed(alice, Job, f"q={text}") == ["Officer"]
    assert picked(alice, text) == [str(found)]


@pytest.mark.parametrize("text", ["penasco", "PEÑASCO", "peñasco"])
def test_other_rows_of_the_admin_are_found_without_accents(alice, text):
    make_place("Peñasco", "NM")
    make_place("Taos", "NM")
    make_jurisdiction("Peñasco", "NM", county="Taos County")
    make_jurisdiction("Taos", "NM", county="Taos County")
    make_specialization("Peñasco Patrol")
    make_specialization("Dive Team")
    department = make_department("Peñasco Police", state="NM", city="Peñasco")
    SlugRedirect.objects.create(state="NM", slug="former", department=department)
    for each in (department, make_department("Taos Police", state="NM", city="Taos")):
        make_correction(each)
        make_connector(each, is_on=False)
    for model, names in (
        (Place, ["Peñasco"]),
        (Jurisdiction, ["Peñasco"]),
        (Specialization, ["Peñasco Patrol"]),
        (SlugRedirect, ["/nm/former/"]),
        (Correction, ["Phone"]),
        (Connector, ["Careers page"]),
    ):
        assert listed(alice, model, f"q={text}") == names


def test_a_state_a_zip_code_and_a_job_number_are_found(alice):
    department = make_department(zip="06880")
    other = make_department("Taos Police Department", state="NM", city="Taos")
    make_job(department, "Officer", external_id="A-77", source="list")
    make_job(other, "Deputy")
    make_place("Westport", "CT", "06880")
    make_place("Taos", "NM")
    for text in ("CT", "connecticut", "06880"):
        assert listed(alice, Department, f"q={text}") == [department.name]
        assert listed(alice, Job, f"q={text}") == ["Officer"]
    assert listed(alice, Job, "q=a-77") == ["Officer"]
    assert listed(alice, Place, "q=nm") == ["Taos"]
    assert listed(alice, Place, "q=06880") == ["Westport"]


def test_the_best_matches_come_first_in_pickers(alice):
    for name, size in (("Port Westlake Police", 9_000), ("Westlake Police", 10), ("Westlake Village Police", 500)):
        make_department(name, city="", population=size)
    expected = ["Westlake Village Police, CT", "Westlake Police, CT", "Port Westlake Police, CT"]
    assert picked(alice, "westla") == expected
    assert listed(alice, Department, "q=westla") == [text.removesuffix(", CT") for text in expected]
    assert listed(alice, Department, "q=westla&o=1")[0] == "Port Westlake Police"


@pytest.mark.parametrize("model", [Department, Job, Place, Jurisdiction, Specialization])
def test_strange_searches_are_no_error(alice, own, model):
    for text in ("%", "%00", "x" * 3000, "a " * 300, "'\"\\", "٣", "\u202e"):
        assert alice.get(page(model, "list"), {"q": text}).status_code in (200, 400)
