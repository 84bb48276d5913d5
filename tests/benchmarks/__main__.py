"""``make bench``: run all benchmarks on both engines, print one table, and exit with 1 if a bar is missed.

    python -m tests.benchmarks [--quick] [--engine NAME] [SUBJECT...]

``--quick`` uses a tenth of the rows and fewer repetitions. It shows that the benchmarks run; its figures mean little.
"""

import argparse
import json
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import django
import psycopg

from tests.postgres import private_server, run_program

from .table import Bar, Case, Row, Size, show

SUBJECTS = ["pages", "front", "workers", "near", "searches", "directory", "maps", "imports"]
EMPTY = Size(0, 0)


class Sqlite:
    name = "SQLite"

    def __init__(self, folder):
        self.folder = folder

    def file(self, database):
        return self.folder / f"{database}.sqlite3"

    def url(self, database):
        return f"sqlite:///{self.file(database)}"

    def create(self, database):
        """Do nothing: SQLite creates the file with the first write."""

    def copy(self, database, to):
        shutil.copyfile(self.file(database), self.file(to))


class Postgresql:
    name = "PostgreSQL"

    def __init__(self, server):
        self.server = server

    def url(self, database):
        return self.server.rpartition("/")[0] + f"/{database}"

    def create(self, database):
        self._run(f"CREATE DATABASE {database}")

    def copy(self, database, to):
        self._run(f"CREATE DATABASE {to} TEMPLATE {database}")

    def _run(self, statement):
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement)


def main():
    options = parse()
    with TemporaryDirectory(prefix="policeapp-bench-") as folder, private_server() as server:
        folder = Path(folder)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "policeapp.settings",
            "SECRET_KEY": "only-for-benchmarks-" + "0123456789abcdef" * 4,
            "ALLOWED_HOSTS": "127.0.0.1",
            "SITE_URL": "https://police.example.org",
            "HTTPS": "0",
            "DEBUG": "0",
            "LOG_LEVEL": "ERROR",
            "UNCACHED_PAGE_LIMIT": "0",
            "DATABASE_URL": "sqlite://:memory:",
            "MEDIA_ROOT": str(folder / "media"),
            "STATIC_ROOT": str(folder / "static"),
        }
        django.setup()
        run("manage.py", "collectstatic", "--noinput", "--verbosity=0")
        engines = [engine for engine in (Sqlite(folder), Postgresql(server)) if options.engine in (None, engine.name)]
        subjects = {name: import_module(f".{name}", __package__) for name in options.subjects}
        sizes = {size for subject in subjects.values() for size in subject.SIZES}
        tenth = 10 if options.quick else 1
        # Fill both at the same time, but measure one after the other.
        with ThreadPoolExecutor() as fillers:
            list(fillers.map(lambda engine: fill(engine, sizes, tenth), engines))
        rows = [row for engine in engines for row in measure(engine, subjects, tenth, folder)]
    print(f"\n{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, ", end="")
    print(f"SQLite {sqlite3.sqlite_version}, Django {django.__version__}\n")
    return 0 if show(rows) else 1


def parse():
    parser = argparse.ArgumentParser(prog="make bench", description="Measure the site at national scale.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows, fewer repetitions")
    parser.add_argument("--engine", choices=[Sqlite.name, Postgresql.name], help="only this engine")
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=f"some of {', '.join(SUBJECTS)}; all if none")
    options = parser.parse_args()
    if unknown := set(options.subjects) - set(SUBJECTS):
        parser.error(f"There is no subject {', '.join(sorted(unknown))}.")
    options.subjects = options.subjects or SUBJECTS
    return options


def fill(engine, sizes, tenth):
    """Create a database of each size. Build the smallest, and grow the others from copies of it."""
    engine.create(name_of(EMPTY))
    for command in ("migrate", "load_places"):
        run("manage.py", command, "--verbosity=0", url=engine.url(name_of(EMPTY)))
    source = EMPTY
    for size in sorted(sizes - {EMPTY}):
        began = perf_counter()
        engine.copy(name_of(source), name_of(size))
        numbers = [number // tenth for number in size]
        run("-m", f"{__package__}.inside", "grow", *numbers, url=engine.url(name_of(size)))
        log(f"{engine.name}: filled {Size(*numbers)} departments and openings in {perf_counter() - began:.0f} s")
        source = size if source == EMPTY else source


def measure(engine, subjects, tenth, folder):
    """Run all subjects on the engine and yield their rows."""
    for name, subject in subjects.items():
        rows = []
        for size in subject.SIZES:
            began = perf_counter()
            database = name_of(size)
            if size == EMPTY:
                engine.copy(database, database := f"{database}_{name}")
            case = Case(engine.name, Size(*(number // tenth for number in size)), folder, tenth > 1)
            arguments = [name, case.engine, *case.size, case.folder, case.quick]
            output = run("-m", f"{__package__}.inside", "measure", *arguments, url=engine.url(database))
            for what, figures, bars in json.loads(output.splitlines()[-1]):
                rows.append(Row(what, case, figures, [Bar(*bar) for bar in bars]))
            log(f"{engine.name}: measured {name} with {case.size} in {perf_counter() - began:.0f} s")
        yield from rows
        yield from getattr(subject, "growth", lambda rows: [])(rows)


def name_of(size):
    return f"bench_{size.departments}_{size.openings}"


def run(*arguments, url=None):
    """Run Python with these arguments and return its output. Raise ``CalledProcessError`` if it fails."""
    command = [sys.executable, *map(str, arguments)]
    environment = os.environ | ({"DATABASE_URL": url} if url else {})
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout


def log(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    run_program(main)
