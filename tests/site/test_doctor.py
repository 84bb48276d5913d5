"""The doctor: each thing that the site needs is seen to be well, and seen to be missed."""

import json
import sqlite3
from collections import Counter, namedtuple
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings as configured
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from departments.models import Department
from jobs.alerts import outbox
from jobs.models import Message
from policeapp import health
from tests.factories import make_alert, make_department, make_place

from .processes import PRODUCTION, new_sqlite, python

# Runs on PostgreSQL too, where tests that leave the database alone are left out.
on_both_engines = pytest.mark.django_db

GIB = 1024**3


def states(check):
    """What a check finds: ``[(state, said)]``."""
    return [(state, said) for state, _, said in check("it")]


def only(check, state):
    """What the check says, whose one finding is in this state."""
    [(found, said)] = states(check)
    assert found == state, said
    return said


@pytest.fixture
def database(monkeypatch):
    """``database(connection)``: the site's is this one."""
    return lambda other: monkeypatch.setattr(health, "connection", other)


def test_a_site_that_lacks_nothing_is_well(tmp_path, smtp):
    values = {"DATABASE_URL": new_sqlite(tmp_path / "db.sqlite3"), "MEDIA_ROOT": str(tmp_path)}
    values |= {"STATIC_ROOT": str(configured.STATIC_ROOT), "SITE_URL": "https://police.example.org"}
    env = PRODUCTION | values | {"EMAIL_URL": f"smtp://127.0.0.1:{smtp.port}"}
    place = "import django; django.setup(); from tests import factories; factories.make_place()"
    script = "; from django.core.management import call_command; call_command('doctor')"
    done = python("-c", place + script, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line for line in lines if not line.startswith(("ok: ", "warning: disk"))] == []
    assert len(lines) >= len(health.CHECKS)
    assert "ok: places: 1 ZIP codes and towns" in lines
    assert smtp.messages == []


def test_settings(settings):
    assert only(health.check_settings, "warning").startswith("HTTPS is off")
    settings.HTTPS, settings.SECURE_HSTS_SECONDS = True, 1
    found = {said.split("(")[-1] for state, said in states(health.check_settings) if state == "warning"}
    assert found == {"security.W005)", "security.W008)", "security.W012)", "security.W016)", "security.W021)"}
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    assert only(health.check_settings, "ok") == "fit for production"
    settings.DEBUG = True
    assert only(health.check_settings, "wrong").startswith("DEBUG is on")
    settings.DEBUG, settings.SECRET_KEY = False, "short"
    assert "(security.W009)" in only(health.check_settings, "warning")


@on_both_engines
def test_the_database_of_either_engine_is_known(database):
    found = states(health.check_database)
    if connection.vendor == "postgresql":
        [(state, said)] = found
        assert state == "ok" and "UTF8" in said
    else:
        assert found == [("warning", found[0][1])] and "its journal is memory" in found[0][1]


def test_a_database_that_does_not_answer(database):
    def refuse():
        raise OperationalError("connection refused\nat length")

    database(SimpleNamespace(ensure_connection=refuse))
    assert only(health.check_database, "wrong").endswith("and the server up? connection refused")


@on_both_engines
def test_an_sqlite_file_that_is_damaged(tmp_path, database):
    path = tmp_path / "damaged.sqlite3"
    made = sqlite3.connect(path)
    made.executescript("CREATE TABLE a (b TEXT UNIQUE); PRAGMA journal_mode = WAL;")
    made.executemany("INSERT INTO a VALUES (?)", [(f"row {number}" * 20,) for number in range(100)])
    made.commit()
    made.close()
    opened = DatabaseWrapper(connection.settings_dict | {"NAME": str(path), "OPTIONS": {}}, "damaged")
    database(opened)
    assert only(health.check_database, "ok").startswith("SQLite 3.")
    opened.close()
    content = bytearray(path.read_bytes())
    content[-4096:] = bytes(4096)
    path.write_bytes(content)
    assert only(health.check_database, "wrong").startswith("it is damaged; restore the last backup")
    opened.close()


@pytest.mark.parametrize(
    ("row", "state", "said"),
    [
        (("15.4", "UTF8", 100, 80), "ok", "PostgreSQL 15.4, UTF8, 80 of 100 connections open"),
        (("15.4", "UTF8", 100, 81), "warning", "81 of 100 connections are open"),
        (("15.4", "LATIN1", 100, 1), "wrong", "its encoding is LATIN1"),
    ],
)
def test_a_postgresql_server(database, row, state, said):
    class Cursor:
        def __enter__(self):
            return self

        def __exit__(self, *problem):
            pass

        def execute(self, sql):
            pass

        def fetchone(self):
            return row

    database(SimpleNamespace(ensure_connection=lambda: None, vendor="postgresql", cursor=Cursor))
    assert only(health.check_database, state).startswith(said)


@on_both_engines
def test_migrations():
    assert only(health.check_migrations, "ok") == "all are applied"
    MigrationRecorder(connection).record_unapplied("admin", "0003_logentry_add_action_flag_choices")
    assert only(health.check_migrations, "wrong").startswith("1 are not applied, such as admin.0003")


@on_both_engines
def test_places():
    assert only(health.check_places, "wrong").endswith("run manage.py load_places")
    make_place()
    assert only(health.check_places, "ok") == "1 ZIP codes and towns"


def test_the_shared_cache(settings):
    assert only(health.check_cache, "ok") == "it keeps what it is given"
    for backend, said in (
        ({"BACKEND": "django.core.cache.backends.dummy.DummyCache"}, "it forgets what it is given"),
        (
            {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"},
            "it does not answer",
        ),
    ):
        settings.CACHES = settings.CACHES | {"shared": backend}
        assert only(health.check_cache, "wrong").startswith(said)


def test_the_mail_server(smtp, settings):
    assert only(health.check_mail, "ok") == "the server lets us in"
    assert smtp.messages == []
    smtp.stop()
    assert "Connection refused" in only(health.check_mail, "wrong")
    settings.SENDS_EMAIL = False
    assert only(health.check_mail, "warning").startswith("no e-mail is sent")


@on_both_engines
def test_alerts_and_messages_that_wait_for_long(clock, settings):
    message = Message.objects.create(alert=make_alert(), kind="digest")
    assert only(health.check_alerts, "ok") == "never sent, and no message waits for long"
    clock(hours=2)
    said = "1 messages wait, the oldest for 2 hours: "
    assert only(health.check_alerts, "warning") == f"never sent; {said}nobody has tried to send it"
    outbox.record_run(Counter(), "")
    assert message.lease()
    message.refresh_from_db()
    message.note_failure("nothing for jane@example.com")
    clock(hours=6)
    said = "1 messages wait, the oldest for 8 hours: nothing for [e-mail]"
    assert only(health.check_alerts, "warning") == f"last sent 6 hours ago; {said}"
    clock(days=2)
    said = "last sent 2 days ago, overdue: have a timer run manage.py send_alerts every ten minutes"
    assert only(health.check_alerts, "wrong") == said
    settings.SENDS_EMAIL = False
    assert states(health.check_alerts) == []


@on_both_engines
def test_uploaded_files(tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path)
    make_department(logo="logos/there.png")
    (tmp_path / "logos").mkdir()
    (tmp_path / "logos" / "there.png").write_bytes(b"")
    assert only(health.check_media, "ok") == "1 files, all there"
    make_department(logo="logos/lost.png")
    assert only(health.check_media, "warning").startswith("1 of 2 files are missing, such as logos/lost.png")
    settings.MEDIA_ROOT = str(tmp_path / "nothing")
    assert only(health.check_media, "wrong").startswith("no file can be kept in MEDIA_ROOT")


@pytest.mark.parametrize(
    ("total", "free", "state", "said"),
    [
        (20 * GIB, 3 * GIB, "ok", "3.0 GiB are free for"),
        (100 * GIB, 9 * GIB, "warning", "9.0 GiB are free for"),
        (2 * GIB, GIB - 1, "warning", "1.0 GiB are free for"),
        (2 * GIB, GIB // 16, "wrong", "0.1 GiB are free for"),
    ],
)
def test_disks(tmp_path, settings, monkeypatch, total, free, state, said):
    settings.MEDIA_ROOT = str(tmp_path)
    usage = namedtuple("usage", "total used free")(total, total - free, free)
    monkeypatch.setattr(health.shutil, "disk_usage", lambda folder: usage)
    found = states(health.check_disk)
    assert {state for state, _ in found} == {state}
    assert found[0][1].startswith(said)


@on_both_engines
def test_clocks_and_time_zones(monkeypatch):
    assert only(health.check_clock, "ok").endswith("UTC, also in the database")
    for seconds, state in ((30, "warning"), (-300, "wrong")):
        there = datetime.now(UTC) + timedelta(seconds=seconds)
        monkeypatch.setattr(health, "_clock_of_database", lambda there=there: there)
        assert "keep both machines' by NTP" in only(health.check_clock, state)
    make_department()
    Department.objects.update(time_zone="Mars/Olympus")
    assert only(health.check_clock, "wrong") == "the time zone Mars/Olympus is not known: install the package tzdata"


def test_static_files(monkeypatch, settings):
    assert only(health.check_static_files, "ok").endswith("are collected")
    monkeypatch.delitem(staticfiles_storage.hashed_files, "css/site.css")
    said = only(health.check_static_files, "wrong")
    assert "not in STATIC_ROOT, such as css/site.css: run manage.py collectstatic" in said
    settings.DEBUG = True
    assert only(health.check_static_files, "ok").startswith("not collected")


@on_both_engines
def test_a_check_that_fails_is_a_finding(monkeypatch, capsys):
    def check_nothing(subject):
        raise ZeroDivisionError

    monkeypatch.setattr(health, "CHECKS", [check_nothing, health.check_migrations])
    with pytest.raises(CommandError, match="Something is wrong"):
        call_command("doctor")
    said = "could not be looked at: ZeroDivisionError"
    assert capsys.readouterr().out == f"wrong: nothing: {said}\nok: migrations: all are applied\n"
    with pytest.raises(CommandError, match="Something is wrong"):
        call_command("doctor", as_json=True)
    assert json.loads(capsys.readouterr().out) == [
        {"state": "wrong", "subject": "nothing", "said": said},
        {"state": "ok", "subject": "migrations", "said": "all are applied"},
    ]
