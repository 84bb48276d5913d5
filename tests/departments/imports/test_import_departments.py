"""The command import_departments: its files, its report, and its transaction."""

import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from departments.imports.agencies import AgencyImporter
from departments.models import Department
from policeapp.imports import engine, tables
from policeapp.imports.engine import ImportRun
from policeapp.imports.tables import Table
from tests.departments.imports.agency_files import csv_of, edited
from tests.factories import make_department
from tests.processes import new_sqlite

WESTPORT = {"ori": "CT0015800", "name": "Westport Police Department", "state": "CT", "city": "Westport"}
NORWALK = {"ori": "CT0010300", "name": "=Norwalk PD", "state": "CT", "city": "Norwalk"}
BAD = {"ori": "CT0000001", "name": "-Lost PD", "state": "PZ", "city": "Nowhere, really"}


@pytest.fixture
def file(tmp_path):
    """``file(row, …)`` writes the rows to a file and returns its path."""

    def write(*rows):
        path = tmp_path / "agencies.csv"
        path.write_bytes(rows[0] if isinstance(rows[0], bytes) else csv_of(*rows))
        return path

    return write


def run(path, **options):
    """Run the command and return its output."""
    text = io.StringIO()
    call_command("import_departments", path, stdout=text, **options)
    return text.getvalue()


def table_in(path):
    return list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))


pytestmark = pytest.mark.django_db


def test_the_report_counts_every_row_as_text_and_as_json(file):
    blank = dict.fromkeys(WESTPORT, "")
    path = file(WESTPORT, blank, BAD, NORWALK)
    *words, last = run(path, json=True).splitlines()
    assert json.loads(last) == {"read": 4, "created": 2, "updated": 0, "unchanged": 0, "skipped": 1, "rejected": 1}
    text = "\n".join(words)
    assert "Read 4 rows: 2 created, 0 updated, 0 unchanged, 1 skipped, 1 rejected." in text
    assert "state: “PZ” is not a state (first on line 4)" in text
    assert "Writing took" in text


def test_fields_and_update_only_limit_the_import(file):
    department = make_department(ori="CT0015800")
    path = file(WESTPORT | {"phone": "203-341-6000", "address1": "50 Jesup Road"}, NORWALK)
    text = run(path, fields="address1, zip")
    assert "Skipped 1 × is new, and this import creates nothing (first on line 3)" in text
    department.refresh_from_db()
    assert (department.street1, department.phone) == ("50 Jesup Road", "")
    run(path, update_only=True)
    department.refresh_from_db()
    assert (department.phone, Department.objects.count()) == ("203-341-6000", 1)


def test_an_unknown_field_is_an_error(file):
    with pytest.raises(CommandError, match="--fields: There is no column “officers”. Choose from: name, type, ori"):
        run(file(WESTPORT), fields="officers")
    assert not Department.objects.exists()


def test_a_dry_run_reports_the_same_and_changes_nothing(file):
    path = file(WESTPORT, BAD)
    would = run(path, json=True, dry_run=True).splitlines()[-1]
    assert not Department.objects.exists()
    assert run(path, json=True).splitlines()[-1] == would
    assert run(path, json=True, dry_run=True).splitlines()[-1] == run(path, json=True).splitlines()[-1]


def test_unknown_columns_are_listed_once(file):
    text = run(file(WESTPORT | {"Badge color": "blue"}, NORWALK | {"Badge color": "red"}))
    assert text.count("Badge color") == 1


def test_rejected_rows_can_be_corrected_and_imported_again(file, tmp_path):
    rejects = tmp_path / "rejects.csv"
    run(file(WESTPORT, BAD, NORWALK), rejects=rejects)
    header, row = table_in(rejects)
    assert header == ["rejected_line", "rejected_column", "rejected_reason", "ori", "name", "state", "city"]
    assert row == ["3", "state", "“PZ” is not a state", "CT0000001", "'-Lost PD", "PZ", "Nowhere, really"]
    rejects.write_text(rejects.read_text(encoding="utf-8-sig").replace(",PZ,", ",CT,"), encoding="utf-8-sig")
    assert "Read 1 rows: 1 created" in run(rejects, rejects=tmp_path / "again.csv")
    assert Department.objects.get(ori="CT0000001").name == "-Lost PD"
    assert table_in(tmp_path / "again.csv") == [header]


def test_unreadable_rows_are_among_the_rejected_ones(file, tmp_path):
    rejects = tmp_path / "rejects.csv"
    path = file(b'name,state\nA,CT\n"B,CT\nC,CT,more\nD\nE,CT\n')
    report = json.loads(run(path, rejects=rejects, json=True).splitlines()[-1])
    assert (report["read"], report["created"], report["rejected"]) == (5, 2, 3)
    assert [row[3:] for row in table_in(rejects)[1:]] == [['"B,CT'], ["C", "CT", "more"], ["D"]]


def test_conflicts_are_listed_with_both_values(file, tmp_path):
    department = make_department(ori="CT0015800", phone="203-341-9999")
    department.set_source(["phone"], "Editor of this site", "2026", "user:alice")
    department.save()
    conflicts = tmp_path / "conflicts.csv"
    text = run(file(WESTPORT | {"phone": "203-341-6000"}), conflicts=conflicts)
    assert "1 values were not changed because people had entered others" in text
    assert table_in(conflicts) == [
        ["line", "ori", "name", "column", "ours", "theirs", "set_by"],
        ["2", "CT0015800", "Westport Police Department", "phone", "203-341-9999", "203-341-6000", "user:alice"],
    ]


# Errors that change nothing


@pytest.mark.parametrize(
    "content, text",
    [
        (b"", "is empty"),
        (b"PK\x03\x04", "Excel"),
        (b"name,city\nA,B\n", "no column “state”"),
        (b"state,city\nCT,B\n", "no column “name”"),
        (b"name,state,Agency Name\nA,CT,B\n", "with the same meaning"),
        (b"name,state\nA,CT\n" + b"x" * (1 << 20), "a million characters"),
    ],
)
def test_a_file_that_is_not_an_agency_file_is_an_error(file, content, text):
    with pytest.raises(CommandError) as refused:
        run(file(content))
    assert text in str(refused.value) and "\n" not in str(refused.value)
    assert refused.value.returncode == 1
    assert not Department.objects.exists()


def test_a_file_with_too_many_rows_is_an_error(file, monkeypatch):
    monkeypatch.setattr(tables, "MAX_LINES", 2)
    run(file(WESTPORT, NORWALK))
    with pytest.raises(CommandError, match="has more than 2 lines. Split it into several files"):
        run(file(WESTPORT, NORWALK, BAD))


def test_a_missing_file_is_an_error(tmp_path):
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(CommandError, match=str(path)):
            run(path)


def test_output_files_are_opened_before_the_import(file, tmp_path):
    path = file(WESTPORT)
    for options, text in (
        ({"rejects": tmp_path / "no" / "where.csv"}, "cannot be written"),
        ({"conflicts": tmp_path}, "cannot be written"),
        ({"rejects": path}, "is the file to import"),
    ):
        with pytest.raises(CommandError, match=text):
            run(path, **options)
    assert not Department.objects.exists()
    assert "Westport" in path.read_text()


def test_a_failed_import_leaves_the_output_files_unchanged(file, tmp_path):
    old = tmp_path / "old.csv"
    old.write_text("kept")
    path = file(b"name,state\nA,CT\n" + b"x" * (1 << 20))
    with pytest.raises(CommandError):
        run(path, rejects=old, conflicts=tmp_path / "new.csv")
    assert old.read_text() == "kept"
    assert sorted(name.name for name in tmp_path.iterdir()) == ["agencies.csv", "old.csv"]


@pytest.mark.parametrize("as_of", ["soon", "18", "2018-13"])
def test_an_invalid_year_is_an_error(file, as_of):
    with pytest.raises(CommandError, match="--as-of"):
        run(file(WESTPORT), as_of=as_of)


# All or nothing


@pytest.mark.parametrize(
    "problem, status, text",
    [
        (KeyboardInterrupt(), 130, "Stopped. Nothing was changed."),
        (DatabaseError("database or disk is full"), 1, "database or disk is full. Nothing was changed."),
        (OSError(28, "No space left on device"), 1, "No space left on device. Nothing was changed."),
        (IntegrityError("CHECK constraint failed"), 1, "CHECK constraint failed. Nothing was changed."),
    ],
)
def test_an_error_in_the_middle_of_writing_changes_nothing(file, monkeypatch, problem, status, text):
    monkeypatch.setattr(engine.batches, "__defaults__", (1,))
    written = []

    def stop_at_the_second(self, created, updated):
        written.extend(created)
        if len(written) == 2:
            raise problem

    monkeypatch.setattr(AgencyImporter, "written", stop_at_the_second)
    with pytest.raises(CommandError) as failed, transaction.atomic():
        run(file(WESTPORT, NORWALK, WESTPORT | {"ori": "CT0000009"}))
    assert len(written) == 2
    assert (failed.value.returncode, text in str(failed.value)) == (status, True)
    assert "\n" not in str(failed.value)
    assert not Department.objects.exists()


SLOW = """
import sys
import django
django.setup()
from django.core.management import call_command
from departments.imports.agencies import AgencyImporter
def written(self, created, updated):
    print("writing", flush=True)
    sys.stdin.read()
AgencyImporter.written = written
call_command("import_departments", sys.argv[1])
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.any_engine
def test_killing_the_process_in_the_middle_of_writing_changes_nothing(tmp_path, file, number):
    environment = os.environ | {
        "DATABASE_URL": new_sqlite(tmp_path / "db.sqlite3"), "DJANGO_SETTINGS_MODULE": "policeapp.settings",
    }  # fmt: skip
    here = {"cwd": settings.BASE_DIR, "env": environment}
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "import_departments", file(WESTPORT)], check=True, stdout=subprocess.DEVNULL, **here)
    path = file(WESTPORT | {"name": "Changed"}, NORWALK)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", SLOW, path], **pipes, **here) as process:
        assert process.stdout.readline() == "writing\n"
        process.send_signal(number)
        assert process.wait() == -number
    with sqlite3.connect(tmp_path / "db.sqlite3") as database:
        assert database.execute("SELECT name FROM departments_department").fetchall() == [(WESTPORT["name"],)]
    database.close()
    done = subprocess.run([*manage, "import_departments", path, "--json"], capture_output=True, text=True, **here)
    assert json.loads(done.stdout.splitlines()[-1])["created"] == 1


# Edits between comparing and writing


CHANGED = "was changed by somebody else during the import; import the file again"


def prepared(*rows, **options):
    running = ImportRun(AgencyImporter(**options), Table(io.BytesIO(csv_of(*rows)), AgencyImporter.columns))
    running.prepare()
    return running


def test_a_department_that_an_editor_saves_is_not_overwritten():
    department = make_department(ori="CT0015800")
    running = prepared(WESTPORT | {"phone": "203-341-6000"}, NORWALK)
    edited(department, email="chief@example.org")
    report = running.apply()
    department.refresh_from_db()
    assert (department.phone, department.email) == ("", "chief@example.org")
    assert (report.read, report.created, report.updated, report.rejected) == (2, 1, 0, 1)
    assert report.rejections == [("", CHANGED, 1, 2)]
    _header, rows = running.rejects()
    assert list(rows) == [[2, "", CHANGED, *WESTPORT.values(), "203-341-6000"]]


def test_a_department_that_is_deleted_is_not_written_again():
    department = make_department(ori="CT0015800")
    running = prepared(WESTPORT | {"phone": "203-341-6000"}, NORWALK)
    department.delete()
    report = running.apply()
    assert (report.created, report.rejections) == (1, [("", CHANGED, 1, 2)])
    assert Department.objects.get().ori == NORWALK["ori"]


@pytest.mark.parametrize(
    "taken, reason",
    [
        ({"ori": "CT0015800"}, "Another department has this ORI. Import the file again."),
        (
            {"slug": "westport-police-department"},
            "Another department in this state has this web address. Import the file again.",
        ),
    ],
)
def test_a_row_is_rejected_if_another_department_gets_its_ori_or_slug(taken, reason):
    other = make_department("Other")
    others = [NORWALK | {"ori": f"CT000000{number}", "city": f"Town {number}"} for number in range(5)]
    running = prepared(*others[:3], WESTPORT, *others[3:])
    Department.objects.filter(pk=other.pk).update(**taken)
    report = running.apply()
    assert (report.created, report.rejections) == (5, [("", reason, 1, 5)])
    assert Department.objects.count() == 6


def test_an_ori_that_another_department_gets_is_not_used_twice():
    first, other = make_department(), make_department("Other")
    running = prepared(WESTPORT)
    Department.objects.filter(pk=other.pk).update(ori="CT0015800")
    report = running.apply()
    first.refresh_from_db()
    assert (report.updated, report.rejected, first.ori) == (0, 1, "")


def test_the_file_of_rejected_rows_includes_those_and_can_be_imported(file, tmp_path, monkeypatch):
    department = make_department(ori="CT0015800")
    plan = AgencyImporter.plan
    with monkeypatch.context() as patch:
        patch.setattr(AgencyImporter, "plan", lambda *args: (plan(*args), edited(department, zip="06880"))[0])
        text = run(file(WESTPORT | {"phone": "203-341-6000"}, BAD), rejects=tmp_path / "rejects.csv")
    assert f"Rejected 1 × {CHANGED} (first on line 2)" in text
    assert [row[0] for row in table_in(tmp_path / "rejects.csv")[1:]] == ["2", "3"]
    run(tmp_path / "rejects.csv")
    department.refresh_from_db()
    assert (department.phone, department.zip) == ("203-341-6000", "06880")


@pytest.mark.django_db(transaction=True)
def test_editors_can_save_other_departments_during_an_import(file, monkeypatch):
    department = make_department(ori="CT0000001")
    seen = []

    def elsewhere(work):
        """Run the function on its own connection, as another visitor does."""

        def run():
            try:
                seen.append(work())
            finally:
                # Django leaves connections to an SQLite database in memory open.
                BaseDatabaseWrapper.close(connection)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()

    def save():
        department.phone = "203-341-9999"
        department.save()
        return "saved"

    plan = AgencyImporter.plan
    monkeypatch.setattr(AgencyImporter, "plan", lambda *args: (elsewhere(save), plan(*args))[1])
    if connection.vendor == "postgresql":  # in memory, SQLite's connections share their locks
        monkeypatch.setattr(AgencyImporter, "written", lambda *args: elsewhere(save))
    run(file(WESTPORT))
    assert seen == ["saved"] * (2 if connection.vendor == "postgresql" else 1)
    assert Department.objects.count() == 2


def test_a_terminal_shows_a_progress_bar(file, monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    run(file(WESTPORT))
    text = capsys.readouterr().err
    assert "Reading" in text and "Writing" in text and "rows/s" in text
