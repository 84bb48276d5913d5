"""Backups: the whole site in one archive while people work, and the same site again from it."""

import io
import json
import os
import re
import resource
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection

from departments.models import Department
from policeapp import archives, dumps
from tests.factories import make_department
from tests.postgres import find_programs

from .processes import PRODUCTION, ROOT, environment, new_sqlite, python
from .server import run_sql

# Runs on PostgreSQL too, where tests that leave the database alone are left out.
on_both_engines = pytest.mark.django_db(transaction=True)

PASSWORD = "password-of-the-database"
LEFT_OUT = {"django_session", "policeapp_cacheentry", "axes_accessattempt"}
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
from policeapp.models import CacheEntry
from tests import factories
from tests.site import whole_site
whole_site.build()
factories.make_department("Pictured Police", logo=ContentFile(bytes(range(256)), "pictured.png"))
factories.make_bob(factories.make_department("Bob's Police"))
factories.make_alert()
session = SessionStore()
session["said"] = "said in a session"
session.save()
CacheEntry.objects.create(cache_key="kept in the cache", value="", expires=timezone.now())
AccessAttempt.objects.create(username="typed in the wrong field", failures_since_start=1)
call_command("migrate", "admin", "0002", verbosity=0)
print(session.session_key)
"""

# As JSON: all rows by table, what is indexed and triggered, and what migrations are missing.
LOOK = """
import django, json
django.setup()
from django.apps import apps
from django.db import connection
from policeapp.health import unapplied_migrations
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
    schema = [list(row) for row in cursor.fetchall()]
print(json.dumps({"rows": rows, "schema": schema, "unapplied": unapplied_migrations()}))
"""

# A department and its opening at a time, with a logo, until it is stopped.
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

SEARCH = """
from departments.models import Department
from tests import factories
factories.make_department("Newcomer Police")
for word in ("pictured", "newcomer"):
    print(Department.objects.filter(search_text__words=[[word]]).count())
"""


@pytest.fixture
def programs(settings):
    """Where PostgreSQL's programs are."""
    settings.POSTGRES_BIN = str(find_programs())
    return settings.POSTGRES_BIN


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


class Site:
    """A site with a database and a folder of its own."""

    def __init__(self, url, media, programs):
        self.media = media
        self.env = PRODUCTION | {"DATABASE_URL": url, "MEDIA_ROOT": str(media), "POSTGRES_BIN": programs}

    def manage(self, *arguments):
        return python("manage.py", *arguments, env=self.env)

    def run(self, script):
        done = python("-c", script, env=self.env)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def look(self):
        return json.loads(self.run(LOOK))

    def files(self):
        return {str(path.relative_to(self.media)): path.read_bytes() for path in files_in(self.media)}

    @contextmanager
    def written_to(self):
        """Somebody adds to it all the while."""
        command, streams = [sys.executable, "-c", WRITER], {"stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, cwd=ROOT, env=environment(self.env), **streams) as writer:
            try:
                assert [writer.stdout.readline() for _ in range(3)] == ["0\n", "1\n", "2\n"]
                yield
                assert writer.poll() is None
            finally:
                writer.kill()


def files_in(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def members_of(archive):
    """``{name: content}`` of an archive's files, in their order."""
    with tarfile.open(archive) as opened:
        return {member.name: opened.extractfile(member).read() for member in opened}


@on_both_engines
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
        secrets = [PRODUCTION["SECRET_KEY"], PASSWORD, session, "said in a session", "kept in the cache"]
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


# Archives of a small site, made and refused in this process


@pytest.fixture
def folder(tmp_path, settings, programs):
    """Where backups go."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    made = tmp_path / "backups"
    made.mkdir()
    return made


@pytest.fixture
def archive(folder, transactional_db):
    """The archive of a site with one department, which has been closed down since."""
    department = make_department("Archived Police", logo=ContentFile(b"picture", "picture.png"))
    path = archives.back_up(folder).path
    department.delete()
    make_department("Present Police")
    return path


def assert_refused(archive, reason):
    """No restore of the archive, not even one that may replace, changes anything."""
    media = files_in(Path(archives.settings.MEDIA_ROOT))
    with pytest.raises(CommandError, match=reason):
        call_command("restore", archive, replace=True)
    assert [department.name for department in Department.objects.all()] == ["Present Police"]
    assert files_in(Path(archives.settings.MEDIA_ROOT)) == media


def rewrite(archive, members):
    """Put other members into an archive: ``{name: content}``."""
    with tarfile.open(archive, "w:gz") as changed:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            changed.addfile(member, io.BytesIO(content))


def signed(members):
    """The members with sums that are right."""
    members = {name: content for name, content in members.items() if name != "SHA256SUMS"}
    sums = "".join(f"{sha256(content).hexdigest()}  {name}\n" for name, content in members.items())
    return members | {"SHA256SUMS": sums.encode()}


def test_an_archive_can_be_looked_into_with_usual_tools(archive, tmp_path):
    members = list(members_of(archive))
    assert members == ["media/logos/picture.png", dumps.NAMES[connection.vendor], "manifest.json", "SHA256SUMS"]
    subprocess.run(["tar", "--extract", "--file", archive, "--directory", tmp_path], check=True)
    checked = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=tmp_path, capture_output=True, text=True)
    assert checked.returncode == 0 and checked.stdout.count(": OK\n") == 3
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert (manifest["format"], manifest["engine"], manifest["files"]) == (1, connection.vendor, 1)
    assert manifest["rows"]["departments_department"] == 1
    assert "policeapp.0001_initial" in manifest["migrations"]


def test_a_damaged_archive_is_refused_whichever_part_of_it_is_damaged(archive):
    whole, members = archive.read_bytes(), members_of(archive)
    for name, content in members.items():
        middle = len(content) // 2
        damaged = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        rewrite(archive, members | {name: damaged})
        assert_refused(archive, "damaged")
        rewrite(archive, {other: content for other, content in members.items() if other != name})
        assert_refused(archive, "damaged")
    # Between the name at the beginning and the zeros at the end, which say nothing.
    for place in range(100, len(whole) - 200, len(whole) // 7):
        archive.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        assert_refused(archive, "damaged")
        archive.write_bytes(whole[:place])
        assert_refused(archive, "damaged")


def test_an_archive_that_leads_out_of_its_folder_is_refused(archive, tmp_path):
    members = members_of(archive)
    for name in ("../outside", "/outside", "media/../../outside"):
        rewrite(archive, signed(members | {name: b"x"}))
        assert_refused(archive, "damaged")
    with tarfile.open(archive, "w:gz") as changed:
        link = tarfile.TarInfo("media/link")
        link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path)
        changed.addfile(link)
    assert_refused(archive, "damaged")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"format": 2}, "is of format 2"),
        ({"engine": "oracle"}, "of a site on oracle.* manage.py copy_database"),
        ({"migrations": ["jobs.9999_later"]}, "of a newer version, which has jobs.9999_later"),
    ],
    ids=str,
)
def test_an_archive_that_does_not_fit_is_refused(archive, changed, reason):
    members = members_of(archive)
    manifest = json.loads(members["manifest.json"]) | changed
    rewrite(archive, signed(members | {"manifest.json": json.dumps(manifest).encode()}))
    assert_refused(archive, reason)


def test_a_site_is_replaced_only_on_request(archive):
    with pytest.raises(CommandError, match="The database is not empty. With --replace"):
        call_command("restore", archive)
    assert Department.objects.get().name == "Present Police"


def test_what_is_not_an_archive_is_refused(folder, transactional_db):
    make_department("Present Police")
    (folder / "text").write_text("text")
    assert_refused(folder / "text", "is not an archive of this site")
    assert_refused(folder / "nothing", "nothing: No such file")


def test_a_logo_that_is_replaced_meanwhile_does_not_leave_a_row_without_its_file(folder, transactional_db, monkeypatch):
    department, dump, dumped = make_department(logo=ContentFile(b"old", "old.png")), dumps.dump, []

    def dump_and_replace(workshop):
        result = dump(workshop)
        if not dumped:
            department.logo = ContentFile(b"new", "new.png")
            department.save()
        dumped.append(result[1].files)
        return result

    monkeypatch.setattr(dumps, "dump", dump_and_replace)
    made = archives.back_up(folder)
    assert dumped == [{"logos/old.png"}, {"logos/new.png"}]
    assert members_of(made.path)["media/logos/new.png"] == b"new"
    assert (made.manifest["files"], made.manifest["missing_files"]) == (1, [])


def test_the_oldest_archives_are_removed_once_there_is_a_new_one_and_nothing_else_is(folder, transactional_db, capsys):
    old = [folder / f"policeapp-2020-01-0{day}T000000Z.tar.gz" for day in (1, 2, 3, 4)]
    strange = [folder / name for name in ("policeapp.tar.gz", "policeapp-2020-01-01T000000Z.tar.gz.old", "a.txt")]
    for path in old + strange:
        path.write_text("")
    call_command("backup", folder, keep=3)
    assert "; 2 older removed." in capsys.readouterr().out
    assert [path for path in old + strange if path.exists()] == old[2:] + strange
    with pytest.raises(CommandError, match="--keep takes a number from 1"):
        call_command("backup", folder, keep=0)


def test_nothing_is_removed_and_nothing_left_when_there_is_no_room(folder, transactional_db):
    old = folder / "policeapp-2020-01-01T000000Z.tar.gz"
    old.write_text("")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(CommandError, match="^There is no backup") as refusal:
            call_command("backup", folder, keep=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "\n" not in str(refusal.value)
    assert list(folder.iterdir()) == [old]


def test_there_is_no_backup_where_there_is_no_folder(folder, transactional_db):
    with pytest.raises(CommandError, match="There is no folder .*elsewhere"):
        call_command("backup", folder / "elsewhere")


def test_a_killed_backup_leaves_no_archive_and_is_in_nobodys_way(tmp_path):
    """It is killed while it copies a file, which is a pipe here that nobody writes to."""
    folder, pipe = tmp_path / "backups", tmp_path / "media" / "logos" / "pipe.png"
    pipe.parent.mkdir(parents=True)
    folder.mkdir()
    os.mkfifo(pipe)
    site = Site(new_sqlite(tmp_path / "db.sqlite3"), tmp_path / "media", "")
    script = "import sys, django; django.setup(); from django.core.management import call_command"
    script += "; from tests.factories import make_department; make_department(logo='logos/pipe.png')"
    script += "; call_command('backup', sys.argv[1])"
    command = [sys.executable, "-c", script, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, env=environment(site.env)) as running:
        while not list(folder.rglob("*.tar.gz")):
            assert running.poll() is None
        with pytest.raises(dumps.BackupError, match="Another backup is being made there"):
            archives.back_up(folder)
        running.kill()
    assert [path.name for path in folder.iterdir()] == [".policeapp-backup"]
    pipe.unlink()
    pipe.write_bytes(b"picture")
    assert site.manage("backup", str(folder)).returncode == 0
    [archive] = folder.iterdir()
    assert members_of(archive)["media/logos/pipe.png"] == b"picture"


def test_postgresqls_programs_must_be_there_and_of_the_servers_version(tmp_path, settings, monkeypatch):
    server = SimpleNamespace(vendor="postgresql", pg_version=150004, get_connection_params=dict)
    monkeypatch.setattr(dumps, "connection", server)
    settings.POSTGRES_BIN = str(tmp_path)
    with pytest.raises(dumps.BackupError, match="There is no pg_restore: install .* of version 15, or name"):
        dumps.load(tmp_path / "database.dump")
    (tmp_path / "pg_restore").write_text("#!/bin/sh\necho 'pg_restore (PostgreSQL) 16.2 (Debian 16.2-1)'\n")
    (tmp_path / "pg_restore").chmod(0o755)
    with pytest.raises(dumps.BackupError, match="pg_restore is of version 16, and the server of 15: install"):
        dumps.load(tmp_path / "database.dump")
    with pytest.raises(dumps.BackupError, match="It is of PostgreSQL 16, and the server is of 15"):
        dumps.refuse_newer(16)
    dumps.refuse_newer(14)
