"""Lists as CSV, and the file of all departments."""

import csv
import io
import zipfile
from datetime import date, time

import pytest
from django.core.management import call_command

from departments import exports
from departments.models import Department
from departments.models.sources import PUBLICATIONS
from jobs.models import Job
from policeapp.web.pagination import MAX_DOWNLOAD

from ...factories import list_specializations, make_department, make_job, text_of, tomorrow


def rows_of(content):
    """Return the rows of a CSV file as dicts."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def rows_at(client, url):
    response = client.get(url)
    assert response.status_code == 200, response.content
    return rows_of(response.getvalue())


@pytest.fixture
def archive(settings, tmp_path):
    """The path of the file of all departments, in an empty folder."""
    settings.MEDIA_ROOT = tmp_path
    return exports.archive()


@pytest.mark.django_db
def test_a_list_of_departments_is_the_same_as_on_its_page(client, places, django_assert_max_num_queries):
    make_department(at=(41.1434, -73.3496))
    norwalk = make_department("Norwalk Police", city="Norwalk", at=(41.1177, -73.4082), kind="sheriff")
    make_department("Boise Police", city="Boise", state="ID")
    make_department("Secret Police", status=Department.Status.DRAFT)
    make_job(norwalk)
    for query, names in (
        ("state=ct", ["Norwalk Police", "Westport Police Department"]),
        ("near=06880", ["Westport Police Department", "Norwalk Police"]),
        ("kind=sheriff&hiring=on", ["Norwalk Police"]),
        ("q=boise", ["Boise Police"]),
        ("q=nothing", []),
    ):
        with django_assert_max_num_queries(10):
            assert [row["name"] for row in rows_at(client, f"/departments.csv?{query}")] == names, query
    response = client.get("/departments.csv?near=Nowhere")
    assert response.status_code == 400 and "We don't know “Nowhere”." in response.content.decode()
    assert "Use one of these: Springfield" in client.get("/departments.csv?near=Springfield").content.decode()


@pytest.mark.any_engine
def test_cells_cannot_run_in_a_spreadsheet(client, db):
    make_job(make_department("=cmd|' /C calc'!A0"), "@SUM(A1)", description="+1")
    (department,), (job,) = rows_at(client, "/departments.csv"), rows_at(client, "/jobs.csv")
    assert (department["name"], job["title"], job["description"]) == ("'=cmd|' /C calc'!A0", "'@SUM(A1)", "+1")
    assert job["employer"] == department["name"]


@pytest.mark.any_engine
def test_a_list_that_is_too_long_is_refused_and_not_offered(client, db, monkeypatch):
    for number in range(3):
        make_department(f"Precinct {number}")
    monkeypatch.setattr("policeapp.pages.downloads.MAX_DOWNLOAD", 2)
    response = client.get("/departments.csv")
    assert response.status_code == 400 and "https://police.example.org/data/" in response.content.decode()
    link = '<a href="/departments.csv?state=CT" type="text/csv">Download this list (CSV)</a>'
    assert link in client.get("/departments/?state=CT").content.decode()
    assert link in client.get("/departments/ct/").content.decode()
    monkeypatch.setattr("policeapp.templatetags.site.MAX_DOWNLOAD", 2)
    page = client.get("/departments/").content.decode()
    assert link not in page and '<a href="/data/">Download all departments</a>' in page
    assert MAX_DOWNLOAD > 1_215  # the number of departments in Texas


@pytest.mark.django_db
def test_jobs_are_open_and_real_and_can_be_imported(client, tmp_path):
    department = make_department(ori="CT0015800")
    job = make_job(
        department, "Officer", closes_on=date(2090, 5, 31), closes_time=time(17), pay_min=30.5, pay_max=35,
        pay_period="hour", kind="lateral", schedule="part_time", positions=3, apply_url="https://example.com/",
        requirements="Swim.",
    )  # fmt: skip
    make_job(department, "Sample", is_sample=True)
    make_job(department, "Planned", opens_on=tomorrow(department))
    make_job(department, "Diver", opens_on=date(2024, 1, 1))
    content = client.get("/jobs.csv").getvalue()
    assert [row["title"] for row in rows_of(content)] == ["Officer", "Diver"]
    assert [row["title"] for row in rows_at(client, "/jobs.csv?q=diver")] == ["Diver"]
    stored = Job.objects.values(*IMPORTED).get(pk=job.pk)
    Job.objects.all().delete()
    file = tmp_path / "jobs.csv"
    file.write_bytes(content)
    call_command("import_openings", file, stdout=io.StringIO())
    assert Job.objects.values(*IMPORTED).get(title="Officer") == stored
    assert Job.objects.count() == 2


IMPORTED = ("title", "kind", "schedule", "positions", "pay_min", "pay_max", "pay_period", "opens_on", "closes_on")
IMPORTED += ("closes_time", "description", "requirements", "apply_url", "apply_instructions", "department__ori")


@pytest.mark.django_db
def test_importing_the_file_of_all_departments_changes_nothing(archive, westport, tmp_path):
    westport.set_source(["phone"], "DHS HIFLD", "2009", "import")
    westport.save()
    list_specializations(make_department("Boise Police", state="ID", city="Boise"), "K-9 Unit", "Divers")
    before = list(Department.objects.order_by("pk").values())
    call_command("export_departments", stdout=io.StringIO())
    with zipfile.ZipFile(archive) as file:
        file.extract("departments.csv", tmp_path)
    rows = rows_of((tmp_path / "departments.csv").read_bytes())
    assert [row["specializations"] for row in rows][0] == "K-9 Unit; Divers"
    assert rows[1]["phone_source"] == "DHS HIFLD" and rows[1]["phone_year"] == "2009"
    out = io.StringIO()
    call_command("import_departments", tmp_path / "departments.csv", stdout=out)
    after = list(Department.objects.order_by("pk").values())
    for row in (*before, *after):
        del row["modified"], row["sources"]
    assert after == before


@pytest.mark.any_engine
def test_the_page_describes_the_file_of_all_departments(client, db, archive):
    assert "The first one is not ready yet." in text_of(client.get("/data/"))
    assert client.get("/data/departments.zip").status_code == 404
    make_department()
    exports.write_archive()
    assert [path.name for path in archive.parent.iterdir()] == ["departments.zip"]
    page = text_of(client.get("/data/"))
    assert "Download all departments (" in page
    with zipfile.ZipFile(archive) as file:
        readme = file.read("README.txt").decode()
    for column in exports.columns():
        assert column.name in page and f"{column.name}: {column.text}" in readme
    for name, (publisher, license_name) in exports.LICENSES.items():
        assert f"{name}: {publisher}. License: {license_name}." in readme and str(publisher) in page
    assert exports.LICENSES.keys() == {name for name in PUBLICATIONS if not name.startswith("Center ")}
    response = client.get("/data/departments.zip")
    assert (response.status_code, response["Content-Type"]) == (200, "application/zip")
    assert response.getvalue() == archive.read_bytes()
    again = client.get("/data/departments.zip", headers={"if-modified-since": response["Last-Modified"]})
    assert again.status_code == 304


@pytest.mark.any_engine
def test_a_failed_export_leaves_the_former_file(db, archive, monkeypatch):
    make_department()
    exports.write_archive()
    former = archive.read_bytes()
    monkeypatch.setattr(exports, "readme", lambda number: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        exports.write_archive()
    assert archive.read_bytes() == former and len(list(archive.parent.iterdir())) == 1
