"""A visitor corrects a fact: the form, what is stored, and who hears of it."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from departments.corrections import emails
from departments.corrections.forms import CORRECTIONS_PER_CLIENT
from departments.corrections.models import value_key
from departments.models import Correction, Report
from jobs.alerts.worker import prepare
from jobs.models import Job
from policeapp.operations.clean_up import clean_up
from tests.departments.claims.pages import emails_to, link_in
from tests.factories import (
    html_of,
    make_alice,
    make_bob,
    make_charlie,
    make_correction,
    make_department,
    make_job,
    make_rita,
    text_of,
)

from .pages import ANN, send_correction

pytestmark = pytest.mark.django_db


@pytest.fixture
def westport(db):
    return make_department(phone="203-341-6000", slug="westport")


def test_a_visitor_reports_a_mistake_and_nothing_is_published(client, westport):
    assert f'href="{westport.get_absolute_url()}correct/" rel="nofollow"' in html_of(
        client.get("/departments/ct/westport/")
    )
    response = send_correction(client, westport, email=ANN.upper())
    assert text_of(client.get(f"{westport.get_absolute_url()}correct/")).count("Westport, CT") == 2  # title and heading
    assert "We have your correction" in text_of(response) and f"We email the answer to {ANN}" in text_of(response)
    correction = Correction.objects.waiting().get()
    assert (correction.target, correction.department, correction.fact) == (westport, westport, "phone")
    assert correction.value == "203-341-6100" and correction.addresses() == [ANN]
    page = text_of(client.get(westport.get_absolute_url()))
    assert "203-341-6000" in page and "203-341-6100" not in page and "says so" not in page


@pytest.mark.any_engine
def test_the_form_needs_a_fact_and_a_value_and_a_reason_but_no_address(client, westport):
    for values, message in (
        ({"fact": ""}, "This field is required."),
        ({"fact": "closed"}, "Select a valid choice."),
        ({"value": " \n "}, "Tell us what is right."),
        ({"evidence": ""}, "This field is required."),
        ({"value": "x" * 2001}, "at most 2000 characters"),
        ({"evidence": "x" * 501}, "at most 500 characters"),
        ({"email": "ann"}, "Enter a valid email address."),
        ({"value": "nothing\0here"}, "Null characters are not allowed."),
    ):
        response = send_correction(client, westport, **values)
        assert message in text_of(response), values
    assert not Correction.objects.exists()
    send_correction(
        client, westport, fact="other", value="The name of the street\r\nis wrong.", evidence="I live\nthere"
    )
    correction = Correction.objects.get()
    assert correction.value == "The name of the street\nis wrong." and correction.addresses() == []
    assert correction.reports.get().evidence == "I live there"


@pytest.mark.any_engine
def test_bots_and_floods_store_nothing(client, westport, monkeypatch):
    assert "We have your correction" in text_of(send_correction(client, westport, homepage="https://spam.example"))
    assert "That was quick." in text_of(send_correction(client, westport, seconds=0))
    assert not Correction.objects.exists()
    limit = CORRECTIONS_PER_CLIENT._replace(most=1, name="test")
    monkeypatch.setattr("departments.corrections.views.CORRECTIONS_PER_CLIENT", limit)
    send_correction(client, westport)
    response = send_correction(client, westport, value="203-341-0000")
    assert response.status_code == 429 and "Too many corrections were sent" in text_of(response)
    assert "203-341-0000" in html_of(response), "nothing that the visitor typed is lost"
    assert Correction.objects.count() == 1


def test_the_same_value_waits_once_and_counts_its_people(client, westport):
    for value, evidence in (("Foti  Koskinas", "a"), ("foti koskinas", "b"), ("foti koskinas", "b"), ("Pat Doe", "c")):
        send_correction(client, westport, fact="chief", value=value, evidence=evidence)
    found = Correction.objects.with_reports_number().order_by("pk").values_list("value", "reports_number")
    assert list(found) == [("Foti  Koskinas", 2), ("Pat Doe", 1)]
    first = Correction.objects.earliest("pk")
    first.decline(None)
    send_correction(client, westport, fact="chief", value="FOTI KOSKINAS", evidence="d")
    assert Correction.objects.waiting().count() == 2, "a decided one stays decided"
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.filter(pk=first.pk).update(decision="", decided_at=None)
    assert value_key(" A\nb ") == value_key("a B")


@pytest.mark.any_engine
def test_a_job_can_be_corrected_too(client, westport):
    job = make_job(westport)
    url = f"{job.get_absolute_url()}correct/"
    assert f'href="{url}"' in html_of(client.get(job.get_absolute_url()))
    text = text_of(client.get(url))
    assert "The job is filled or closed" in text and text.count("Westport, CT") == 2  # title and heading
    send_correction(client, job, fact="closed", value="", evidence="I called.")
    correction = Correction.objects.get()
    assert (correction.target, correction.department) == (job, westport)
    assert client.get(f"/jobs/{job.pk}-other/correct/")["Location"] == url
    for hidden in (
        make_job(westport, is_sample=True, source="samples", external_id="1"),
        make_job(westport, status=Job.Status.DRAFT),
        make_job(westport, status=Job.Status.WITHDRAWN),
        make_job(westport, status=Job.Status.FILLED),
    ):
        assert "See a mistake" not in text_of(client.get(hidden.get_absolute_url()))
        assert client.get(f"{hidden.get_absolute_url()}correct/").status_code == 404
    job.delete()
    assert not Correction.objects.exists()


def test_those_who_can_decide_get_one_email_a_day(client, westport):
    alice, bob = make_alice(), make_bob(westport)
    make_charlie()
    send_correction(client, westport)
    send_correction(client, westport, fact="chief", value="Pat Doe")
    assert prepare()[0]["emails about corrections"] == 1
    [email] = emails_to(bob.email)
    assert email.content["title"] == "2 corrections wait for you"
    assert link_in(email) == "/admin/departments/correction/"
    assert "Pat Doe" not in str(email.content) and not emails_to(alice.email)
    send_correction(client, westport, fact="email", value="police@example.org")
    assert emails.announce() == 0, "at most one a day"
    assert Correction.objects.filter(announced_at=None).count() == 1, "tomorrow's has it"


@pytest.mark.any_engine
def test_administrators_hear_of_what_no_editor_can_decide(westport):
    alice, bob, rita = make_alice(), make_bob(westport), make_rita(westport)
    make_correction(westport, "name", "Westport PD")
    assert emails.announce() == 1 and emails_to(alice.email) and not emails_to(bob.email)
    make_correction(make_job(westport), "title", "Officer")
    assert emails.announce() == 2 and emails_to(bob.email) and emails_to(rita.email)
    bob.is_active = False
    bob.save()
    make_correction(westport)
    assert emails.announce() == 0, "Alice has had hers today"


def test_old_corrections_are_deleted_with_their_addresses(westport):
    decided, forgotten, waiting = (make_correction(westport, value=value, email=ANN) for value in "abc")
    decided.decline(None)
    now = timezone.now()
    Correction.objects.filter(pk=decided.pk).update(decided_at=now - Correction.RETENTION)
    Correction.objects.filter(pk=forgotten.pk).update(created=now - Correction.WAITING_LIFETIME)
    assert clean_up()["corrections"] == 4
    assert [report.correction for report in Report.objects.all()] == [waiting]
