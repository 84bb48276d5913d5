"""The import of departments, compared with ``bulk_create`` of the same rows, and its peak memory."""

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
    """Write a file of ``number`` invented agencies at real places. Half are in capitals, and a tenth have no ORI."""
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
    """Import the file. Return the seconds it took and its report."""
    from departments.imports.agencies import AgencyImporter
    from policeapp.imports.engine import ImportRun
    from policeapp.imports.tables import Table

    began = perf_counter()
    with Table(path, AgencyImporter.columns, AgencyImporter.required) as table:
        running = ImportRun(AgencyImporter(), table)
        running.prepare()
        report = running.apply()
    return perf_counter() - began, report


def seconds_of_bulk_create(departments):
    """Add the same rows with ``bulk_create`` alone. Return the seconds it took."""
    from django.db import transaction

    from departments.models import Department

    for department in departments:
        department.pk, department._state.adding = None, True
    began = perf_counter()
    with transaction.atomic():
        Department.objects.bulk_create(departments)
    return perf_counter() - began


def times(path, repeat=3):
    """Return ``{step: median seconds}`` of a bare bulk_create and two imports, in a database without departments."""
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
    """Run the import in a child process and return its peak memory in megabytes. The rows stay in the database."""
    command = [sys.executable, "-m", "tests.benchmarks.imports", "--memory", str(path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return int(done.stdout.split()[-1]) / 1024


def peak_kilobytes():
    """Return the peak memory of this process. On Linux, getrusage includes that of the parent process."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)


def rows(case):
    """Return the rows of the table. The database has places but no departments, before and after."""
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
        sys.exit("DATABASE_URL must name a database without departments: the benchmark adds and deletes them.")
    engine = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
    folder = Path(arguments[0] if arguments else ".")
    return 0 if show(rows(Case(engine, Size(0, 0), folder))) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
