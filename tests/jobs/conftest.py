"""Fixtures for the tests of jobs."""

import csv
import json
from io import StringIO

import pytest
from django.core.management import call_command

from tests.factories import make_department

from .imports.rows import ORI


@pytest.fixture
def westport_police(db):
    return make_department(at=(41.1434, -73.3496))


@pytest.fixture
def nypd(db):
    return make_department("New York City Police Department", state="NY", city="New York", ori=ORI)


@pytest.fixture
def load(tmp_path):
    """Return ``load(*rows, **options)``, which imports a file and returns the counts and the text of the report."""

    def load(*rows, name="openings.csv", header=None, **options):
        file = tmp_path / name
        header = header or list(dict.fromkeys(column for row in rows for column in row))
        with open(file, "w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, header, restval="")
            writer.writeheader()
            writer.writerows(rows)
        out = StringIO()
        call_command("import_openings", file, json=True, stdout=out, **options)
        words, numbers = out.getvalue().rstrip().rsplit("\n", 1)
        return json.loads(numbers), words

    return load
