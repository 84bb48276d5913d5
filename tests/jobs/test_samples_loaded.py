"""The samples when they are there: what they are like, how they are renewed, and removed unless they were edited."""

from datetime import timedelta

import pytest
from django.db import transaction

from departments.models import Department
from jobs import samples
from jobs.models import HiringStep, Job, Requirements
from tests.factories import form_of, make_job, make_step, text_of

from .sampling import SAMPLES, everything, run

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def loaded(django_db_setup, django_db_blocker):
    """They are loaded once, in a transaction around those of the tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        run("load_samples")
        yield
        transaction.set_rollback(True)


def test_there_are_departments_and_openings_enough_to_look_around():
    assert Department.objects.published().count() >= 25
    assert Job.objects.filter(is_sample=True).count() >= 40
    assert Job.objects.open().count() >= 35
    assert Department.objects.exclude(state="CT").values("state").distinct().count() >= 5
    assert Department.objects.filter(latitude=None).count() < Department.objects.count()


def test_every_kind_schedule_status_and_period_of_pay_is_present():
    for field, values in (
        ("kind", Job.Kind),
        ("schedule", Job.Schedule),
        ("status", Job.Status),
        ("pay_period", Job.PayPeriod),
    ):
        assert set(Job.objects.values_list(field, flat=True)) == set(values.values)


def test_every_state_of_an_openings_life_is_present():
    jobs = list(Job.objects.select_related("department"))
    assert [job for job in jobs if job.is_upcoming]
    assert [job for job in jobs if job.has_closed and job.status == "published"]
    assert [job for job in jobs if job.is_open() and job.closes_on is None]
    assert [job for job in jobs if job.is_open() and job.closes_time]


def test_most_state_what_they_ask_and_some_state_nothing():
    stated = Requirements.objects.filter(job__in=Job.objects.open())
    assert 20 <= stated.count() < Job.objects.open().count()
    for name in Requirements.NAMES:
        assert [minimums for minimums in stated if name in minimums.stated()], name


def test_all_openings_are_marked_and_none_is_real():
    assert not Job.objects.filter(is_sample=False).exists()
    assert not Job.objects.real().exists()


def test_nobody_can_apply_by_a_sample():
    for job in Job.objects.all():
        assert job.apply_email == "" or job.apply_email.endswith("@example.com")
        assert job.apply_url in ("", "https://example.com/")
        assert "sample" in job.apply_instructions.lower()
        assert "sample" in job.description.lower()


def test_every_department_and_opening_would_be_accepted_from_a_clerk():
    for department in Department.objects.all():
        department.full_clean()
    for job in Job.objects.all():
        job.full_clean()
    for minimums in Requirements.objects.all():
        minimums.full_clean()


def test_sample_openings_have_steps_and_real_departments_have_none(client):
    with_steps = Job.objects.exclude(hiring_steps=None).distinct()
    assert with_steps.count() >= 20
    assert not with_steps.filter(is_sample=False).exists()
    assert not HiringStep.objects.exclude(department=None).exists()
    for step in HiringStep.objects.select_related("job"):
        step.full_clean()
        # What was invented is never in the past while one may apply.
        assert step.date is None or step.date > (step.job.closes_on or step.job.opens_on)
    job = Job.objects.get(external_id="sample-1")
    assert "About 62 weeks in total" in text_of(client.get(job.get_absolute_url()))


def test_loading_again_renews_the_steps_and_does_not_repeat_them():
    before = list(HiringStep.objects.order_by("job", "order").values_list("job", "order", "kind", "date"))
    run("load_samples")
    assert list(HiringStep.objects.order_by("job", "order").values_list("job", "order", "kind", "date")) == before
    run("remove_samples")
    assert not HiringStep.objects.exists()


def test_a_department_to_which_somebody_has_added_steps_stays():
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


def test_the_dates_count_from_the_day_of_loading_where_the_department_is():
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
    assert run("load_samples").startswith("Added 0 departments; ")
    after = everything()
    for job in (*before["Job"], *after["Job"]):
        job.pop("modified")
    assert after == before


def test_loading_again_later_renews_the_dates():
    for job in Job.objects.all():
        job.opens_on -= timedelta(days=100)
        job.closes_on = job.closes_on and job.closes_on - timedelta(days=100)
        job.save()
    assert Job.objects.open().count() < 10
    numbers = set(Job.objects.values_list("pk", flat=True))
    run("load_samples")
    assert Job.objects.open().count() >= 35
    assert set(Job.objects.values_list("pk", flat=True)) == numbers


def test_a_page_that_shows_samples_says_so(client):
    pages = [client.get("/"), client.get("/jobs/"), client.get(Job.objects.open().first().get_absolute_url())]
    for page in pages:
        assert "Sample: not a real job" in text_of(page)
    assert "/departments/ct/norwalk-police-department/" in client.get("/sitemap-ct.xml").content.decode()
    assert "openings" not in client.get("/sitemap.xml").content.decode()
    assert "<loc>" not in client.get("/sitemap-openings-0.xml").content.decode()


def test_removing_takes_everything_that_loading_brought():
    said = run("remove_samples")
    openings, departments = len(SAMPLES["openings"]), len(SAMPLES["departments"])
    assert said == f"Removed {openings} sample jobs and {departments} departments.\n"
    assert not Job.objects.exists()
    assert not Department.objects.exists()


def test_a_sample_department_that_was_given_a_real_opening_survives_removal_with_it():
    department = Department.objects.get(ori="CT0005100")
    make_job(department, title="Real one")
    run("remove_samples")
    assert list(Department.objects.all()) == [department]
    assert [job.title for job in Job.objects.all()] == ["Real one"]


@pytest.mark.parametrize("field", ["name", "phone", "about"])
def test_a_sample_department_that_somebody_edited_survives_removal(field):
    department = Department.objects.get(ori="CT0005100")
    setattr(department, field, "203-555-0100")
    department.set_source([field], "Editor of this site", "2026-01-01", "user:bob")
    department.save()
    run("remove_samples")
    assert list(Department.objects.all()) == [department]


def test_a_sample_department_that_somebody_was_made_editor_of_survives_removal(django_user_model):
    department = Department.objects.get(ori="CT0005100")
    department.editors.add(django_user_model.objects.create_user("bob"))
    run("remove_samples")
    assert list(Department.objects.all()) == [department]


@pytest.mark.parametrize("change", ["a division", "another address", "unpublished"])
def test_a_sample_department_that_an_administrator_changed_in_the_admin_survives_removal(admin_client, change):
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


def test_after_removal_they_can_be_loaded_again():
    run("remove_samples")
    run("load_samples")
    assert Department.objects.count() == len(SAMPLES["departments"])
    assert Job.objects.count() == len(SAMPLES["openings"])
    assert samples.are_loaded()
