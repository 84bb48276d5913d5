"""SQLite with ten editors who each save one form per second, while visitors read pages."""

import sqlite3
from contextlib import closing
from threading import Event, Thread
from time import monotonic

from . import site
from .load import Load, longest
from .report import Bar, Row

EDITORS, READERS = 10, 16
ADD = "/admin/departments/specialization/add/"


def rows(case):
    seconds, url = case.of(10, 60, 600), case.sqlite()
    saves = []  # (status, seconds)
    with site.serving(url) as server:
        admin, end = site.Admin(url), monotonic() + seconds

        def edit(editor):
            due, number = monotonic() + editor / EDITORS, 0
            while due < end:
                Event().wait(max(0, due - monotonic()))
                began, name = monotonic(), f"Unit {editor}-{number}"
                status, _, _ = admin.post(server, ADD, {"name": name, "slug": name.lower().replace(" ", "-")})
                saves.append((status, monotonic() - began))
                due, number = due + 1, number + 1

        editors = [Thread(target=edit, args=[editor]) for editor in range(EDITORS)]
        with Load(server.port, site.PAGES, visitors=READERS) as load:
            for editor in editors:
                editor.start()
            for editor in editors:
                editor.join()
            took = monotonic() - end + seconds
    saved = sum(status == 302 for status, _ in saves)
    yield Row(
        f"SQLite, {EDITORS} editors each save one form per second for {seconds} s while {READERS} visitors read",
        {
            "saves": saved,
            "s for all of them": took,
            "s for a save at most": max(took for _, took in saves),
            "pages": len(load.answers),
            "s for a page at most": longest(load.answers),
        },
        [
            Bar("saves that failed", len(saves) - saved, 0),
            Bar("saves that are missing", saved - count_units(url), 0),
            Bar("pages that failed", len(load.lost) + len(load.but(200)), 0),
        ],
    )


def count_units(url):
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
        found = database.execute("SELECT count(*) FROM departments_specialization WHERE name LIKE 'Unit %-%'")
        return found.fetchone()[0]
