"""Agency files for tests, and functions that import them without the command."""

import csv
import io

from departments.imports.agencies import AgencyImporter
from departments.models import Department
from policeapp.imports.engine import ImportRun
from policeapp.imports.tables import Table

WESTPORT = {"ori": "CT0015800", "name": "Westport Police Department", "state": "CT", "city": "Westport"}


def csv_of(*rows):
    """Return rows (dicts) as the bytes of a CSV file, with the columns of all of them."""
    header = list(dict.fromkeys(name for row in rows for name in row))
    file = io.StringIO()
    writer = csv.DictWriter(file, header, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def report_of(*rows, **options):
    """Import the rows and return the report."""
    table = Table(io.BytesIO(csv_of(*rows)), AgencyImporter.columns, AgencyImporter.required)
    running = ImportRun(AgencyImporter(**options), table)
    expected = running.prepare().as_dict()
    report = running.apply()
    assert report.as_dict() == expected
    assert report.read == sum(report.as_dict().values()) - report.read
    return report


def import_rows(*rows, **options):
    """Import the rows and return ``{outcome: number of rows}``."""
    return report_of(*rows, **options).as_dict()


def only():
    return Department.objects.get()


def edited(department, **values):
    """Return the department after an editor has set these fields in the admin."""
    for field, value in values.items():
        setattr(department, field, value)
    department.set_source(values, "Editor of this site", "2026-11-23", "user:alice")
    department.save()
    return department
