"""The server is reloaded while visitors are served: with the same code, and with new code and a migration."""

import os
import signal
from time import monotonic

from . import site
from .load import Load
from .report import Bar, Row

FIELD = "models.CharField(max_length=50, null=True, blank=True)"
MIGRATION = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("departments", "{last}")]
    operations = [
        migrations.AddField("department", "motto", {field}),
    ]
"""
NEW_TEXT = "The newest version of this site"


def rows(case):
    for keep in (False, True):
        with site.serving(case.sqlite()) as server, Load(server.port, site.PAGES, keep=keep) as load:
            load.more()
            times = case.of(2, 6, 60)
            took = []
            for _ in range(times):
                took.append(reload(server.process.pid))
                load.more()
        what = f"reloaded {times} times, connections {'reused' if keep else 'for one request'}"
        yield Row(what, figures(load) | {"s per reload": max(took)}, bars(load))
    for engine, url in case.engines():
        code = site.copied_checkout(case.folder)
        with site.serving(url, root=code) as server, Load(server.port, [*site.PAGES, "/"], keep=True) as load:
            load.more()
            write_new_version(code)
            load.more()
            began = monotonic()
            done = site.command("migrate", "--verbosity=0", root=code, DATABASE_URL=url)
            assert done.returncode == 0, done.stderr
            migrated = monotonic() - began
            load.more()
            reload(server.process.pid)
            load.more()
            shown = NEW_TEXT in site.ask(server, "GET", "/", {})[2]
            pages = [site.ask(server, "GET", path, {})[0] for path in (site.WESTPORT, "/departments/", "/jobs/")]
        yield Row(
            f"new version with a migration, {engine}",
            figures(load) | {"s for the migration": migrated},
            [*bars(load), Bar("pages without the new version", (not shown) + 3 - pages.count(200), 0)],
        )


def figures(load):
    return load.figures() | {"requests repeated": load.repeated}


def bars(load):
    return [Bar("requests lost", len(load.lost), 0), Bar("responses other than 200", len(load.but(200)), 0)]


def reload(pid):
    """Reload gunicorn gracefully and return the seconds until all workers are new. ``pid`` is its main process."""
    before = site.workers_of(pid)
    os.kill(pid, signal.SIGHUP)
    return site.until(
        lambda: len(after := site.workers_of(pid)) == len(before) and not after & before, 60, "new workers"
    )


def write_new_version(code):
    """Change a template and a model, and add the migration."""
    folder = code / "departments" / "migrations"
    last = max(path.stem for path in folder.glob("0*.py"))
    (folder / "9999_motto.py").write_text(MIGRATION.format(last=last, field=FIELD))
    replace(code / "departments" / "models" / "department.py", "    logo = ", f"    motto = {FIELD}\n    logo = ")
    home = code / "templates" / "pages" / "home.html"
    replace(home, "{% block content %}", "{% block content %}<p>" + NEW_TEXT + "</p>")


def replace(path, old, new):
    text = path.read_text()
    assert text.count(old) == 1, f"{old} in {path}"
    path.write_text(text.replace(old, new))
