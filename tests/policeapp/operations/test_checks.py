"""System checks: ``manage.py check --deploy --database default`` reports problems with hints."""

import sqlite3
from collections import Counter, namedtuple
from types import SimpleNamespace

import pytest
from django.conf import settings as configured
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core import checks as django_checks
from django.db import OperationalError, connection
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from departments.checks import check_places
from jobs.alerts import outbox
from jobs.checks import check_alerts, check_mail
from policeapp.operations import checks
from tests.factories import make_alert, make_place

from ...processes import PRODUCTION, new_sqlite, python

# On PostgreSQL, only the tests that use the database run.
on_both_engines = pytest.mark.django_db

DATABASES = {"databases": ["default"]}
GIB = 1024**3


def ids(check, **options):
    """Return the ids of the messages of a check."""
    return [message.id for message in check(None, **options)]


@pytest.fixture
def database(monkeypatch):
    """``database(connection)``: make the site use this connection."""
    return lambda other: monkeypatch.setattr(checks, "connection", other)


def test_a_complete_site_passes(tmp_path, smtp):
    values = {"DATABASE_URL": new_sqlite(tmp_path / "db.sqlite3"), "MEDIA_ROOT": str(tmp_path)}
    values |= {"STATIC_ROOT": str(configured.STATIC_ROOT)}
    env = PRODUCTION | values | {"EMAIL_URL": f"smtp://127.0.0.1:{smtp.port}"}
    script = """
import django
django.setup()
from django.core.management import call_command
from policeapp.operations import checks
from tests import factories
factories.make_place()
checks.MIN_FREE_SPACE = 0
call_command("check", deploy=True, databases=["default"], fail_level="WARNING")
"""
    done = python("-c", script, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "System check identified no issues (2 silenced).\n"
    assert smtp.messages == []


def test_a_new_site_gets_instructions(tmp_path):
    values = {"DATABASE_URL": f"sqlite:///{tmp_path / 'new.sqlite3'}", "STATIC_ROOT": str(tmp_path / "static")}
    done = python("manage.py", "check", "--deploy", "--database", "default", env=PRODUCTION | values)
    assert done.returncode == 1
    for hint in ("manage.py migrate", "manage.py collectstatic", "Set EMAIL_URL"):
        assert hint in done.stderr


@pytest.mark.parametrize("command", [["check"], ["check", "--database", "default"], ["makemigrations", "--check"]])
def test_other_machines_are_only_checked_with_deploy(command):
    """Nothing listens at port 1."""
    nowhere = {"CACHE_URL": "redis://127.0.0.1:1", "EMAIL_URL": "smtp://127.0.0.1:1"}
    values = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"}
    done = python("manage.py", *command, env=PRODUCTION | values | nowhere | {"PYTHONWARNINGS": ""})
    assert done.returncode == 0, done.stderr


def test_the_database_is_only_checked_if_named(settings, tmp_path):
    """Without a database mark, this test fails if it uses the database."""
    settings.ALLOWED_HOSTS, settings.MEDIA_ROOT = ["police.example.org"], tmp_path
    found = {message.id for message in django_checks.run_checks(include_deployment_checks=True)}
    assert "security.W004" in found
    assert not {name for name in found if not name.startswith("security.")} - {"policeapp.W003"}


def test_ids_are_unique():
    """SILENCED_SYSTEM_CHECKS silences messages by id."""
    modules = ("policeapp/operations", "departments", "jobs")
    sources = [(configured.BASE_DIR / module / "checks.py").read_text() for module in modules]
    found = [part.partition('"')[0] for source in sources for part in source.split('id="')[1:]]
    assert len(found) > 10 and len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("hosts", "site", "found"),
    [
        (["police.example.org", "www.police.example.org"], "https://police.example.org", []),
        ([".example.org", "10.0.0.1", "[::1]"], "https://police.example.org", []),
        (["police.example.org"], "", []),
        (["*"], "https://police.example.org", ["policeapp.E008"]),
        (["police.example.org", ".org"], "https://police.example.org", ["policeapp.E008"]),
        (["example.org"], "https://police.example.org:8443", ["policeapp.E009"]),
        (["police.example.org"], "http://police.example.org", ["policeapp.W004"]),
    ],
)
def test_host_names_that_are_too_wide_or_do_not_fit(settings, hosts, site, found):
    settings.ALLOWED_HOSTS, settings.SITE_URL = hosts, site
    assert ids(checks.check_hosts) == found


@pytest.mark.parametrize(
    "network",
    ["0.0.0.0/0", "::/0", "1.2.3.4/0", "128.0.0.0/1", "32.0.0.0/4", "2000::/3", "::ffff:0:0/96", "8.0.0.0/9"],
)
def test_networks_of_strangers(settings, network):
    settings.TRUSTED_PROXIES, settings.METRICS_ALLOWED = ["unix", network], ["192.0.2.10", network]
    assert ids(checks.check_networks) == ["policeapp.E010", "policeapp.E011"]


def test_networks_of_known_machines(settings):
    known = ["unix", "10.0.0.0/8", "127.0.0.1", "fd00::/8", "172.64.0.0/13", "2400:cb00::/32", "2001:db8::1"]
    settings.TRUSTED_PROXIES = settings.METRICS_ALLOWED = known
    assert ids(checks.check_networks) == []


def test_wrong_settings_are_found_by_the_command(tmp_path):
    wrong = {"ALLOWED_HOSTS": "*", "TRUSTED_PROXIES": "0.0.0.0/0", "METRICS_ALLOWED": "::/0"}
    wrong |= {"SITE_URL": "http://police.example.org", "STATIC_ROOT": str(configured.STATIC_ROOT)}
    values = {"DATABASE_URL": f"sqlite:///{tmp_path}/none.sqlite3", "MEDIA_ROOT": str(tmp_path)}
    done = python("manage.py", "check", "--deploy", "--tag", "security", env=PRODUCTION | values | wrong)
    assert done.returncode == 1
    for number in ("E008", "W004", "E010", "E011"):
        assert f"policeapp.{number}" in done.stderr


def test_files_that_others_can_read(settings, tmp_path, monkeypatch):
    """SQLite gives its other files the mode of the database."""
    path = tmp_path / "db.sqlite3"
    monkeypatch.setitem(configured.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    monkeypatch.setitem(configured.DATABASES["default"], "NAME", str(path))
    settings.MEDIA_ROOT = tmp_path
    assert ids(checks.check_private_files) == []
    path.touch()
    path.chmod(0o640)
    assert ids(checks.check_private_files) == []
    path.chmod(0o644)
    tmp_path.chmod(0o711)
    assert ids(checks.check_private_files) == ["policeapp.W005"] * 2


@on_both_engines
def test_a_database_of_either_engine_is_examined():
    # A database in memory cannot use WAL.
    assert ids(checks.check_database, **DATABASES) == (["policeapp.W001"] if connection.vendor == "sqlite" else [])


def test_a_database_that_does_not_answer(database):
    def refuse():
        raise OperationalError("connection refused")

    database(SimpleNamespace(vendor="sqlite", cursor=refuse))
    [message] = checks.check_database(None, **DATABASES)
    assert (message.id, message.msg) == ("policeapp.E001", "The database fails: connection refused")


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
    assert checks.check_sqlite() == []
    opened.close()
    content = bytearray(path.read_bytes())
    content[-4096:] = bytes(4096)
    path.write_bytes(content)
    assert [message.id for message in checks.check_sqlite()] == ["policeapp.E003"]
    opened.close()


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (("UTF8", 100, 80), []),
        (("UTF8", 100, 81), ["policeapp.W002"]),
        (("LATIN1", 100, 1), ["policeapp.E004"]),
    ],
)
def test_a_postgresql_server(database, row, found):
    class Cursor:
        def __enter__(self):
            return self

        def __exit__(self, *problem):
            pass

        def execute(self, sql):
            pass

        def fetchone(self):
            return row

    database(SimpleNamespace(cursor=Cursor))
    assert [message.id for message in checks.check_postgresql()] == found


@on_both_engines
def test_migrations_that_are_not_applied():
    MigrationRecorder(connection).record_unapplied("admin", "0003_logentry_add_action_flag_choices")
    message = checks.check_database(None, **DATABASES)[-1]
    assert message.id == "policeapp.E002"
    assert message.msg == "1 migrations are not applied, such as admin.0003_logentry_add_action_flag_choices."


@on_both_engines
def test_places_that_are_not_loaded():
    assert ids(check_places, **DATABASES) == ["departments.E001"]
    make_place()
    assert ids(check_places, **DATABASES) == []


@pytest.mark.parametrize(
    "cache",
    [
        {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
        {"BACKEND": "policeapp.caching.backends.RedisCache", "LOCATION": "redis://127.0.0.1:1"},
    ],
)
def test_a_cache_that_does_not_work(settings, cache):
    assert ids(checks.check_cache) == []
    settings.CACHES = {"default": cache}
    assert ids(checks.check_cache) == ["policeapp.E005"]


def test_the_mail_server_accepts_our_login(smtp, settings):
    assert ids(check_mail) == []
    assert smtp.messages == []
    smtp.stop()
    [message] = check_mail(None)
    assert message.id == "jobs.E001" and "Connection refused" in message.msg
    settings.SENDS_EMAIL = False
    assert ids(check_mail) == ["jobs.W001"]


@on_both_engines
def test_alerts_that_nothing_sends(clock):
    make_alert()
    assert ids(check_alerts, **DATABASES) == []
    clock(hours=1, minutes=1)
    assert ids(check_alerts, **DATABASES) == ["jobs.E002"]
    outbox.record_run(Counter(), "the mail server has no room for jane@example.com")
    [message] = check_alerts(None, **DATABASES)
    assert message.id == "jobs.W002"
    assert message.msg == "The last send_mail failed: the mail server has no room for [email]"
    outbox.record_run(Counter(), "")
    assert ids(check_alerts, **DATABASES) == []


def test_a_media_folder_that_is_not_writable(tmp_path, settings):
    for folder in (tmp_path, tmp_path / "not" / "there"):
        settings.MEDIA_ROOT = str(folder)
        assert ids(checks.check_media) == []
    settings.MEDIA_ROOT = "/proc/media"
    assert ids(checks.check_media) == ["policeapp.E006"]


@pytest.mark.parametrize(("free", "found"), [(GIB, set()), (GIB - 1, {"policeapp.W003"})])
def test_disks_that_are_almost_full(tmp_path, settings, monkeypatch, free, found):
    settings.MEDIA_ROOT = str(tmp_path)
    usage = namedtuple("usage", "total used free")(100 * GIB, 100 * GIB - free, free)
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda folder: usage)
    assert set(ids(checks.check_disk_space)) == found


def test_static_files_that_are_not_collected(monkeypatch, settings):
    assert ids(checks.check_static_files) == []
    monkeypatch.delitem(staticfiles_storage.hashed_files, "css/site.css")
    [message] = checks.check_static_files(None)
    assert message.id == "policeapp.E007" and "such as css/site.css" in message.msg
    settings.DEBUG = True
    assert ids(checks.check_static_files) == []
