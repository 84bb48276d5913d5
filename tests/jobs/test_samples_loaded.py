"""Loaded samples: their contents, updates and removal."""

from datetime import timedelta

import pytest
from django.db import transaction

from departments.models import Department
from jobs import samples
from jobs.models import HiringStep, Job, Requirements
from tests.factories import form_of, make_job, make_step, make_user, text_of

from .sampling import SAMPLES, everything, run

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def loaded(django_db_setup, django_db_blocker):
    """Load the samples once, in a transaction around those of the tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        run("load_samples")
        yield
        transaction.set_rollback(True)


def test_there_are_enough_sample_departments_and_jobs():
    assert Department.objects.published().count() >= 25
    assert Job.objects.filter(is_sample=True).count() >= 40
    assert Job.objects.open().count() >= 35
    assert Department.objects.exclude(state="CT").values("state").distinct().count() >= 5
    assert Department.objects.filter(latitude=None).count() < Department.objects.count()


def test_samples_have_every_type_schedule_status_and_pay_period():
    for field, values in (
        ("kind", Job.Kind),
        ("schedule", Job.Schedule),
        ("status", Job.Status),
        ("pay_period", Job.PayPeriod),
    ):
        # Only events of a life fill or delist a job.
        expected = set(values.values) - ({"filled", "delisted"} if field == "status" else set())
        assert set(Job.objects.values_list(field, flat=True)) == expected


def test_samples_include_jobs_in_every_state():
    jobs = list(Job.objects.select_related("department"))
    assert [job for job in jobs if job.is_upcoming]
    assert [job for job in jobs if job.has_closed and job.status == "published"]
    assert [job for job in jobs if job.is_open() and job.closes_on is None]
    assert [job for job in jobs if job.is_open() and job.closes_time]


def test_most_samples_state_requirements():
    stated = Requirements.objects.filter(job__in=Job.objects.open())
    assert 20 <= stated.count() < Job.objects.open().count()
    for name in Requirements.FIELDS:
        assert [requirements for requirements in stated if name in requirements.stated_fields()], name


def test_all_sample_jobs_are_marked():
    assert not Job.objects.filter(is_sample=False).exists()
    assert not Job.objects.real().exists()


def test_sample_jobs_have_no_real_way_to_apply():
    for job in Job.objects.all():
        assert job.apply_email == "" or job.apply_email.endswith("@example.com")
        assert job.apply_url in ("", "https://example.com/")
        assert "sample" in job.apply_instructions.lower()
        assert "sample" in job.description.lower()


def test_the_admin_would_accept_every_sample():
    for department in Department.objects.all():
        department.full_clean()
    for job in Job.objects.all():
        job.full_clean()
    for requirements in Requirements.objects.all():
        requirements.full_clean()


def test_sample_jobs_have_hiring_steps_and_departments_have_none(client):
    with_steps = Job.objects.exclude(hiring_steps=None).distinct()
    assert with_steps.count() >= 20
    assert not with_steps.filter(is_sample=False).exists()
    assert not HiringStep.objects.exclude(department=None).exists()
    for step in HiringStep.objects.select_related("job"):
        step.full_clean()
        # Made-up dates are never in the past while a job is open.
        assert step.date is None or step.date > (step.job.closes_on or step.job.opens_on)
    job = Job.objects.get(external_id="sample-1")
    page = text_of(client.get(job.get_absolute_url()))
    assert "About 22 weeks until the offer · Training: about 40 weeks" in page


def test_loading_again_replaces_the_hiring_steps():
    before = list(HiringStep.objects.order_by("job", "order").values_list("job", "order", "kind", "date"))
    run("load_samples")
    assert list(HiringStep.objects.order_by("job", "order").values_list("job", "order", "kind", "date")) == before
    run("remove_samples")
    assert not HiringStep.objects.exists()


def test_removing_keeps_a_department_with_added_steps():
    department = Department.objects.get(ori=SAMPLES["departments"][0]["ori"])
    make_step(department)
    run("remove_samples")
    assert [step.department for step in HiringStep.objects.all()] == [department]


def test_every_fact_of_a_department_names_its_source():
    for department in Department.objects.all():
        for values in SAMPLES["departments"]:
            if values["ori"] == department.ori:
                stated = {name for name, value in values.items() if value not in ("", None) and name != "sources"}
        assert stated & set(Department.FACTS) <= set(department.sources)
        for origin in department.sources.values():
            assert origin["source"]
            assert origin["set_by"] == "samples"


def test_dates_are_relative_to_today_in_the_departments_zone():
    for values in SAMPLES["openings"]:
        job = Job.objects.get(source="samples", external_id=values["external_id"])
        today = job.department.today()
        assert (job.opens_on - today).days == values["opens_in_days"]
        if values["closes_in_days"] is None:
            assert job.closes_on is None
        else:
            assert job.days_left == values["closes_in_days"]


def test_loading_again_adds_nothing():
    before = everything()
    assert run("load_samples").startswith("Sample departments added: 0. ")
    after = everything()
    for job in (*before["Job"], *after["Job"]):
        job.pop("modified")
    assert after == before


def test_loading_again_later_updates_the_dates():
    for job in Job.objects.all():
        job.opens_on -= timedelta(days=100)
        job.closes_on = job.closes_on and job.closes_on - timedelta(days=100)
        job.save()
    assert Job.objects.open().count() < 10
    numbers = set(Job.objects.values_list("pk", flat=True))
    run("load_samples")
    assert Job.objects.open().count() >= 35
    assert set(Job.objects.values_list("pk", flat=True)) == numbers


def test_pages_mark_samples(client):
    for url in ("/", "/jobs/"):
        assert "Jobs marked “Sample” are not real." in text_of(client.get(url))
    assert "Sample: not a real job" in text_of(client.get(Job.objects.open().first().get_absolute_url()))
    assert "/departments/ct/norwalk-police-department/" in client.get("/sitemap-ct.xml").content.decode()
    assert "openings" not in client.get("/sitemap.xml").content.decode()
    assert "<loc>" not in client.get("/sitemap-openings-0.xml").content.decode()


def test_removing_deletes_everything_that_was_loaded():
    said = run("remove_samples")
    openings, departments = len(SAMPLES["openings"]), len(SAMPLES["departments"])
    assert said == f"Removed {openings} sample jobs and {departments} departments.\n"
    assert not Job.objects.exists()
    assert not Department.objects.exists()


def test_removing_keeps_a_department_with_a_real_job():
    department = Department.objects.get(ori="CT0005100")
    make_job(department, title="Real one")
    run("remove_samples")
    assert list(Department.objects.all()) == [department]
    assert [job.title for job in Job.objects.all()] == ["Real one"]


@pytest.mark.parametrize("field", ["name", "phone", "about"])
def test_removing_keeps_an_edited_department(field):
    department = Department.objects.get(ori="CT0005100")
    setattr(department, field, "203-341-6100")
    department.set_source([field], "Editor of this site", "2026-01-01", "user:bob")
    department.save()
    run("remove_samples")
    assert list(Department.objects.all()) == [department]


def test_removing_keeps_a_department_with_an_editor(django_user_model):
    department = Department.objects.get(ori="CT0005100")
    department.editors.add(make_user("bob"))
    run("remove_samples")
    assert list(Department.objects.all()) == [department]


@pytest.mark.parametrize("change", ["a division", "another address", "unpublished"])
def test_removing_keeps_a_department_changed_in_the_admin(admin_client, change):
    department = Department.objects.get(ori="CT0005100")
    url = f"/admin/departments/department/{department.pk}/change/"
    form = form_of(admin_client.get(url))
    form |= {
        "a division": {"divisions-TOTAL_FORMS": "1", "divisions-0-name": "Marine", "divisions-0-order": "0"},
        "another address": {"slug": "fairfield-police"},
        "unpublished": {"status": "draft"},
    }[change]
    assert admin_client.post(url, form).status_code == 302
    run("remove_samples")
    assert [found.ori for found in Department.objects.all()] == ["CT0005100"]


def test_samples_can_be_loaded_again_after_removal():
    run("remove_samples")
    run("load_samples")
    assert Department.objects.count() == len(SAMPLES["departments"])
    assert Job.objects.count() == len(SAMPLES["openings"])
    assert samples.are_loaded()
