"""The API keeps what its description promises, and a page explains it."""

import json
import re

import hypothesis
import jsonschema_rs
import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.urls import reverse
from schemathesis import checks as general
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks as described

from departments.geo import states
from departments.models import Department
from departments.models.figures import PopulationBasis
from departments.models.kinds import WebsiteKind
from departments.models.place import Precision
from departments.search.forms import WITHIN, DepartmentSearchForm
from jobs.forms import JobSearchForm
from jobs.imports.sent import SentForm
from jobs.models import Job, Requirements
from policeapp.operations import rate_limits
from policeapp.pages import api
from policeapp.web.api import PROBLEM

from ...factories import make_api_key, make_job, make_requirements, text_of
from ...project.test_access import patterns
from ...whole_site import Markup

pytestmark = pytest.mark.any_engine

# Requests for each operation and kind of data.
EXAMPLES = 5
NEED_A_KEY = {"/api/v1/openings/{external_id}"}
CHECKS = [
    general.not_a_server_error,
    described.status_code_conformance,
    described.content_type_conformance,
    described.response_schema_conformance,
]


@pytest.fixture
def town(westport, places):
    """Westport with an opening that states everything."""
    job = make_job(westport, pay_min=80_000, pay_max=105_000.5, closes_on=None, apply_url="https://example.com/")
    make_requirements(job, minimum_age=21, education="high_school")
    return westport


@pytest.mark.unmeasured
def test_whatever_the_description_allows_or_not_is_answered_as_it_says(town, settings):
    settings.UNCACHED_PAGE_LIMIT = 0
    key = make_api_key(town)
    schema = schemathesis.openapi.from_dict(api.load())
    schema.app = WSGIHandler()
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) == 6
    for operation in operations:
        needs_key = operation.path in NEED_A_KEY
        _ask(operation, {}, 2 if needs_key else EXAMPLES)
        if needs_key:
            _ask(operation, {"Authorization": f"Bearer {key.secret}"}, EXAMPLES)


def _ask(operation, headers, number):
    for mode in GenerationMode:

        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        @hypothesis.settings(max_examples=number, deadline=None, suppress_health_check=list(hypothesis.HealthCheck))
        def answer(case):
            case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity", **headers})

        answer()


def test_the_description_names_every_url_and_parameter_of_the_api():
    paths = api.load()["paths"]
    urls = {"/" + re.sub("<[a-z]+:([a-z_]+)>", r"{\1}", url) for url in patterns() if url.startswith("api/v1/")}
    assert paths.keys() == urls - {reverse("api description")}
    queries = {path: _names(methods["get"]["parameters"]) for path, methods in paths.items() if "get" in methods}
    assert {path for path, methods in paths.items() if methods.keys() == {"put", "delete"}} == NEED_A_KEY
    assert queries["/api/v1/departments"] == {*DepartmentSearchForm.base_fields, "page"}
    assert queries["/api/v1/openings"] == {*JobSearchForm.base_fields, "page"}


def _names(parameters):
    return {parameter["name"] for parameter in parameters if parameter["in"] == "query"}


def test_the_choices_in_the_description_are_those_of_the_site():
    document, stated = api.load(), {}
    for path in ("/api/v1/departments", "/api/v1/openings"):
        for parameter in document["paths"][path]["get"]["parameters"]:
            stated[path[8:], parameter["name"]] = parameter["schema"].get("enum")
    for name, schema in document["components"]["schemas"].items():
        own = schema["allOf"][1] if "allOf" in schema else schema
        for field, value in own["properties"].items():
            stated[name, field] = [each for each in value.get("enum", []) if each is not None]
    required = document["components"]["schemas"]["Opening"]["properties"]["checked_requirements"]["properties"]
    assert required.keys() == set(Requirements.FIELDS)
    assert document["components"]["schemas"]["SentOpening"]["properties"].keys() == SentForm.base_fields.keys()
    for field, values in Requirements.LEVELS.items():
        assert required[field]["enum"] == [*values, None]
    sorts = {form: [value for value, _ in form.base_fields["sort"].choices if value] for form in FORMS}
    expected = {
        ("departments", "state"): sorted(states.STATES), ("Department", "state"): sorted(states.STATES),
        ("openings", "state"): sorted(states.STATES), ("departments", "within"): [value for value, _ in WITHIN],
        ("departments", "kind"): Department.Kind.values, ("Department", "kind"): Department.Kind.values,
        ("openings", "kind"): Job.Kind.values, ("Opening", "kind"): Job.Kind.values,
        ("Opening", "schedule"): Job.Schedule.values, ("Opening", "pay_period"): Job.PayPeriod.values,
        ("SentOpening", "kind"): Job.Kind.values, ("SentOpening", "schedule"): Job.Schedule.values,
        ("SentOpening", "pay_period"): Job.PayPeriod.values, ("StoredOpening", "status"): Job.Status.values,
        ("Department", "website_kind"): WebsiteKind.values, ("Department", "precision"): Precision.values,
        ("Department", "population_basis"): PopulationBasis.values,
        ("departments", "sort"): sorts[DepartmentSearchForm], ("openings", "sort"): sorts[JobSearchForm],
    }  # fmt: skip
    assert {key: stated[key] for key in expected} == expected


FORMS = (DepartmentSearchForm, JobSearchForm)


def test_the_examples_in_the_description_are_valid():
    document = api.load()
    schemas = json.dumps(document["components"]["schemas"]).replace("#/components/schemas/", "#/$defs/")
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    bodies = [body for operation in operations for body in operation["responses"].values()]
    bodies += [operation["requestBody"] for operation in operations if "requestBody" in operation]
    with_example = [*bodies, *document["components"]["responses"].values()]
    media_types = [media for body in with_example for media in body.get("content", {}).values() if "example" in media]
    assert len(media_types) == 12
    for media in media_types:
        name = media["schema"]["$ref"].rpartition("/")[2]
        schema = {"$defs": json.loads(schemas), "$ref": f"#/$defs/{name}"}
        jsonschema_rs.validator_for(schema).validate(media["example"])


def test_every_error_is_a_problem_that_other_sites_can_read(client, db, settings, monkeypatch):
    answers = {
        400: client.get("/api/v1/departments?near=Nowhere"),
        404: client.get("/api/v1/nothing"),
        401: client.delete("/api/v1/openings/1"),
        405: client.post("/api/v1/places", {"q": "x"}),
        413: client.get("/api/v1/places", headers={"content-length": "999999"}),
    }
    settings.UNCACHED_PAGE_LIMIT = 10
    monkeypatch.setattr(rate_limits, "count_uncached", lambda client: False)
    answers[429] = client.get("/api/v1/openings?q=x")
    monkeypatch.undo()
    monkeypatch.setattr("departments.search.places.find", lambda text: 1 / 0)
    client.raise_request_exception = False
    answers[500] = client.get("/api/v1/places?q=x")
    for status, response in answers.items():
        assert response.status_code == status
        assert response["Content-Type"] == PROBLEM, status
        assert json.loads(response.content)["status"] == status
        assert response["Content-Length"] == str(len(response.content))
        assert response["Access-Control-Allow-Origin"] == "*"
    assert answers[405]["Allow"] == "GET, HEAD" and answers[429]["Retry-After"]
    error = json.loads(answers[400].content)["errors"][0]
    assert error["parameter"] == "near" and error["message"].startswith("We don't know “Nowhere”.")


def test_browsers_may_ask_for_it_from_pages_of_other_sites(client, db):
    before = client.options("/api/v1/openings", headers={"access-control-request-headers": "if-none-match"})
    assert (before.status_code, before["Access-Control-Allow-Headers"]) == (204, "If-None-Match")
    first = client.get("/api/v1/openings")
    assert first["Access-Control-Allow-Origin"] == "*" and first["Access-Control-Expose-Headers"].startswith("ETag")
    again = client.get("/api/v1/openings", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again["Access-Control-Allow-Origin"]) == (304, "*")
    assert first["Cache-Control"].startswith("public") and not first.cookies
    assert "Access-Control-Allow-Origin" not in client.get("/jobs/")
    assert client.options("/api/v1/nothing").status_code == 404


def test_a_page_explains_every_parameter_and_field(client, town):
    response = client.get("/api/")
    text, markup = text_of(response), Markup(response.content.decode())
    ids = {attributes["id"] for _tag, attributes in markup.tags if "id" in attributes}
    links = [attributes["href"] for tag, attributes in markup.tags if tag == "a"]
    assert {link[1:] for link in links if link.startswith("#")} <= ids
    for schema in api.load()["components"]["schemas"].values():
        assert schema["description"] in text
    examples = [link for link in links if link.startswith("/api/v1/")]
    assert len(examples) == 5
    for example in examples:
        assert client.get(example).status_code == 200, example
    assert client.get("/api/v1/openapi.json").json()["servers"] == [{"url": "https://police.example.org"}]
