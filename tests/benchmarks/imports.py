"""The import of departments, beside a bare ``bulk_create`` of the same rows, and its memory with the most rows."""

import csv
import os
import random
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from .table import Bar, Case, Row, Size, show

SIZES = [Size(0, 0)]
ROWS, MEMORY_MB = 22_405, 1_200
TIMES_BARE, TIMES_FIRST = 3, 1
COLUMNS = (
    "ori", "name", "type", "state", "city", "county", "address1", "zip", "phone", "lat", "lon", "sworn_officers",
    "sworn_year", "population", "population_year", "fbi_active_2018", "address_source", "phone_source", "geo_source",
    "population_source", "record_source",
)  # fmt: skip


def write_file(path, number, letters="AB"):
    """A file of ``number`` invented agencies at real places, half of them shouting, a tenth without an ORI."""
    from departments.models import Place

    chance = random.Random(1)
    places = list(Place.objects.exclude(zip="").order_by("pk"))
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in range(number):
            place = places[(row * 7919) % len(places)]
            agency, kind = chance.choice(
                [("Police Department", "municipal"), ("County Sheriffs Office", "sheriff"), ("Campus Police", "campus")]
            )
            county = place.county.removesuffix(" County").upper()
            cells = [
                "" if row % 10 == 9 else f"{place.state}{row:07}",
                f"{place.name} {agency} {row // len(places) or ''}",
                kind,
                place.state,
                place.name,
                county,
                f"{row % 900 + 1} Main Street",
                place.zip,
                f"{chance.randrange(200, 990)}-555-{row % 10_000:04}",
                f"{place.latitude + chance.uniform(-0.05, 0.05):.6f}",
                f"{place.longitude + chance.uniform(-0.05, 0.05):.6f}",
                chance.choice(["", chance.randrange(1, 300)]),
                2020,
                chance.randrange(300, 90_000),
                2018,
                chance.choice([1, 1, 0]),
                "leaic2012",
                "hifld2009",
                "hifld2009",
                "fbi_table78_2018",
                "fbi",
            ]
            writer.writerow(
                [str(cell).upper() if row % 2 and column != 16 else cell for column, cell in enumerate(cells)]
            )


def seconds_of_import(path):
    """How long an import of the file takes, and its report."""
    from departments.imports.agencies import AgencyImporter
    from policeapp.imports.engine import ImportRun
    from policeapp.imports.tables import Table

    begun = perf_counter()
    with Table(path, AgencyImporter.columns, AgencyImporter.required) as table:
        running = ImportRun(AgencyImporter(), table)
        running.prepare()
        report = running.apply()
    return perf_counter() - begun, report


def seconds_of_bulk_create(departments):
    """How long Django alone takes to add the same rows."""
    from django.db import transaction

    from departments.models import Department

    for department in departments:
        department.pk, department._state.adding = None, True
    begun = perf_counter()
    with transaction.atomic():
        Department.objects.bulk_create(departments)
    return perf_counter() - begun


def times(path, repeat=3):
    """``{what: median seconds}`` of a bare bulk_create and two imports, in a database without departments."""
    from departments.models import Department

    took = {"bare": [], "first": [], "second": [], "write": []}
    for _time in range(repeat):
        first, report = seconds_of_import(path)
        second, again = seconds_of_import(path)
        assert again.created == again.updated == 0, again
        departments = list(Department.objects.order_by("pk"))
        Department.objects.all().delete()
        bare = seconds_of_bulk_create(departments)
        Department.objects.all().delete()
        for what, seconds in zip(took, (bare, first, second, report.seconds), strict=True):
            took[what].append(seconds)
    return {what: median(seconds) for what, seconds in took.items()}


def peak_memory(path):
    """The megabytes that the command has at most in memory, in a process of its own; it leaves the rows behind."""
    command = [sys.executable, "-m", "tests.benchmarks.imports", "--memory", str(path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return int(done.stdout.split()[-1]) / 1024


def peak_kilobytes():
    """Of this process. What getrusage says, on Linux, is at least what the process had that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)


def rows(case):
    """The rows for the table, of the database in use, which has places and no departments and is left like that."""
    from departments.models import Department
    from policeapp.imports.tables import MAX_LINES

    number, most = (ROWS // 10, MAX_LINES // 10) if case.quick else (ROWS, MAX_LINES)
    path = Path(case.folder) / "agencies.csv"
    write_file(path, number)
    took = times(path)
    write_file(path, most)
    memory = peak_memory(path)
    Department.objects.all().delete()
    path.unlink()
    figures = {
        "s first run": took["first"],
        "s second run": took["second"],
        "s write": took["write"],
        "s bare bulk_create": took["bare"],
        "rows/s": number / took["first"],
        f"MB with {most:,} rows": memory,
    }
    bars = [
        Bar("first run, times a bare bulk_create", took["first"] / took["bare"], TIMES_BARE),
        Bar("second run, times the first", took["second"] / took["first"], TIMES_FIRST),
        Bar(f"MB at most, with {most:,} rows", memory, MEMORY_MB),
    ]
    return [Row(f"import of {number:,} departments", case, figures, bars)]


def main(arguments):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "policeapp.settings")
    import django
    from django.core.management import call_command

    django.setup()
    if arguments[:1] == ["--memory"]:
        call_command("import_departments", arguments[1])
        print(peak_kilobytes())
        return 0
    from django.db import connection

    from departments.models import Department

    if Department.objects.exists():
        sys.exit("Name an empty database in DATABASE_URL: departments are added and removed.")
    engine = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
    folder = Path(arguments[0] if arguments else ".")
    return 0 if show(rows(Case(engine, Size(0, 0), folder))) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
