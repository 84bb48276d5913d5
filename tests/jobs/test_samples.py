"""The commands that load and remove samples and fill a new site."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from departments.imports import country, jurisdictions
from departments.models import Department, Place
from jobs import samples
from jobs.models import Job
from tests.departments.imports.agency_files import WESTPORT, csv_of
from tests.factories import make_department, make_division, make_job, make_place, text_of

from .sampling import SAMPLES, everything, run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_country(settings, tmp_path, monkeypatch):
    """Replace the directory of the country by a file of two agencies, and its municipalities by one.

    ``populate`` writes its download into a folder of the test.
    """
    settings.MEDIA_ROOT = tmp_path / "media"
    file = tmp_path / "agencies.csv"
    file.write_bytes(
        csv_of(WESTPORT, WESTPORT | {"ori": "CT0000100", "name": "Avon Police Department", "city": "Avon"})
    )
    monkeypatch.setattr(country, "AGENCIES", file)
    file = tmp_path / "municipalities.csv"
    file.write_text("zip,state,name,kind,share,county\n06880,CT,Westport,town,1,Fairfield County\n", encoding="utf-8")
    monkeypatch.setattr(jurisdictions, "ZIP_MUNICIPALITIES", file)


@pytest.fixture
def one_place():
    """Create places, so that ``populate`` doesn't load 40,000 of them."""
    return make_place(zip="06880")


# Loading


def test_loading_updates_the_statistics_of_the_database():
    with CaptureQueriesContext(connection) as captured:
        run("load_samples")
    assert "ANALYZE" in [query["sql"] for query in captured], "or SQLite reads all departments for the newest jobs"


def test_loading_reports_what_was_added():
    departments, jobs = len(SAMPLES["departments"]), len(SAMPLES["openings"])
    assert run("load_samples") == f"Sample departments added: {departments}. Sample jobs up to date: {jobs}.\n"


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


# The days off for federal holidays in five years, as the Office of Personnel Management lists them.
DAYS_OFF = {
    date(year, month, day)
    for year, days in {
        2026: "1-1 1-19 2-16 5-25 6-19 7-3 9-7 10-12 11-11 11-26 12-25",
        2027: "1-1 1-18 2-15 5-31 6-18 7-5 9-6 10-11 11-11 11-25 12-24 12-31",
        2028: "1-17 2-21 5-29 6-19 7-4 9-4 10-9 11-10 11-23 12-25",
        2029: "1-1 1-15 2-19 5-28 6-19 7-4 9-3 10-8 11-12 11-22 12-25",
        2030: "1-1 1-21 2-18 5-27 6-19 7-4 9-2 10-14 11-11 11-28 12-25",
    }.items()
    for month, day in (map(int, text.split("-")) for text in days.split())
}
FIVE_YEARS = [date(2026, 1, 1) + timedelta(days=number) for number in range(5 * 365)]


def test_a_working_day_is_the_first_day_off_weekends_and_federal_holidays():
    for day in FIVE_YEARS:
        expected = day
        while expected.weekday() in (5, 6) or expected in DAYS_OFF:
            expected += timedelta(days=1)
        assert samples.next_working_day(day) == expected


@pytest.mark.parametrize("name", SAMPLES["hiring_steps"])
def test_hiring_steps_are_on_working_days_whatever_the_day_of_loading(name):
    dated = [values for values in SAMPLES["hiring_steps"][name] if "in_days" in values]
    for day in FIVE_YEARS[:-100]:
        dates = [samples._make_step(Job(closes_on=day), 1, values).date for values in dated]
        assert not [each for each in dates if each.weekday() in (5, 6) or each in DAYS_OFF]
        assert dates == sorted(set(dates))


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
    assert "Loaded the departments of the country: 1 added, 0 updated" in output
    assert "Loaded the Westport Police Department." in output
    assert "Sample jobs up to date:" in output
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
