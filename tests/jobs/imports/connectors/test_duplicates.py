"""The same opening twice: an editor is told, and decides."""

from datetime import date

import pytest
from django.urls import reverse

from jobs.imports.connectors import runs
from jobs.models import Duplicate, Job
from tests.factories import make_connector, make_job, text_of

from .pages import careers_page, feed, feed_job, posting

pytestmark = pytest.mark.any_engine


@pytest.fixture
def connector(own, website):
    website.pages["/feed.xml"] = feed(feed_job(expirationdate=""))
    return make_connector(own, website.url("/feed.xml"))


def run():
    assert {problem for _connector, problem in runs.run_due()} == {""}


def pairs():
    return [(duplicate.job.title, duplicate.other.title) for duplicate in Duplicate.objects.waiting()]


def test_an_opening_that_a_person_has_entered_too_is_found_by_its_title(connector, own, strange):
    by_hand = make_job(own, "POLICE OFFICER")
    make_job(strange)
    make_job(own, "Sergeant")
    run()
    assert pairs() == [("POLICE OFFICER", "Police Officer")]
    assert by_hand.status == Job.objects.get(pk=by_hand.pk).status  # nothing is merged


def test_openings_at_different_times_are_different(connector, own):
    make_job(own, opens_on=date(2010, 1, 1), closes_on=date(2010, 2, 1))
    make_job(own, status="withdrawn")
    run()
    assert pairs() == []


def test_two_lists_share_a_requisition_number_whatever_the_titles_are(connector, own, website):
    website.pages["/jobs"] = careers_page(posting(title="Patrol Officer", identifier="2026-014", validThrough=None))
    website.pages["/feed.xml"] = feed(feed_job(expirationdate=""), feed_job(referencenumber="9", requisitionid="x"))
    make_connector(own, website.url("/jobs", "other.test"), format="job_posting", name="Web page")
    run()
    assert sorted(pairs()) == [("Police Officer", "Patrol Officer")]


def test_the_editor_sees_it_on_the_front_page_and_on_both_jobs_and_withdraws_one(connector, own, bob, clock):
    by_hand = make_job(own)
    run()
    duplicate = Duplicate.objects.get()
    for url in (
        "/admin/",
        *(reverse("admin:jobs_job_change", args=[pk]) for pk in Job.objects.values_list("pk", flat=True)),
    ):
        text = f"{own}: “{duplicate.job.title}” and “{duplicate.other.title}” may be the same job"
        assert text in text_of(bob.get(url)), url
    page = reverse("admin:jobs_job_duplicate", args=[duplicate.pk])
    assert "HS-1001" in text_of(bob.get(page)) and "entered here" in text_of(bob.get(page))
    imported = Job.objects.exclude(pk=by_hand.pk).get()
    bob.post(page, {"withdraw": imported.pk})
    assert dict(Job.objects.values_list("pk", "status")) == {by_hand.pk: "published", imported.pk: "withdrawn"}
    assert "may be the same job" not in text_of(bob.get("/admin/"))
    # The list still has it, but a person has decided.
    clock(hours=7)
    run()
    imported.refresh_from_db()
    assert imported.status == "withdrawn" and pairs() == []


def test_the_editor_says_that_they_are_different_and_is_not_asked_again(connector, own, bob, clock):
    make_job(own)
    run()
    bob.post(reverse("admin:jobs_job_duplicate", args=[Duplicate.objects.get().pk]), {"different": "yes"})
    clock(hours=7)
    run()
    assert pairs() == [] and Job.objects.open().count() == 2


def test_nobody_decides_for_another_department(connector, own, strange, bob, charlie, alice):
    jobs = [make_job(strange), make_job(strange)]
    url = reverse("admin:jobs_job_duplicate", args=[Duplicate.objects.create(job=jobs[0], other=jobs[1]).pk])
    assert [client.post(url, {"withdraw": jobs[0].pk}).status_code for client in (bob, charlie)] == [404, 403]
    alice.post(url, {"withdraw": "999999"})  # of neither
    assert Job.objects.filter(status="published").count() == 2


def test_an_opening_that_has_moved_to_another_department_is_not_withdrawn(own, strange, bob):
    job, other = make_job(own), make_job(own)
    duplicate = Duplicate.objects.create(job=job, other=other)
    other.department = strange
    other.save()
    url = reverse("admin:jobs_job_duplicate", args=[duplicate.pk])
    assert bob.post(url, {"withdraw": other.pk}).status_code == 404
    assert Job.objects.get(pk=other.pk).status == Job.Status.PUBLISHED
