"""The samples: loading, renewing and removing them, and the command that fills a new site."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from departments.models import Department, Division, FormerAddress, Place, Specialization, SpecialUnit
from departments.parts import DepartmentSpecialization
from jobs import samples
from jobs.models import HiringStep, Job, Minimums
from policeapp.models import User
from tests.factories import form_of, make_department, make_division, make_job, make_place, make_step, text_of

pytestmark = pytest.mark.django_db

SAMPLES = json.loads((settings.BASE_DIR / "fixtures" / "sample.json").read_text(encoding="utf-8"))
MODELS = (
    *(Place, Department, Division, SpecialUnit, Specialization, DepartmentSpecialization, FormerAddress),
    *(Job, Minimums, User),
)


def run(command):
    """What the command says."""
    output = StringIO()
    call_command(command, stdout=output)
    return output.getvalue()


def everything():
    """All rows of all tables of the site."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in MODELS}


@pytest.fixture
def loaded():
    run("load_samples")


@pytest.fixture
def one_place():
    """Places are there, so that ``populate`` need not load forty thousand of them."""
    return make_place(zip="06880")


# Loading


def test_loading_says_what_was_added():
    assert run("load_samples") == (
        f"Added {len(SAMPLES['departments'])} departments; {len(SAMPLES['openings'])} sample openings are up to date.\n"
    )


def test_there_are_departments_and_openings_enough_to_look_around(loaded):
    assert Department.objects.published().count() >= 25
    assert Job.objects.filter(is_sample=True).count() >= 40
    assert Job.objects.open().count() >= 35
    assert Department.objects.exclude(state="CT").values("state").distinct().count() >= 5
    assert Department.objects.filter(latitude=None).count() < Department.objects.count()


def test_every_kind_schedule_status_and_period_of_pay_is_present(loaded):
    for field, values in (
        ("kind", Job.Kind),
        ("schedule", Job.Schedule),
        ("status", Job.Status),
        ("pay_period", Job.PayPeriod),
    ):
        assert set(Job.objects.values_list(field, flat=True)) == set(values.values)


def test_every_state_of_an_openings_life_is_present(loaded):
    jobs = list(Job.objects.select_related("department"))
    assert [job for job in jobs if job.is_upcoming]
    assert [job for job in jobs if job.has_closed and job.status == "published"]
    assert [job for job in jobs if job.is_open() and job.closes_on is None]
    assert [job for job in jobs if job.is_open() and job.closes_time]


def test_most_state_what_they_ask_and_some_state_nothing(loaded):
    stated = Minimums.objects.filter(job__in=Job.objects.open())
    assert 20 <= stated.count() < Job.objects.open().count()
    for name in Minimums.NAMES:
        assert [minimums for minimums in stated if name in minimums.stated()], name


def test_all_openings_are_marked_and_none_is_real(loaded):
    assert not Job.objects.filter(is_sample=False).exists()
    assert not Job.objects.real().exists()


def test_nobody_can_apply_by_a_sample(loaded):
    for job in Job.objects.all():
        assert job.apply_email == "" or job.apply_email.endswith("@example.com")
        assert job.apply_url in ("", "https://example.com/")
        assert "sample" in job.apply_instructions.lower()
        assert "sample" in job.description.lower()


def test_every_department_and_opening_would_be_accepted_from_a_clerk(loaded):
    for department in Department.objects.all():
        department.full_clean()
    for job in Job.objects.all():
        job.full_clean()
    for minimums in Minimums.objects.all():
        minimums.full_clean()


def test_sample_openings_have_steps_and_real_departments_have_none(loaded, client):
    with_steps = Job.objects.exclude(own_steps=None).distinct()
    assert with_steps.count() >= 20
    assert not with_steps.filter(is_sample=False).exists()
    assert not HiringStep.objects.exclude(department=None).exists()
    for step in HiringStep.objects.select_related("job"):
        step.full_clean()
        # What was invented is never in the past while one may apply.
        assert step.date is None or step.date > (step.job.closes_on or step.job.opens_on)
    job = Job.objects.get(external_id="sample-1")
    assert "About 62 weeks in all" in text_of(client.get(job.get_absolute_url()))


def test_loading_again_renews_the_steps_and_does_not_repeat_them(loaded):
    before = list(HiringStep.objects.order_by("job", "order").values_list("job", "order", "kind", "date"))
    run("load_samples")
    assert list(HiringStep.objects.order_by("job", "order").values_list("job", "order", "kind", "date")) == before
    run("remove_samples")
    assert not HiringStep.objects.exists()


def test_a_department_to_which_somebody_has_added_steps_stays(loaded):
    department = Department.objects.get(ori=SAMPLES["departments"][0]["ori"])
    make_step(department)
    run("remove_samples")
    assert [step.department for step in HiringStep.objects.all()] == [department]


def test_every_fact_of_a_department_names_its_source(loaded):
    for department in Department.objects.all():
        for values in SAMPLES["departments"]:
            if values["ori"] == department.ori:
                stated = {name for name, value in values.items() if value not in ("", None) and name != "sources"}
        assert stated & set(Department.FACTS) <= set(department.sources)
        for origin in department.sources.values():
            assert origin["source"]
            assert origin["set_by"] == "samples"


def test_the_dates_count_from_the_day_of_loading_where_the_department_is(loaded):
    for values in SAMPLES["openings"]:
        job = Job.objects.get(source="samples", external_id=values["external_id"])
        today = job.department.today()
        assert (job.opens_on - today).days == values["opens_in_days"]
        if values["closes_in_days"] is None:
            assert job.closes_on is None
        else:
            assert job.days_left == values["closes_in_days"]


def test_loading_again_adds_nothing(loaded):
    before = everything()
    assert run("load_samples").startswith("Added 0 departments; ")
    after = everything()
    for job in (*before["Job"], *after["Job"]):
        job.pop("modified")
    assert after == before


def test_loading_again_later_renews_the_dates(loaded):
    for job in Job.objects.all():
        job.opens_on -= timedelta(days=100)
        job.closes_on = job.closes_on and job.closes_on - timedelta(days=100)
        job.save()
    assert Job.objects.open().count() < 10
    numbers = set(Job.objects.values_list("pk", flat=True))
    run("load_samples")
    assert Job.objects.open().count() >= 35
    assert set(Job.objects.values_list("pk", flat=True)) == numbers


def test_a_real_department_that_is_in_the_directory_by_its_ori_stays_as_it_is():
    department = make_department("The Real Norwalk Police", city="Norwalk", ori="CT0010300", phone="203-555-0100")
    before = Department.objects.filter(pk=department.pk).values().get()
    run("load_samples")
    assert Department.objects.filter(pk=department.pk).values().get() == before
    assert Department.objects.filter(ori="CT0010300").count() == 1
    assert department.jobs.filter(is_sample=True).exists()


def test_a_real_opening_is_left_alone_by_loading_and_removing():
    job = make_job(make_department("Norwalk Police", ori="CT0010300"), source="state list", external_id="sample-1")
    before = Job.objects.filter(pk=job.pk).values().get()
    run("load_samples")
    run("remove_samples")
    assert Job.objects.values().get() == before


def test_a_page_that_shows_samples_says_so(loaded, client):
    pages = [client.get("/"), client.get("/jobs/"), client.get(Job.objects.open().first().get_absolute_url())]
    for page in pages:
        assert "Sample: not a real vacancy" in text_of(page)
    assert "/departments/ct/norwalk-police-department/" in client.get("/sitemap-ct.xml").content.decode()
    assert "openings" not in client.get("/sitemap.xml").content.decode()
    assert "<loc>" not in client.get("/sitemap-openings-0.xml").content.decode()


# Removing


def test_removing_takes_everything_that_loading_brought(loaded):
    said = run("remove_samples")
    openings, departments = len(SAMPLES["openings"]), len(SAMPLES["departments"])
    assert said == f"Removed {openings} sample openings and {departments} departments.\n"
    assert not Job.objects.exists()
    assert not Department.objects.exists()


def test_removing_where_there_are_none_is_harmless():
    job = make_job()
    assert run("remove_samples") == "Removed 0 sample openings and 0 departments.\n"
    assert list(Job.objects.all()) == [job]


def test_a_department_that_was_there_before_survives_removal():
    make_department("The Real Norwalk Police", ori="CT0010300")
    run("load_samples")
    run("remove_samples")
    assert [department.name for department in Department.objects.all()] == ["The Real Norwalk Police"]
    assert not Job.objects.exists()


def test_a_sample_department_that_was_given_a_real_opening_survives_removal_with_it(loaded):
    department = Department.objects.get(ori="CT0005100")
    make_job(department, title="Real one")
    run("remove_samples")
    assert list(Department.objects.all()) == [department]
    assert [job.title for job in Job.objects.all()] == ["Real one"]


@pytest.mark.parametrize("field", ["name", "phone", "about"])
def test_a_sample_department_that_somebody_edited_survives_removal(loaded, field):
    department = Department.objects.get(ori="CT0005100")
    setattr(department, field, "203-555-0100")
    department.attribute([field], "Editor of this site", "2026-01-01", "user:bob")
    department.save()
    run("remove_samples")
    assert list(Department.objects.all()) == [department]


def test_a_sample_department_that_somebody_was_made_editor_of_survives_removal(loaded, django_user_model):
    department = Department.objects.get(ori="CT0005100")
    department.editors.add(django_user_model.objects.create_user("bob"))
    run("remove_samples")
    assert list(Department.objects.all()) == [department]


@pytest.mark.parametrize("change", ["a division", "another address", "unpublished"])
def test_a_sample_department_that_an_administrator_changed_in_the_admin_survives_removal(loaded, admin_client, change):
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


def test_after_removal_they_can_be_loaded_again(loaded):
    run("remove_samples")
    run("load_samples")
    assert Department.objects.count() == len(SAMPLES["departments"])
    assert Job.objects.count() == len(SAMPLES["openings"])
    assert samples.are_loaded()


# Filling a new site


def test_populate_fills_a_new_site(one_place, client):
    said = run("populate")
    assert "Loaded the Westport Police Department." in said
    assert "sample openings are up to date." in said
    page = text_of(client.get("/departments/ct/westport-police-department/"))
    assert "There are currently no open jobs at this department." in page
    assert "The nearest open jobs" in page


def test_populate_again_changes_nothing_and_says_nothing(one_place):
    run("populate")
    before = everything()
    assert run("populate") == ""
    assert everything() == before


def test_populate_again_loses_no_edit(one_place):
    run("populate")
    westport = Department.objects.get(ori="CT0015800")
    westport.chief_name, westport.slug = "Somebody Else", "westport-police"
    westport.save()
    make_division(westport, "Marine")
    westport.specializations.clear()
    job = Job.objects.get(external_id="sample-1")
    job.title = "Another title"
    job.save()
    Job.objects.get(external_id="sample-2").delete()
    Department.objects.filter(ori="CT0005100").update(name="Renamed")
    before = everything()
    run("populate")
    assert everything() == before


@pytest.mark.parametrize(
    "change", [{"slug": "westport-police"}, {"ori": ""}, {"slug": "westport-police", "ori": ""}, {"status": "draft"}]
)
def test_populate_knows_westport_again_whatever_was_changed(one_place, change):
    run("populate")
    westport = Department.objects.get(ori="CT0015800")
    for field, value in change.items():
        setattr(westport, field, value)
    westport.save()
    number = Department.objects.count()
    run("populate")
    assert Department.objects.count() == number


def test_populate_leaves_a_westport_that_was_there_before(one_place):
    make_department("Westport Police", slug="another-address", ori="CT0015800")
    run("populate")
    assert [found.name for found in Department.objects.filter(city="Westport")] == ["Westport Police"]


def test_populate_loads_places_where_there_are_none(monkeypatch):
    called = []
    monkeypatch.setattr("departments.gazetteer.load", lambda: called.append("places") or 0)
    run("populate")
    assert called == ["places"]


def test_populate_keeps_the_places_that_are_there(one_place):
    run("populate")
    assert list(Place.objects.all()) == [one_place]
