"""The import engine rejects a row that fails unexpectedly, and imports the others."""

from io import BytesIO

import pytest
from django.db import DatabaseError, OperationalError

from departments.models import Department
from policeapp.imports import engine
from policeapp.imports.tables import Table

pytestmark = pytest.mark.django_db

NAMES = [f"town{number}" for number in range(10)]


class NameImporter(engine.Importer):
    """Imports departments by their names. Fails at each name in `failing`, when it is cleaned or planned.

    With `step` "write", the database refuses these names.
    """

    model = Department
    columns = {"name": []}
    failing, step, error = (), "", ZeroDivisionError("no luck")

    def fail_at(self, step, name):
        if step == self.step and name in self.failing:
            raise self.error

    def clean(self, row):
        self.fail_at("clean", row.values["name"])
        return row.values["name"], 0

    def plan(self, rows):
        plans = []
        for line, name in rows:
            self.notice(line, "name", "is noticed")
            self.fail_at("plan", name)
            state = "ZZ" if self.step == "write" and name in self.failing else "CT"
            plans.append(engine.create(Department(name=name, slug=name, state=state)))
        return plans


@pytest.fixture(autouse=True)
def no_statistics(monkeypatch):
    """Statistics of the tables cannot be updated in a test's transaction."""
    monkeypatch.setattr(engine, "analyze", lambda: None)


def import_names(**values):
    importer = NameImporter()
    for name, value in values.items():
        setattr(importer, name, value)
    with Table(BytesIO("\n".join(["name", *NAMES]).encode()), importer.columns) as table:
        run = engine.ImportRun(importer, table)
        run.prepare()
        return run, run.apply()


@pytest.mark.parametrize("step", ["clean", "plan", "write"])
@pytest.mark.parametrize("error", [ZeroDivisionError("no luck"), DatabaseError("out of range")], ids=repr)
def test_only_the_rows_that_fail_are_rejected(step, error, caplog):
    failing = {"town3", "town4", "town9"}
    run, report = import_names(failing=failing, step=step, error=error)
    assert (report.created, report.rejected) == (7, 3)
    assert set(Department.objects.values_list("name", flat=True)) == set(NAMES) - failing
    [(column, reason, number, line)] = report.rejections
    assert (column, number, line) == ("", 3, 5)
    assert [row[0] for row in run.rejects()[1]] == [5, 6, 11]
    if step == "write":
        assert "department_state_known" in reason
    else:
        assert reason == "cannot be imported because of an error; the log of the site describes it"
        assert [f"Line {line} cannot be imported: {error!r}" in caplog.text for line in (5, 6, 11)] == [True] * 3
        assert caplog.text.count("Traceback") == 1


def test_notices_are_not_repeated_when_rows_are_planned_again():
    _run, report = import_names(failing={"town3"}, step="plan")
    assert [notice[2] for notice in report.notices] == [9]


@pytest.mark.parametrize("step", ["clean", "plan"])
def test_a_database_that_is_away_ends_the_import(step):
    with pytest.raises(OperationalError):
        import_names(failing={"town3"}, step=step, error=OperationalError("the server is away"))
    assert not Department.objects.exists()
