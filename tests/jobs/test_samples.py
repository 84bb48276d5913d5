"""The commands that load and remove samples and fill a new site."""

import pytest

from departments.models import Department, Place
from jobs.models import Job
from tests.factories import make_department, make_division, make_job, make_place, text_of

from .sampling import SAMPLES, everything, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def one_place():
    """Create places, so that ``populate`` doesn't load 40,000 of them."""
    return make_place(zip="06880")


# Loading


def test_loading_reports_what_was_added():
    assert run("load_samples") == (
        f"Added {len(SAMPLES['departments'])} departments. {len(SAMPLES['openings'])} sample jobs are up to date.\n"
    )


def test_loading_does_not_change_a_department_with_a_known_ori():
    department = make_department("The Real Norwalk Police", city="Norwalk", ori="CT0010300", phone="203-341-6100")
    before = Department.objects.filter(pk=department.pk).values().get()
    run("load_samples")
    assert Department.objects.filter(pk=department.pk).values().get() == before
    assert Department.objects.filter(ori="CT0010300").count() == 1
    assert department.jobs.filter(is_sample=True).exists()


def test_loading_and_removing_do_not_change_real_jobs():
    job = make_job(make_department("Norwalk Police", ori="CT0010300"), source="state list", external_id="sample-1")
    before = Job.objects.filter(pk=job.pk).values().get()
    run("load_samples")
    run("remove_samples")
    assert Job.objects.values().get() == before


# Removing


def test_removing_without_samples_is_harmless():
    job = make_job()
    assert run("remove_samples") == "Removed 0 sample jobs and 0 departments.\n"
    assert list(Job.objects.all()) == [job]


def test_a_department_that_was_there_before_survives_removal():
    make_department("The Real Norwalk Police", ori="CT0010300")
    run("load_samples")
    run("remove_samples")
    assert [department.name for department in Department.objects.all()] == ["The Real Norwalk Police"]
    assert not Job.objects.exists()


# Filling a new site


def test_populate_fills_a_new_site(one_place, client):
    output = run("populate")
    assert "Loaded the Westport Police Department." in output
    assert "sample jobs are up to date." in output
    page = text_of(client.get("/departments/ct/westport-police-department/"))
    assert "There are currently no open jobs at this department." in page
    assert "Nearest jobs" in page


def test_running_populate_again_changes_nothing(one_place):
    run("populate")
    before = everything()
    assert run("populate") == ""
    assert everything() == before


def test_running_populate_again_keeps_edits(one_place):
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
def test_populate_recognizes_westport_after_any_edit(one_place, change):
    run("populate")
    westport = Department.objects.get(ori="CT0015800")
    for field, value in change.items():
        setattr(westport, field, value)
    westport.save()
    number = Department.objects.count()
    run("populate")
    assert Department.objects.count() == number


def test_populate_keeps_a_westport_that_was_there_before(one_place):
    make_department("Westport Police", slug="another-address", ori="CT0015800")
    run("populate")
    assert [found.name for found in Department.objects.filter(city="Westport")] == ["Westport Police"]


def test_populate_loads_places_if_there_are_none(monkeypatch):
    called = []
    monkeypatch.setattr("departments.imports.places.load", lambda: called.append("places") or 0)
    run("populate")
    assert called == ["places"]


def test_populate_keeps_existing_places(one_place):
    run("populate")
    assert list(Place.objects.all()) == [one_place]
