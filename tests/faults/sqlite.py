"""SQLite with many writers and readers, with writers that are killed, and with an import while editors save."""

import csv
import json
import sqlite3
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event
from time import monotonic

from ..site.processes import PRODUCTION, ROOT, environment
from . import site
from .report import Bar, Row

WRITERS, READERS, EDITORS = 8, 16, 4


def rows(case):
    yield crowd(case)
    yield killed(case)
    yield imported(case)


def crowd(case):
    """All at once."""
    seconds, url = case.of(10, 60, 600), case.sqlite()
    seen = seen_by("work", WRITERS, READERS, seconds, url=url)
    writers = [one for one in seen if one["did"] == "write_once"]
    problems = Counter(problem for one in seen for problem in one["problems"])
    for problem, number in problems.most_common(3):
        print(f"    {number} × {problem}")
    writes = sum(one["times"] for one in writers)
    locked = sum(number for problem, number in problems.items() if "locked" in problem)
    return Row(
        f"SQLite, {WRITERS} processes write and {READERS} read for {seconds} s",
        {
            "writes": writes,
            "reads": sum(one["times"] for one in seen) - writes,
            "s for a write at most": max(one["longest"] for one in writers),
            "s for a read at most": max(one["longest"] for one in seen if one not in writers),
        },
        [
            Bar("“database is locked”", locked, 0),
            Bar("other problems", problems.total() - locked, 0),
            Bar("writes that are missing", writes - count_units(url), 0),
            Bar("faults found by integrity_check", faults(url), 0),
        ],
    )


def killed(case):
    """Writers are killed at random moments."""
    times, url = case.of(5, 50, 500), case.sqlite()
    acknowledged = set(seen_by("kill", times, url=url))
    with closing(sqlite3.connect(path_of(url))) as database:
        there = {name for (name,) in database.execute("SELECT name FROM departments_specialization")}
    return Row(
        f"SQLite, writers killed {times} times",
        {"writes acknowledged": len(acknowledged), "others that are there": count_units(url) - len(acknowledged)},
        [
            Bar("acknowledged writes that are missing", len(acknowledged - there), 0),
            Bar("faults found by integrity_check", faults(url), 0),
        ],
    )


def imported(case):
    """The command imports while editors save forms and visitors read."""
    url, number = case.sqlite(), case.of(2_000, 20_000, 20_000)
    file = case.folder / "departments.csv"
    with open(file, "w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["name", "state", "city", "ori", "zip"])
        for row in range(number):
            writer.writerow([f"Number {row} Police Department", "TX", f"Town {row}", f"TX{row:07}", ""])
    over, answers = Event(), []
    with site.serving(url) as server:
        admin = site.Admin(url)

        def edit(editor):
            saved = 0
            while not over.is_set():
                begun, name = monotonic(), f"Unit {editor}-{saved}"
                values = {"name": name, "slug": name.lower().replace(" ", "-")}
                status, _, text = admin.post(server, "/admin/departments/specialization/add/", values)
                saved += status == 302
                in_words = status == 302 or (status == 503 and "Send it again" in text)
                answers.append((status, monotonic() - begun, in_words))

        with ThreadPoolExecutor(EDITORS) as editors:
            work = [editors.submit(edit, editor) for editor in range(EDITORS)]
            Event().wait(1)
            begun = monotonic()
            done = site.command("import_departments", str(file), DATABASE_URL=url)
            took = monotonic() - begun
            Event().wait(1)
            over.set()
        for one in work:
            one.result()
    statuses = Counter(status for status, _, _ in answers)
    return Row(
        f"SQLite, {number:,} departments imported while {EDITORS} editors save",
        {
            "s for the import": took,
            "saved": statuses[302],
            "told to send it again": statuses[503],
            "s for a form at most": max(took for _, took, _ in answers),
        },
        [
            Bar("imports that failed", done.returncode, 0),
            Bar("answers neither saved nor in words", sum(not in_words for _, _, in_words in answers), 0),
            Bar("saved forms that are missing", statuses[302] - count_units(url), 0),
            Bar("faults found by integrity_check", faults(url), 0),
        ],
    )


def seen_by(*arguments, url):
    """What the processes of :mod:`tests.faults.crowd` say."""
    done = subprocess.run(
        [sys.executable, "-m", f"{__package__}.crowd", *map(str, arguments)],
        cwd=ROOT,
        env=environment(PRODUCTION | {"DATABASE_URL": url, "PYTHONWARNINGS": ""}),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def path_of(url):
    return url.removeprefix("sqlite:///")


def count_units(url):
    with closing(sqlite3.connect(path_of(url))) as database:
        found = database.execute("SELECT count(*) FROM departments_specialization WHERE name LIKE 'Unit %-%'")
        return found.fetchone()[0]


def faults(url):
    """How many lines of integrity_check are not "ok"."""
    with closing(sqlite3.connect(path_of(url))) as database:
        return sum(line != "ok" for (line,) in database.execute("PRAGMA integrity_check"))
