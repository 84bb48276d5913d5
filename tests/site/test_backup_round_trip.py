"""The whole site in one archive while people work, and the same site again from it."""

import json
import os
import re
import sqlite3
from contextlib import closing, contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connection

from .archives import LOOK, Site, members_of
from .processes import PRODUCTION, new_sqlite
from .server import run_sql

# It runs on PostgreSQL too, where tests that leave the database alone are left out.
pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "password-of-the-database"
LEFT_OUT = {"django_session", "policeapp_ratecount", "axes_accessattempt"}
UNLIKE = LEFT_OUT | {"policeapp_contentversion"}

LIVED_IN = """
import django
django.setup()
from axes.models import AccessAttempt
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone
from departments.models import Department
from policeapp.models import RateCount
from tests import factories
from tests.site import whole_site
whole_site.build()
factories.make_department("Pictured Police", logo=ContentFile(bytes(range(256)), "pictured.png"))
factories.make_bob(factories.make_department("Bob's Police"))
factories.make_alert()
session = SessionStore()
session["said"] = "said in a session"
session.save()
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


@contextmanager
def database(folder, name, migrated):
    """The DATABASE_URL of a database of the kind that the tests run on, without a row."""
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
    """Somebody's connection to the database."""
    if connection.vendor == "sqlite":
        return sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    return psycopg.connect(url, autocommit=True)


def test_a_site_is_backed_up_while_people_work_and_restored_as_it_was_at_one_moment(tmp_path, programs):
    backups = tmp_path / "backups"
    backups.mkdir()
    with database(tmp_path, "old", migrated=True) as old_url, database(tmp_path, "new", migrated=False) as new_url:
        old, new = Site(old_url, tmp_path / "old", programs), Site(new_url, tmp_path / "new", programs)
        session, before = old.run(LIVED_IN + LOOK).splitlines()
        before, pictures = json.loads(before), old.files()
        with old.written_to():
            done = old.manage("backup", str(backups))
        assert done.returncode == 0, done.stderr
        [archive] = backups.iterdir()
        assert re.fullmatch(r"policeapp-\d{4}-\d\d-\d\dT\d{6}Z\.tar\.gz", archive.name)
        assert archive.stat().st_mode & 0o777 == 0o600
        assert re.fullmatch(rf"{archive}: [\d.]+ .B, [\d,]+ rows, \d+ files\.\n", done.stdout)
        assert done.stderr == f"1 files that the database names are not there, such as logos/{'0' * 32}.png.\n"

        done = new.manage("restore", str(archive))
        assert (done.returncode, done.stderr) == (0, "")
        after = new.look()
        assert (before["unapplied"], after["unapplied"]) == (["admin.0003_logentry_add_action_flag_choices"], [])
        assert after["schema"] == before["schema"]
        assert all(before["rows"][table] and not after["rows"][table] for table in LEFT_OUT)
        # Besides what was there before, there is all that the writer had done at one moment.
        written = 0
        for table in before["rows"].keys() - UNLIKE:
            there, added = set(before["rows"][table]), set(after["rows"][table])
            assert there <= added, table
            assert all("riter " in row for row in added - there), table
            written = len(added - there) if table == "departments_department" else written
        assert written >= 3
        assert written == len(after["rows"]["jobs_job"]) - len(before["rows"]["jobs_job"])
        names = {json.loads(row)["logo"] for row in after["rows"]["departments_department"]}
        restored = new.files()
        assert names - {""} == restored.keys() | {f"logos/{'0' * 32}.png"}
        assert {name: restored[name] for name in pictures} == pictures
        assert {restored[name] for name in restored.keys() - pictures.keys()} == {b"Writer"}
        assert (new.media / "logos").stat().st_mode & 0o777 == (old.media / "logos").stat().st_mode & 0o777

        content = b"".join(members_of(archive).values())
        assert b"Pictured Police" in content
        secrets = [PRODUCTION["SECRET_KEY"], PASSWORD, session, "said in a session", "digest of a counted address"]
        for secret in (*secrets, "typed in the wrong field"):
            assert secret.encode() not in content

        # It takes the place of a site too, under those who are connected to it.
        with closing(connected(old_url)) as visitor:
            visitor.execute("DELETE FROM departments_place")
            done = old.manage("restore", str(archive), "--replace")
            assert (done.returncode, done.stderr) == (0, "")
            [number] = visitor.execute("SELECT count(*) FROM departments_place").fetchone()
            assert number == len(after["rows"]["departments_place"]) > 0
        again, found = old.run(LOOK + SEARCH).split("\n", 1)
        again = json.loads(again)
        for table in again["rows"].keys() - UNLIKE:
            assert again["rows"][table] == after["rows"][table], table
        assert found == "1\n1\n"
