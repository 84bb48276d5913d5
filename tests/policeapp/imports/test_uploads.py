"""Uploaded files: a preview first, then the import, once."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from departments.models import Department
from jobs.imports.openings import PostingImporter
from jobs.models import Job
from policeapp.imports import admin, engine, tables
from policeapp.models import Import
from tests.admin import errors_of, messages_of, signed_in
from tests.factories import form_of, get_user, make_bob, make_charlie, make_department, make_import, text_of

pytestmark = pytest.mark.django_db

ADD = "/admin/policeapp/import/add/"
HEADER = "source,job_id,employer,employer_ori,title,description,to_apply,posting_date\n"
GOOD = "list,1,Westport PD,CT0015800,Dispatcher,Calls.,Write.,2026-06-16\n"
BAD = "list,2,Nowhere PD,XX0000000,Clerk,Files.,Write.,2026-06-16\n"


@pytest.fixture
def westport_pd(db):
    return make_department(ori="CT0015800")


def upload(client, text, name="june.csv", **typed):
    """Submit the form and return the last response."""
    form = form_of(client.get(ADD)) | {"kind": "openings"} | typed
    content = text if isinstance(text, bytes) else text.encode()
    return client.post(ADD, form | {"file": SimpleUploadedFile(name, content, "text/csv")}, follow=True)


def address(upload, part="change/"):
    return f"/admin/policeapp/import/{upload.pk}/{part}"


def test_a_preview_changes_nothing(alice, westport_pd):
    words = text_of(upload(alice, HEADER + GOOD + BAD))
    assert "Nothing has changed yet" in words
    assert "1 new 0 changed 0 unchanged 0 skipped 1 rejected 2 total" in words
    assert "Rejected rows by reason" in words and "1 employer Nowhere PD, XX0000000 is not in the directory 3" in words
    assert "line column reason 3 employer Nowhere PD" in words
    assert not Job.objects.exists()


def test_apply_imports_the_file_and_deletes_its_content(alice, westport_pd):
    upload(alice, HEADER + GOOD + BAD)
    found = Import.objects.get()
    response = alice.post(address(found, "apply/"), follow=True)
    assert messages_of(response) == ["The file was imported."]
    assert "Import result" in text_of(response) and "Apply" not in form_of(response)
    assert [job.title for job in westport_pd.jobs.all()] == ["Dispatcher"]
    found.refresh_from_db()
    assert found.content is None and found.applied_at and found.by == get_user("alice")
    assert found.report["created"] == 1
    words = text_of(alice.get("/admin/policeapp/import/"))
    assert "june.csv Jobs" in words and "1 new, 0 changed, 1 rejected of 2" in words


def test_large_numbers_have_separators(alice):
    numbers = {"read": 16881, "created": 16880, "updated": 1, "unchanged": 0, "skipped": 0, "rejected": 0}
    large = make_import(report=numbers)
    assert "16,880 new, 1 changed, 0 rejected of 16,881" in text_of(alice.get("/admin/policeapp/import/"))
    assert "16,880 new 1 changed" in text_of(alice.get(address(large)))


def test_departments_are_imported_in_the_same_way(alice, client):
    rows = "ori,name,type,state,city,zip\nCT0015800,WESTPORT POLICE DEPARTMENT,municipal,CT,WESTPORT,6880\n"
    words = text_of(upload(alice, rows, kind="departments", source="FBI", as_of="2018"))
    assert "1 new 0 changed" in words and not Department.objects.exists()
    alice.post(address(Import.objects.get(), "apply/"))
    department = Department.objects.get()
    assert (department.name, department.zip) == ("Westport Police Department", "06880")
    assert "FBI, 2018" in text_of(client.get(department.get_absolute_url()))


def test_the_report_is_updated_when_the_file_is_applied(alice, westport_pd):
    """The directory may change between the preview and the import."""
    upload(alice, HEADER + GOOD + BAD)
    make_department("Nowhere PD", ori="XX0000000")
    found = Import.objects.get()
    alice.post(address(found, "apply/"))
    found.refresh_from_db()
    assert (found.report["created"], found.report["rejected"], bytes(found.rejects)) == (2, 0, b"")


def test_it_is_applied_once(alice, westport_pd):
    upload(alice, HEADER + GOOD)
    found = Import.objects.get()
    alice.post(address(found, "apply/"))
    Job.objects.all().delete()
    response = alice.post(address(found, "apply/"), follow=True)
    assert messages_of(response)[1:] == ["This file was already applied, or is being applied now."]
    assert not Job.objects.exists()


def test_two_attempts_at_the_same_time_import_it_once(alice, westport_pd, monkeypatch):
    upload(alice, HEADER + GOOD)
    found, shown = Import.objects.get(), []
    apply = engine.ImportRun.apply

    def apply_while_another_presses(running):
        shown.append(messages_of(alice.post(address(found, "apply/"), follow=True)))
        return apply(running)

    monkeypatch.setattr(engine.ImportRun, "apply", apply_while_another_presses)
    alice.post(address(found, "apply/"))
    assert shown == [["This file was already applied, or is being applied now."]]
    assert Job.objects.count() == 1


def test_the_claim_of_an_interrupted_request_expires(alice, westport_pd):
    upload(alice, HEADER + GOOD)
    found = Import.objects.get()
    assert found.claim() and not found.claim()
    Import.objects.update(claimed_at=timezone.now() - timedelta(minutes=11))
    alice.post(address(found, "apply/"))
    assert Job.objects.count() == 1


@pytest.mark.parametrize("problem", [OperationalError("disk I/O error"), OSError("No space left on device")])
def test_a_failed_import_changes_nothing_and_can_be_repeated(alice, westport_pd, monkeypatch, problem):
    upload(alice, HEADER + GOOD)
    found = Import.objects.get()
    with monkeypatch.context() as patch:
        patch.setattr(PostingImporter, "written", raises(problem))
        response = alice.post(address(found, "apply/"), follow=True)
    assert messages_of(response) == [f"The import failed and nothing was changed: {problem}"]
    assert not Job.objects.exists()
    alice.post(address(found, "apply/"))
    assert Job.objects.count() == 1


def raises(problem):
    def fail(*args):
        raise problem

    return fail


@pytest.mark.parametrize(
    "content, words",
    [
        ("", "The submitted file is empty."),
        ("\n\n", "is empty"),
        ("a,b\n1,2\n", "has no column “job_id”."),
        (HEADER.replace("source,", "").encode(), "has no “source” column. Enter a source"),
        (b"PK\x03\x04 and so on", "is an Excel workbook or another archive, not a CSV file"),
        (b"job_id,title,employer,source\n\0\0\0", "null bytes"),
        (b"%PDF-1.7", "is a PDF document"),
    ],
)
def test_an_invalid_file_is_a_form_error(alice, content, words):
    response = upload(alice, content)
    (error,) = errors_of(response)["file"]
    assert words in error
    assert not Import.objects.exists()


def test_the_form_keeps_its_values_after_an_error(alice):
    response = upload(alice, "nonsense", source="My list", as_of="2026", overwrite="on")
    again = form_of(response)
    assert (again["source"], again["as_of"], again["overwrite"]) == ("My list", "2026", "on")
    assert "draft" not in again


def test_missing_and_invalid_values_are_form_errors(alice):
    response = alice.post(ADD, form_of(alice.get(ADD)) | {"kind": "neither", "as_of": "June"})
    assert set(errors_of(response)) == {"kind", "file", "as_of"}


def test_a_file_that_is_too_large_is_rejected(alice, monkeypatch):
    monkeypatch.setattr(admin, "MAX_BYTES", 100)
    response = upload(alice, HEADER + GOOD * 10)
    assert errors_of(response)["file"] == [
        "This file is larger than 25 MB. Split it, or import it on the server with manage.py."
    ]


def test_a_file_with_too_many_rows_is_rejected(alice, westport_pd, monkeypatch):
    monkeypatch.setattr(tables, "MAX_LINES", 2)
    upload(alice, HEADER + GOOD + BAD)
    response = upload(alice, HEADER + GOOD + BAD + GOOD)
    assert errors_of(response)["file"] == ["june.csv has more than 2 lines. Split it into several files."]
    assert Import.objects.count() == 1


def test_a_row_is_rejected_if_its_department_changes_during_the_import(alice, westport_pd, monkeypatch):
    upload(alice, HEADER + GOOD)
    found = Import.objects.get()
    plan = PostingImporter.plan
    monkeypatch.setattr(PostingImporter, "plan", lambda *args: (plan(*args), westport_pd.save())[0])
    words = text_of(alice.post(address(found, "apply/"), follow=True))
    assert "0 new 0 changed 0 unchanged 0 skipped 1 rejected" in words
    assert "was changed by somebody else during the import; import the file again" in words
    assert "Dispatcher" in alice.get(address(found, "rejects.csv")).getvalue().decode()


def test_it_has_the_options_of_the_command(alice, westport_pd):
    rows = HEADER.replace("source,", "") + GOOD.replace("list,", "")
    upload(alice, rows, source="Town list", as_of="2026-06-23", draft="on")
    alice.post(address(Import.objects.get(), "apply/"))
    job = Job.objects.get()
    assert (job.status, job.source) == ("draft", "Town list")
    assert job.sources["title"] == {"source": "Town list", "as_of": "2026-06-23", "set_by": "import"}
    job.set_source(["title"], "Editor of this site", "", "user:bob")
    job.title = "Ours"
    job.save()
    words = text_of(upload(alice, rows, source="Town list", as_of="2026-06-23"))
    assert "Not changed: people entered other values" in words
    assert "2 1 Ours title Ours Dispatcher user:bob" in words
    upload(alice, rows, source="Town list", overwrite="on")
    alice.post(address(Import.objects.first(), "apply/"))
    job.refresh_from_db()
    assert job.title == "Dispatcher"


def test_rejects_and_conflicts_can_be_downloaded(alice, westport_pd):
    upload(alice, HEADER + GOOD)
    alice.post(address(Import.objects.get(), "apply/"))
    Job.objects.update(title="=Ours", sources={})
    upload(alice, HEADER + GOOD + BAD, name="july list.csv")
    found = Import.objects.first()
    response = alice.get(address(found, "rejects.csv"))
    assert response["Content-Disposition"] == 'attachment; filename="july list-rejects.csv"'
    (row,) = csv.DictReader(StringIO(response.getvalue().decode("utf-8-sig")))
    assert (row["rejected_line"], row["employer"]) == ("3", "Nowhere PD")
    response = alice.get(address(found, "conflicts.csv"))
    rows = list(csv.DictReader(StringIO(response.getvalue().decode("utf-8-sig"))))
    assert {row["column"]: row["ours"] for row in rows}["title"] == "'=Ours", "no spreadsheet runs it"


def test_without_rejected_rows_there_is_no_download(alice, westport_pd):
    upload(alice, HEADER + GOOD)
    found = Import.objects.get()
    assert "Download" not in text_of(alice.get(address(found)))
    assert alice.get(address(found, "rejects.csv")).status_code == 404
    assert alice.get(address(found, "conflicts.csv")).status_code == 404


class TestAccess:
    """Users who can edit every department can import. Editors of single departments cannot."""

    @pytest.fixture
    def waiting(self, alice, westport_pd):
        upload(alice, HEADER + GOOD + BAD)
        return Import.objects.get()

    @pytest.mark.parametrize("person", ["bob", "charlie"])
    def test_other_staff_cannot_see_or_apply_imports(self, waiting, westport_pd, person):
        client = signed_in({"bob": lambda: make_bob(westport_pd), "charlie": make_charlie}[person]())
        for part in ("change/", "rejects.csv", "conflicts.csv", "delete/"):
            assert client.get(address(waiting, part)).status_code == 403, part
        assert client.post(address(waiting, "apply/")).status_code == 403
        assert client.post(ADD, {"kind": "openings"}).status_code == 403
        assert "Imports" not in text_of(client.get("/admin/"))
        assert not Job.objects.exists()

    def test_strangers_must_sign_in(self, waiting):
        for part in ("change/", "rejects.csv", "conflicts.csv"):
            assert Client().get(address(waiting, part)).status_code == 302
        assert Client().post(address(waiting, "apply/")).status_code == 302
        assert not Job.objects.exists()

    def test_the_permission_to_edit_every_department_is_enough(self, waiting):
        charlie = make_charlie()
        charlie.user_permissions.add(Permission.objects.get(codename="edit_every_department"))
        client = signed_in(charlie)
        client.post(address(waiting, "apply/"))
        assert Job.objects.count() == 1
        assert "june.csv" in text_of(client.get("/admin/policeapp/import/"))

    def test_the_permission_to_import_is_enough_except_to_overwrite(self, waiting):
        charlie = make_charlie()
        charlie.user_permissions.add(Permission.objects.get(codename="import_files"))
        client = signed_in(charlie)
        assert "overwrite" not in form_of(client.get(ADD))
        assert upload(client, HEADER + GOOD, overwrite="on").status_code == 403
        assert upload(client, HEADER + GOOD).redirect_chain
        Import.objects.filter(pk=waiting.pk).update(overwrite=True)
        assert client.post(address(waiting, "apply/")).status_code == 403
        assert not Job.objects.exists()
        client.post(address(Import.objects.latest("pk"), "apply/"))
        assert Job.objects.count() == 1

    def test_a_link_applies_nothing(self, waiting, alice):
        assert alice.get(address(waiting, "apply/")).status_code == 405
        assert not Job.objects.exists()

    def test_a_form_of_another_site_applies_nothing(self, waiting):
        client = Client(enforce_csrf_checks=True)
        client.force_login(waiting.by)
        assert client.post(address(waiting, "apply/")).status_code == 403
        assert not Job.objects.exists()

    def test_an_upload_cannot_be_changed_but_deleted(self, waiting, alice):
        assert alice.post(address(waiting), {"file_name": "other.csv"}).status_code == 403
        assert alice.post(address(waiting, "delete/"), {"post": "yes"}).status_code == 302
        assert not Import.objects.exists()


@pytest.mark.parametrize("number", ["0", "9" * 30])
def test_a_missing_import_is_404(alice, number):
    for part in ("apply/", "rejects.csv", "conflicts.csv"):
        url = f"/admin/policeapp/import/{number}/{part}"
        assert (alice.post(url) if part == "apply/" else alice.get(url)).status_code == 404
    assert alice.get(f"/admin/policeapp/import/{number}/change/").status_code == 302


def test_the_list_takes_the_same_queries_for_more_imports(alice, westport_pd, django_assert_max_num_queries):
    for _ in range(3):
        upload(alice, HEADER + GOOD)
    with django_assert_max_num_queries(8):
        alice.get("/admin/policeapp/import/")


# Limits

AGENCIES = "ori,name,state,city,phone,sworn_officers\n{}"
WESTPORT_ROW = "CT0015800,Westport Police Department,CT,Westport,203-341-7000,66\n"
NORWALK_ROW = "CT0010300,Norwalk Police Department,CT,Norwalk,203-854-3000,178\n"


def test_an_import_can_be_limited_to_columns_of_known_departments(alice, westport_pd):
    rows = AGENCIES.format(WESTPORT_ROW + NORWALK_ROW)
    response = upload(alice, rows, kind="departments", only_fields="sworn_officers")
    assert "is new, and this import creates nothing" in text_of(response)
    alice.post(address(Import.objects.get(), "apply/"))
    westport_pd.refresh_from_db()
    assert (westport_pd.sworn_officers, westport_pd.phone, Department.objects.count()) == (66, "", 1)


def test_an_import_that_only_updates_creates_nothing(alice, westport_pd):
    upload(alice, AGENCIES.format(NORWALK_ROW), kind="departments", update_only="on")
    alice.post(address(Import.objects.get(), "apply/"))
    assert Department.objects.get() == westport_pd
    upload(alice, HEADER + GOOD, update_only="on")
    alice.post(address(Import.objects.first(), "apply/"))
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("kind", "typed", "words"),
    [
        ("departments", "swarn_officers", "There is no column “swarn_officers”. Choose from: "),
        ("openings", "title", "none"),
    ],
)
def test_an_unknown_column_is_a_form_error(alice, kind, typed, words):
    response = upload(alice, HEADER + GOOD, kind=kind, only_fields=typed)
    assert words in text_of(response)
    assert not Import.objects.exists()
