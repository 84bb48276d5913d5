"""An applicant-tracking system creates, changes and closes the openings of its department."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jobs.models import ApiKey, Duplicate, Job
from policeapp.history.models import Change
from policeapp.web.api import PROBLEM

from ..factories import make_api_key, make_department, make_job

any_engine = pytest.mark.any_engine

URL = "/api/v1/openings/R-17"
OPENING = {
    "title": "Police Officer",
    "description": "Patrol the **town**.",
    "apply_url": "https://jobs.example.org/17",
    "pay_min": 80000,
    "pay_max": 105000.5,
    "opens_on": "2026-11-02",
    "closes_on": "2030-12-18",
    "closes_time": "17:00:00",
}


@pytest.fixture
def key(own):
    return make_api_key(own)


def send(key, url=URL, method="PUT", body=None, secret=None, **values):
    """Send an opening with these values. The client has no cookies and checks forms as in production."""
    client = Client(enforce_csrf_checks=True)
    content = json.dumps(OPENING | values) if body is None else body
    headers = {"authorization": f"Bearer {secret or key.secret}"}
    response = client.generic(method, url, content if method == "PUT" else b"", "application/json", headers=headers)
    assert not response.cookies
    assert response.status_code in (404, 413) or "no-store" in response["Cache-Control"]
    return response


def delete(key, url=URL):
    return send(key, url, "DELETE").status_code


def errors_of(response):
    assert (response.status_code, response["Content-Type"]) == (422, PROBLEM)
    return {error["field"]: error["message"] for error in response.json()["errors"]}


def status_of(job):
    return Job.objects.values_list("status", flat=True).get(pk=job.pk)


def test_it_creates_an_opening_and_then_changes_it(key, own, client):
    response = send(key)
    job = Job.objects.get()
    assert (response.status_code, response["Location"]) == (201, f"https://police.example.org{job.get_absolute_url()}")
    assert client.get(job.get_absolute_url()).status_code == 200
    found = response.json()
    assert {name: found[name] for name in OPENING} == OPENING
    assert (found["external_id"], found["status"], found["kept"]) == ("R-17", "published", [])
    assert (job.department, job.source, job.kind, job.schedule) == (own, "NEOGOV", "entry_level", "full_time")
    assert found["sources"]["title"]["source"] == "NEOGOV"
    response = send(key, title="Records Clerk", closes_on=None, closes_time=None, pay_min=None)
    assert response.status_code == 200
    job.refresh_from_db()
    assert (job.title, job.kind, job.closes_at, job.pay_min) == ("Records Clerk", "civilian", None, None)
    changes = Change.objects.filter(kind=Change.Kind.IMPORT, label=str(key))
    assert changes.count() == 2 and job.history.filter(change__in=changes).count() == 2


def test_the_same_opening_again_changes_nothing(key):
    send(key)
    (job,) = Job.objects.values()
    assert send(key).status_code == 200
    assert list(Job.objects.values()) == [job] and Change.objects.count() == 1


def test_an_opening_date_that_is_left_out_stays_the_first_one(key, clock):
    send(key, opens_on=None)
    first = Job.objects.get().opens_on
    clock(days=3)
    send(key, opens_on=None, title="Officer")
    assert Job.objects.get().opens_on == first


def test_sending_it_confirms_once_a_day_that_it_is_open(key, clock):
    send(key, closes_on=None, closes_time=None)
    first = Job.objects.get().confirmed_at
    clock(minutes=5)
    send(key, closes_on=None, closes_time=None)
    assert Job.objects.get().confirmed_at == first
    clock(days=2)
    send(key, closes_on=None, closes_time=None)
    assert Job.objects.get().confirmed_at > first + timedelta(days=1)


@any_engine
def test_html_becomes_markdown_without_scripts(key):
    send(key, description="<p>Patrol</p><script>x()</script><ul><li>Nights</li></ul>", format="html")
    assert Job.objects.get().description == "Patrol\n\n- Nights"


@any_engine
@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"title": ""}, "title", "required"),
        ({"title": "x" * 201}, "title", "at most 200"),
        ({"description": "nothing\0here"}, "description", "Null"),
        ({"description": "\ud800"}, "description", "Enter text"),
        ({"apply_url": "javascript:alert(1)"}, "apply_url", "valid URL"),
        ({"apply_url": None}, "", "Enter how to apply"),
        ({"pay_min": 8}, "pay_min", "is not plausible"),
        ({"pay_min": 120000}, "", "lower than the minimum"),
        ({"pay_min": True}, "pay_min", "Enter text or a number."),
        ({"positions": [2]}, "positions", "Enter text or a number."),
        ({"positions": 0}, "positions", "greater than or equal to 1"),
        ({"closes_on": "2026-02-30", "closes_time": None}, "closes_on", "date"),
        ({"closes_on": "2026-11-01"}, "closes_on", "before the opening date"),
        ({"closes_on": None}, "closes_time", "Enter a closing date"),
        ({"kind": "astronaut"}, "kind", "valid choice"),
        ({"status": "filled"}, "status", "valid choice"),
        ({"format": "pdf"}, "format", "valid choice"),
        ({"salary": 1}, "salary", "There is no such field."),
        ({"department": 1}, "department", "There is no such field."),
        ({"source": "x"}, "source", "There is no such field."),
    ],
)
def test_a_wrong_value_is_named_as_in_the_form_and_nothing_is_stored(key, values, field, words):
    errors = errors_of(send(key, **values))
    assert list(errors) == [field] and words in errors[field]
    assert not Job.objects.exists()


@any_engine
@pytest.mark.parametrize("body", [b"", b"x", b"[]", b"null", b'{"title": NaN', b'"\xff"', b"[" * 100_000])
def test_anything_but_a_json_object_is_refused(key, body):
    response = send(key, body=body)
    assert (response.status_code, response["Content-Type"]) == (400, PROBLEM)


@any_engine
def test_a_long_opening_is_accepted_and_a_longer_one_is_not(key):
    assert send(key, description="x" * 50_000, requirements="é" * 20_000).status_code == 201
    assert send(key, description="x" * 210_000).status_code == 413
    assert Client().put("/api/v1/openings", "x" * 70_000).status_code == 413


def test_without_a_valid_key_the_answer_is_401(key, db):
    send(key)
    revoked = make_api_key(key.department, "Workday")
    revoked.revoke()
    for secret in ("x", key.digest, revoked.secret, key.secret.swapcase(), "é"):
        for method in ("PUT", "DELETE"):
            response = send(key, method=method, secret=secret)
            assert (response.status_code, response["Content-Type"]) == (401, PROBLEM)
            assert response["WWW-Authenticate"].startswith("Bearer ")
    for headers in ({}, {"authorization": f"Basic {key.secret}"}, {"authorization": key.secret}):
        assert Client().put(URL, json.dumps(OPENING), headers=headers).status_code == 401
    assert Job.objects.get().status == "published"


@any_engine
def test_people_who_are_signed_in_need_a_key_too(alice, key):
    assert alice.put(URL, json.dumps(OPENING)).status_code == 401
    assert alice.delete(URL).status_code == 401 and not Job.objects.exists()


def test_the_key_of_one_department_does_nothing_to_another(key, strange):
    send(key)
    job, other = Job.objects.get(), make_api_key(strange)
    assert delete(other) == 404 and status_of(job) == "published"
    assert send(other, title="Sergeant").status_code == 201
    job.refresh_from_db()
    assert job.title == "Police Officer" and strange.jobs.get().title == "Sergeant"
    assert delete(other) == 204 and status_of(job) == "published"


def test_two_systems_of_a_department_do_not_change_each_others_openings(key, own):
    send(key, "/api/v1/openings/1")
    other = make_api_key(own, "Workday")
    assert delete(other, "/api/v1/openings/1") == 404
    assert send(other, "/api/v1/openings/2", title="Sergeant").status_code == 201
    assert own.jobs.count() == 2


def test_a_key_stores_only_a_digest_and_when_it_was_last_used(key, clock):
    stored = ApiKey.objects.values().get()
    assert key.secret not in map(str, stored.values()) and len(key.secret) >= 43
    send(key)
    used = ApiKey.objects.get().last_used
    assert timezone.now() - used < timedelta(minutes=1)
    clock(minutes=58)
    send(key)
    assert ApiKey.objects.get().last_used == used
    clock(minutes=2)
    send(key)
    assert ApiKey.objects.get().last_used >= used + timedelta(hours=1)


def test_deleting_closes_it_and_sending_it_opens_it_again(key, client):
    send(key)
    job = Job.objects.get()
    assert (delete(key), delete(key)) == (204, 204)
    assert status_of(job) == "delisted" and not Job.objects.open().exists()
    assert "no longer" in client.get(job.get_absolute_url()).content.decode()
    assert send(key).status_code == 200 and Job.objects.open().exists()
    assert delete(key, "/api/v1/openings/none") == 404


def test_what_a_person_has_changed_stays(key, bob):
    send(key)
    job = Job.objects.get()
    job.title = "Officer"
    job.set_source(["title"], "Editor of this site", "2026-11-26", "user:1")
    job.save()
    response = send(key, pay_max=110_000)
    assert (response.json()["title"], response.json()["kept"]) == ("Officer", ["title"])
    job.refresh_from_db()
    assert (job.title, job.pay_max) == ("Officer", 110_000)


def test_an_opening_that_a_person_has_withdrawn_stays_closed(key):
    send(key)
    job = Job.objects.get()
    job.set_source(["status"], "Editor of this site", "2026-11-26", "user:1")
    job.withdraw()
    response = send(key, title="Officer")
    assert response.status_code == 200
    assert (response.json()["status"], response.json()["kept"]) == ("withdrawn", ["status"])
    assert delete(key) == 204 and status_of(job) == "withdrawn"


def test_values_that_contradict_those_of_a_person_are_refused(key):
    send(key)
    job = Job.objects.get()
    job.set_source(["closes_on", "closes_time"], "Editor of this site", "2026-11-26", "user:1")
    job.save()
    assert "closes_on" in errors_of(send(key, opens_on="2031-01-01", closes_on="2031-02-01"))
    job.refresh_from_db()
    assert job.opens_on.year == 2026


@pytest.mark.parametrize("same", [{"title": "POLICE OFFICER"}, {"title": "x", "external_id": "R-17", "source": "list"}])
def test_an_opening_that_exists_already_is_a_draft_until_a_person_decides(key, own, bob, same):
    by_hand = make_job(own, **same)
    for _again in range(2):
        response = send(key)
        assert (response.status_code, response["Content-Type"]) == (409, PROBLEM)
        assert response.json()["existing"] == f"https://police.example.org{by_hand.get_absolute_url()}"
    sent = Job.objects.get(source="NEOGOV")
    assert (sent.status, sent.published_at, sent.open_since) == ("draft", None, None)
    duplicate = Duplicate.objects.waiting().get()
    bob.post(reverse("admin:jobs_job_duplicate", args=[duplicate.pk]), {"different": "yes"})
    assert send(key).status_code == 200
    assert status_of(sent) == status_of(by_hand) == "published"


def test_if_the_person_withdraws_the_other_one_it_is_published(key, own, bob):
    by_hand = make_job(own, "Police Officer")
    send(key)
    duplicate = Duplicate.objects.get()
    bob.post(reverse("admin:jobs_job_duplicate", args=[duplicate.pk]), {"withdraw": by_hand.pk})
    response = send(key)
    assert (response.status_code, response.json()["status"]) == (200, "published")


def test_an_opening_that_waits_can_be_deleted_and_no_visitor_ever_sees_it(key, own, client):
    make_job(own, "Police Officer")
    send(key)
    assert delete(key) == 204
    sent = Job.objects.get(source="NEOGOV")
    assert sent.status == "delisted" and client.get(sent.get_absolute_url()).status_code == 404


def test_a_public_opening_stays_public_if_somebody_enters_it_again(key, own):
    send(key)
    make_job(own, "Police Officer")
    assert send(key, positions=3).status_code == 200
    assert Duplicate.objects.waiting().count() == 1 and Job.objects.open().count() == 2


def test_other_departments_and_other_times_are_no_duplicates(key, own):
    make_job(make_department("Norwalk Police"), "Police Officer")
    make_job(own, "Police Officer", status="draft")
    assert send(key).status_code == 201


def test_a_draft_is_stored_without_being_shown(key):
    assert send(key, status="draft").status_code == 201
    assert not Job.objects.open().exists()
    send(key)
    assert Job.objects.open().exists()


@pytest.mark.parametrize("number", ["2026/17", "R%2017%20B", "%C3%A9", "x" * 100])
def test_numbers_have_slashes_spaces_and_letters(key, number):
    assert send(key, f"/api/v1/openings/{number}").status_code == 201
    assert delete(key, f"/api/v1/openings/{number}") == 204


@pytest.mark.parametrize("number", ["", "x" * 101, "%00", "a%0Ab", "%20", "%20a"])
def test_other_numbers_are_404(key, number):
    assert send(key, f"/api/v1/openings/{number}").status_code == 404


@any_engine
def test_pages_of_other_sites_cannot_send_openings(key):
    before = {"origin": "https://evil.example", "access-control-request-method": "PUT"}
    response = Client().options(URL, headers=before)
    assert response.status_code == 405 and "PUT" not in response["Access-Control-Allow-Methods"]
    assert "Authorization" not in response["Access-Control-Allow-Headers"]
