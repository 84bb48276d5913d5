"""A backup of a whole site during writes, and its restore."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connection

from ...processes import PRODUCTION, ROOT, environment, new_sqlite, python
from ...server import run_sql

# On PostgreSQL, only the tests that use the database run.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("postgres_programs")]

PASSWORD = "password-of-the-database"
EXCLUDED = {"django_session", "usersessions_usersession", "policeapp_ratecount", "axes_accessattempt"}
DIFFERENT = EXCLUDED | {"policeapp_contentversion"}

# Prints JSON: all rows by table, the indexes, triggers and constraints, and the unapplied migrations.
LOOK = r"""
import django, json, re
django.setup()
from django.apps import apps
from django.db import connection
from policeapp.operations.checks import unapplied_migrations
models = apps.get_models(include_auto_created=True)
rows = {
    model._meta.db_table: [
        json.dumps(row, default=repr, sort_keys=True) for row in model._base_manager.order_by("pk").values()
    ]
    for model in models
}
schemas = {
    "sqlite": "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2",
    "postgresql": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL"
    " SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal UNION ALL"
    " SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1",
}
with connection.cursor() as cursor:
    cursor.execute(schemas[connection.vendor])
    # PostgreSQL writes the casts of a restored index otherwise.
    casts = re.compile(r"::(character varying|text)(\[\])?|[()]")
    schema = [[casts.sub("", str(value)) for value in row] for row in cursor.fetchall()]
print(json.dumps({"rows": rows, "schema": schema, "unapplied": unapplied_migrations()}))
"""

# Adds departments with a logo and an opening, one at a time, until it is killed.
WRITER = """
import django
django.setup()
from itertools import count
from django.core.files.base import ContentFile
from django.db import transaction
from tests import factories
for number in count():
    with transaction.atomic():
        department = factories.make_department(f"Writer {number}", logo=ContentFile(b"Writer", "writer.png"))
        factories.make_job(department, f"Writer {number}")
    print(number, flush=True)
"""

FILL = """
import django
django.setup()
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone
from departments.models import Department
from policeapp.models import RateCount
from tests import factories
from tests import whole_site
whole_site.build()
factories.make_department("Pictured Police", logo=ContentFile(bytes(range(256)), "pictured.png"))
bob = factories.make_bob(factories.make_department("Bob's Police"))
factories.make_alert()
session = SessionStore()
session["note"] = "stored in a session"
session.save()
UserSession.objects.create(user=bob, ip="192.0.2.1", session_key=session.session_key)
Authenticator.objects.create(user=bob, type=Authenticator.Type.TOTP, data={"secret": "JBSWY3DPEHPK3PXP"})
RateCount.objects.create(key="digest of a counted address", ends_at=timezone.now())
AccessAttempt.objects.create(username="typed in the wrong field", failures_since_start=1)
call_command("migrate", "admin", "0002", verbosity=0)
print(session.session_key)
"""

SEARCH = """
from departments.models import Department
from tests import factories
factories.make_department("Newcomer Police")
for word in ("pictured", "newcomer"):
    print(Department.objects.filter(search_text__words=[[word]]).count())
"""


class Site:
    """A site with its own database and media folder."""

    def __init__(self, url, media):
        self.media = media
        self.env = PRODUCTION | {"DATABASE_URL": url, "MEDIA_ROOT": str(media)}

    def manage(self, *arguments):
        done = python("manage.py", *arguments, env=self.env)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def run(self, script):
        done = python("-c", script, env=self.env)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def look(self):
        return json.loads(self.run(LOOK))

    def files(self):
        paths = [path for path in self.media.rglob("*") if path.is_file()]
        return {str(path.relative_to(self.media)): path.read_bytes() for path in paths}

    @contextmanager
    def written_to(self):
        """Another process adds departments meanwhile."""
        command, streams = [sys.executable, "-c", WRITER], {"stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, cwd=ROOT, env=environment(self.env), **streams) as writer:
            try:
                assert [writer.stdout.readline() for _ in range(3)] == ["0\n", "1\n", "2\n"]
                yield
                assert writer.poll() is None
            finally:
                writer.kill()


@contextmanager
def database(folder, name, migrated):
    """Create an empty database with the engine of the tests. Yields its DATABASE_URL."""
    if connection.vendor == "sqlite":
        path = folder / f"{name}.sqlite3"
        yield new_sqlite(path) if migrated else f"sqlite:///{path}"
        return
    name, given = f"policeapp_{name}_{os.getpid()}", os.environ["DATABASE_URL"]
    template = connection.settings_dict["NAME"] if migrated else "template0"
    connection.close()
    connection.close_pool()
    run_sql(given, f'CREATE DATABASE {name} TEMPLATE "{template}"')
    try:
        host = urlsplit(given).netloc.replace("postgres@", f"postgres:{PASSWORD}@")
        yield urlunsplit(urlsplit(given)._replace(netloc=host, path=f"/{name}"))
    finally:
        run_sql(given, f"DROP DATABASE {name} WITH (FORCE)")


def connected(url):
    """Return a connection to the database."""
    if connection.vendor == "sqlite":
        return sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    return psycopg.connect(url, autocommit=True)


def test_a_backup_during_writes_restores_one_consistent_state(tmp_path):
    backups = tmp_path / "backups"
    backups.mkdir()
    with database(tmp_path, "old", migrated=True) as old_url, database(tmp_path, "new", migrated=False) as new_url:
        old, new = Site(old_url, tmp_path / "old"), Site(new_url, tmp_path / "new")
        session, before = old.run(FILL + LOOK).splitlines()
        before, pictures = json.loads(before), old.files()
        with old.written_to():
            report = old.manage("backup", str(backups))
        [archive] = backups.iterdir()
        assert re.fullmatch(r"policeapp-\d{4}-\d\d-\d\dT\d{6}Z\.tar\.gz", archive.name)
        assert archive.stat().st_mode & 0o777 == 0o600
        assert report.startswith(f"{archive}: ")

        new.manage("restore", str(archive))
        after = new.look()
        assert (before["unapplied"], after["unapplied"]) == (["admin.0003_logentry_add_action_flag_choices"], [])
        assert after["schema"] == before["schema"]
        assert all(before["rows"][table] and not after["rows"][table] for table in EXCLUDED)
        # The archive has the rows from before, and all rows that the writer had committed at one moment.
        written = 0
        for table in before["rows"].keys() - DIFFERENT:
            old_rows, rows = set(before["rows"][table]), set(after["rows"][table])
            assert old_rows <= rows, table
            assert all("riter " in row for row in rows - old_rows), table
            written = len(rows - old_rows) if table == "departments_department" else written
        assert written >= 3
        assert written == len(after["rows"]["jobs_job"]) - len(before["rows"]["jobs_job"])
        # The archive may also have files of rows from after that moment.
        names = {json.loads(row)["logo"] for row in after["rows"]["departments_department"]}
        restored = new.files()
        assert names - {"", f"logos/{'0' * 32}.png"} <= restored.keys()
        assert {name: restored[name] for name in pictures} == pictures
        assert {restored[name] for name in restored.keys() - pictures.keys()} == {b"Writer"}
        for path in ("logos", "logos/pictured.png"):
            assert (new.media / path).stat().st_mode == (old.media / path).stat().st_mode

        subprocess.run(["tar", "--extract", "--file", archive, "--directory", tmp_path], check=True)
        content = (tmp_path / "database").read_bytes() + (tmp_path / "manifest.json").read_bytes()
        assert b"Pictured Police" in content
        secrets = [PRODUCTION["SECRET_KEY"], PASSWORD, session, "stored in a session", "digest of a counted address"]
        for secret in (*secrets, "typed in the wrong field"):
            assert secret.encode() not in content

        # With --replace, the restore also works on a site with open connections.
        with closing(connected(old_url)) as visitor:
            visitor.execute("DELETE FROM departments_place")
            old.manage("restore", str(archive), "--replace")
            [number] = visitor.execute("SELECT count(*) FROM departments_place").fetchone()
            assert number == len(after["rows"]["departments_place"]) > 0
        again, found = old.run(LOOK + SEARCH).split("\n", 1)
        again = json.loads(again)
        for table in again["rows"].keys() - DIFFERENT:
            assert again["rows"][table] == after["rows"][table], table
        assert found == "1\n1\n"
