"""Settings come from the environment; a missing or invalid one stops the start with a sentence."""

import json
import re
import subprocess

import pytest
from django.core.management import call_command

from ..processes import PRODUCTION, ROOT, python

# Wrong environment variables, and a part of the expected message.
WRONG = [
    ({"SECRET_KEY": None}, "SECRET_KEY is not set"),
    ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
    ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS is not set"),
    ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is not set"),
    ({"ALLOWED_HOSTS": " , "}, "ALLOWED_HOSTS is not set"),
    ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
    ({"DATABASE_URL": "nosuchengine://localhost/x"}, "DATABASE_URL"),
    ({"DATABASE_URL": "postgres://localhost:port/x"}, "DATABASE_URL"),
    ({"DATABASE_URL": ""}, "DATABASE_URL"),
    ({"DATABASE_TIMEOUT": "0"}, "DATABASE_TIMEOUT"),
    ({"DATABASE_TIMEOUT": "long"}, "DATABASE_TIMEOUT"),
    ({"DEBUG": "perhaps"}, "DEBUG"),
    ({"HTTPS": "perhaps"}, "HTTPS"),
    ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL"),
    ({"LOG_FORMAT": "xml"}, "LOG_FORMAT"),
    ({"METRICS_ALLOWED": "prometheus.example.org"}, "METRICS_ALLOWED"),
    ({"ERROR_REPORTS_DSN": "errors.example.org/1"}, "ERROR_REPORTS_DSN"),
    ({"TRUSTED_PROXIES": "not-an-address"}, "TRUSTED_PROXIES"),
    ({"TRUSTED_PROXIES": "10.0.0.1,10.0.0.0/99"}, "TRUSTED_PROXIES"),
    ({"CACHE_URL": "nonsense"}, "CACHE_URL"),
    ({"CACHE_URL": "db://policeapp_counts"}, "CACHE_URL"),
    ({"PAGE_CACHE_ENTRIES": "-1"}, "PAGE_CACHE_ENTRIES"),
    ({"PROXY_SECONDS": "soon"}, "PROXY_SECONDS"),
    ({"CACHE_URL": "nosuchcache://localhost"}, "CACHE_URL"),
    ({"SITE_URL": None}, "SITE_URL is not set"),
    ({"SITE_URL": "police.example.org"}, "SITE_URL"),
    ({"SITE_URL": "https://:443"}, "SITE_URL"),
    ({"SITE_URL": "https://police.example.org/jobs"}, "SITE_URL"),
    ({"EMAIL_URL": "mail.example.org"}, "EMAIL_URL"),
    ({"EMAIL_URL": "pigeon://mail.example.org"}, "EMAIL_URL"),
    ({"EMAIL_URL": "smtp://mail.example.org:port"}, "EMAIL_URL"),
    ({"DEFAULT_FROM_EMAIL": "PoliceApp"}, "DEFAULT_FROM_EMAIL"),
    ({"UNCACHED_PAGE_LIMIT": "many"}, "UNCACHED_PAGE_LIMIT"),
    ({"UNCACHED_PAGE_LIMIT": "-1"}, "UNCACHED_PAGE_LIMIT"),
    ({"CONTACT_EMAIL": "the office"}, "CONTACT_EMAIL"),
]


def without_blanks(values):
    return {name: value for name, value in values.items() if value is not None}


def settings_of(**values):
    """Return settings of a production process with these environment variables."""
    script = """
import json
from django.conf import settings
names = ["DEBUG", "ALLOWED_HOSTS", "TRUSTED_PROXIES", "METRICS_ALLOWED", "SECURE_SSL_REDIRECT", "LOG_LEVEL"]
names += ["SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD"]
database = {key: str(value) for key, value in settings.DATABASES["default"].items()}
print(json.dumps({name: getattr(settings, name) for name in names} | {"DATABASE": database}))
"""
    done = python("-c", script, env=without_blanks(PRODUCTION | values))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(("wrong", "named"), WRONG, ids=str)
def test_an_invalid_setting_stops_every_command_with_a_sentence(wrong, named):
    done = python("manage.py", "check", env=without_blanks(PRODUCTION | wrong))
    assert done.returncode != 0
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout


@pytest.mark.parametrize("command", ["migrate", "runserver", "collectstatic", "load_places", "populate"])
def test_no_command_runs_without_the_settings(command):
    done = python("manage.py", command, env={})
    assert done.returncode != 0
    assert done.stderr.startswith("PoliceApp cannot start: SECRET_KEY is not set.")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY is not set"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS is not set"),
        ({"SITE_URL": None}, "SITE_URL is not set"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        ({"TRUSTED_PROXIES": "not-an-address"}, "TRUSTED_PROXIES"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT"),
    ],
    ids=str,
)
def test_the_server_does_not_start_with_an_invalid_setting(wrong, named):
    env = without_blanks(PRODUCTION | {"BIND": "127.0.0.1:0", "WEB_CONCURRENCY": "1"} | wrong)
    done = python("-m", "gunicorn", "--config", "policeapp/gunicorn.py", "policeapp.wsgi", env=env)
    assert done.returncode != 0
    assert re.search(rf"ImproperlyConfigured: .*{named}", done.stderr)


def test_the_documented_production_settings_are_enough_and_pass_djangos_deployment_check():
    done = python("manage.py", "check", "--deploy", "--tag", "security", "--fail-level", "WARNING", env=PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert "no issues (2 silenced)" in done.stdout


def test_the_deployment_check_sees_a_weak_key():
    """This shows that the test above checks something."""
    weak = PRODUCTION | {"SECRET_KEY": "short"}
    done = python("manage.py", "check", "--deploy", "--tag", "security", "--fail-level", "WARNING", env=weak)
    assert done.returncode != 0
    assert "security.W009" in done.stderr


def test_debug_is_off_by_default():
    assert settings_of()["DEBUG"] is False
    assert settings_of(DEBUG="1")["DEBUG"] is True


def test_https_is_on_except_with_debug_or_when_turned_off():
    assert settings_of()["SECURE_SSL_REDIRECT"] is True
    assert settings_of(DEBUG="1")["SECURE_SSL_REDIRECT"] is False
    assert settings_of(HTTPS="0")["SECURE_SSL_REDIRECT"] is False


def test_hsts_for_subdomains_and_for_preloading_is_off_unless_set():
    names = ("SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD")
    for values, expected in (
        ({}, (False, False)),
        ({"HSTS_SUBDOMAINS": "1"}, (True, False)),
        ({"HSTS_SUBDOMAINS": "1", "HSTS_PRELOAD": "1"}, (True, True)),
        ({"HSTS_SUBDOMAINS": "1", "HSTS_PRELOAD": "1", "HTTPS": "0"}, (False, False)),
    ):
        found = settings_of(**values)
        assert tuple(found[name] for name in names) == expected


SECRET_URLS = [
    {"DATABASE_URL": "postgres://user:s3cret#word@db.example.org/police"},
    {"DATABASE_URL": "postgres://user:s3cret/word@db.example.org/police"},
    {"DATABASE_URL": "pigeon://user:s3cret@db.example.org/police"},
    {"DATABASE_URL": "s3cret"},
    {"DATABASE_URL": "postgres://user:x@[s3cret/police"},
    {"EMAIL_URL": "smtp://user:s3cret#word@mail.example.org"},
    {"EMAIL_URL": "pigeon://user:s3cret@mail.example.org"},
    {"EMAIL_URL": "smtp://user:x@[s3cret"},
    {"CACHE_URL": "redis://:s3cret#word@cache.example.org/0"},
    {"CACHE_URL": "redis://:s3cret/word@cache.example.org/0"},
    {"CACHE_URL": "memcached://:s3cret@cache.example.org/0"},
    {"ERROR_REPORTS_DSN": "s3cret"},
]


@pytest.mark.parametrize("wrong", SECRET_URLS, ids=str)
def test_a_wrong_url_does_not_show_its_password(wrong):
    """Neither in the sentence nor in the rest of a traceback, such as gunicorn's."""
    done = python("-c", "import policeapp.wsgi", env=PRODUCTION | wrong)
    assert done.returncode == 1
    assert next(iter(wrong)) in done.stderr
    assert "s3cret" not in done.stderr + done.stdout


@pytest.mark.parametrize("url", ["redis://localhost", "redis://:pass@cache.example.org:6379/0", "rediss://u:p%40@h/1"])
def test_the_url_of_a_redis_may_have_a_password(url):
    assert settings_of(CACHE_URL=url)["DEBUG"] is False


SIGNED = """
import django
django.setup()
from jobs.alerts.tokens import make_token, read_token
from policeapp.web.spam import sign_time, SALT
from django.core import signing
"""


def test_what_a_former_secret_key_signed_stays_valid():
    script = SIGNED + "print(make_token('unsubscribe', 'a-key'), sign_time(django.utils.timezone.now()))"
    done = python("-c", script, env=PRODUCTION)
    token, shown = done.stdout.split()
    check = SIGNED + f"print(read_token('unsubscribe', {token!r}), bool(signing.loads({shown!r}, salt=SALT)))"
    rotated = {"SECRET_KEY": "another-key-" * 6, "SECRET_KEY_FALLBACKS": f"older, {PRODUCTION['SECRET_KEY']}"}
    assert python("-c", check, env=PRODUCTION | rotated).stdout == "a-key True\n"
    forgotten = python("-c", check, env=PRODUCTION | {"SECRET_KEY": "another-key-" * 6})
    assert forgotten.returncode != 0 and "BadSignature" in forgotten.stderr


def test_an_sqlite_file_is_created_for_its_owner_only(tmp_path):
    path = tmp_path / "site.sqlite3"
    script = """
import os
os.umask(0o022)
import django
django.setup()
from django.db import connection
connection.cursor().execute("CREATE TABLE a (b)")
for suffix in ("", "-wal", "-shm"):
    print(oct(os.stat(connection.settings_dict["NAME"] + suffix).st_mode & 0o777))
"""
    done = python("-c", script, env=PRODUCTION | {"DATABASE_URL": f"sqlite:///{path}"})
    assert done.stdout.split() == ["0o600"] * 3, done.stderr


def test_a_developer_needs_no_allowed_hosts():
    assert settings_of(DEBUG="1", ALLOWED_HOSTS=None)["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]


def test_make_run_sets_the_url_of_the_site_to_its_port():
    done = subprocess.run(["make", "--dry-run", "run", "PORT=8123"], cwd=ROOT, capture_output=True, text=True)
    assert "SITE_URL=http://127.0.0.1:8123 " in done.stdout


def test_lists_may_have_spaces_after_their_commas():
    values = settings_of(
        ALLOWED_HOSTS="police.example.org, www.example.org",
        TRUSTED_PROXIES="10.0.0.1, 10.1.0.0/16, unix",
        METRICS_ALLOWED="192.0.2.10, 2001:db8::/32",
    )
    assert values["ALLOWED_HOSTS"] == ["police.example.org", "www.example.org"]
    assert values["TRUSTED_PROXIES"] == ["10.0.0.1", "10.1.0.0/16", "unix"]
    assert values["METRICS_ALLOWED"] == ["192.0.2.10", "2001:db8::/32"]


def test_the_default_database_is_sqlite_beside_manage_py():
    database = settings_of()["DATABASE"]
    assert database["ENGINE"] == "django.db.backends.sqlite3"
    assert database["NAME"] == str(ROOT / "db.sqlite3")


def test_a_database_is_set_by_its_url():
    database = settings_of(DATABASE_URL="postgres://user:pass%40word@db.example.org:5433/police")["DATABASE"]
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert [database[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")] == [
        "user",
        "pass@word",
        "db.example.org",
        "5433",
        "police",
    ]


def email_of(**values):
    """Return how the site sends email with these environment variables."""
    script = """
import json
from django.conf import settings
from django.core.mail import get_connection
backend = get_connection()
email = {name: getattr(backend, name, None) for name in ("host", "port", "username", "use_tls", "use_ssl", "timeout")}
email |= {"kind": type(backend).__module__.rpartition(".")[2], "sends": settings.SENDS_EMAIL}
print(json.dumps(email | {"from": settings.DEFAULT_FROM_EMAIL, "site": settings.SITE_URL}))
"""
    done = python("-c", script, env=without_blanks(PRODUCTION | values))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_one_setting_configures_email():
    email = email_of(EMAIL_URL="submission://me:pass%40word@mail.example.org", SITE_URL="https://police.example.org/")
    assert email == {
        "host": "mail.example.org",
        "port": 587,
        "username": "me",
        "use_tls": True,
        "use_ssl": False,
        "timeout": 10,
        "kind": "smtp",
        "sends": True,
        "from": "PoliceApp <alerts@police.example.org>",
        "site": "https://police.example.org",
    }
    email = email_of(EMAIL_URL="smtp://mail.example.org:465?ssl=True&timeout=3")
    assert (email["port"], email["use_ssl"], email["use_tls"], email["timeout"]) == (465, True, False, 3)


def test_no_email_is_sent_by_default_and_a_developer_sees_it_on_the_console():
    assert email_of()["sends"] is False
    assert email_of()["kind"] == "dummy"
    assert email_of(EMAIL_URL="smtp://localhost")["sends"] is True
    email = email_of(DEBUG="1", SITE_URL=None)
    assert (email["kind"], email["sends"], email["site"]) == ("console", True, "http://localhost:8000")


def test_without_email_settings_sending_alerts_fails_with_a_sentence():
    done = python("manage.py", "send_mail", env=PRODUCTION)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("CommandError: EMAIL_URL is not set")


def test_sqlite_lets_readers_and_a_writer_work_side_by_side_and_writers_wait_for_each_other(tmp_path):
    script = """
import django
django.setup()
from django.db import connection, transaction
with connection.cursor() as cursor:
    for pragma in ("journal_mode", "busy_timeout", "foreign_keys"):
        print(cursor.execute(f"PRAGMA {pragma}").fetchone()[0])
import sqlite3
other = sqlite3.connect(connection.settings_dict["NAME"], timeout=0)
with transaction.atomic():
    connection.cursor().execute("SELECT 1")
    try:
        other.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as problem:
        print(problem)
"""
    done = python("-c", script, env=PRODUCTION | {"DATABASE_URL": f"sqlite:///{tmp_path / 'site.sqlite3'}"})
    journal, timeout, foreign_keys, second_writer = done.stdout.splitlines()
    assert journal == "wal"
    assert int(timeout) >= 10_000
    assert foreign_keys == "1"
    # Transactions lock the database when they begin. SQLite cannot wait for the lock after a transaction has read.
    assert second_writer == "database is locked"


@pytest.mark.django_db
def test_the_migrations_match_the_models():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def variables_read():
    """Return the names of the environment variables that the settings read."""
    script = """
import json, os
read = set()

class Environment(dict):
    def get(self, name, default=None):
        read.add(name)
        return super().get(name, default)

    def __getitem__(self, name):
        read.add(name)
        return super().__getitem__(name)

    def __contains__(self, name):
        read.add(name)
        return super().__contains__(name)

os.environ = Environment(os.environ)
import policeapp.settings
print(json.dumps(sorted(read)))
"""
    done = python("-c", script, env=PRODUCTION)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def documented():
    """Return the variables in the first column of the table of settings."""
    table = re.search(r"^\| variable .*?\n\n", (ROOT / "policeapp/deploy/README.md").read_text(), flags=re.M | re.S)
    return re.findall(r"^\| `([A-Z_]+)`", table[0], flags=re.M)


def test_the_readme_has_every_variable_that_the_settings_read_and_no_other():
    read = variables_read()
    assert {"SECRET_KEY", "DATABASE_URL"} <= set(read)
    assert sorted(documented()) == read


def test_the_readme_has_every_variable_that_the_server_reads():
    source = (ROOT / "policeapp" / "gunicorn.py").read_text()
    read = re.findall(r"environ(?:\.get\(|\[)\"(\w+)\"", source)
    assert read
    readme = (ROOT / "policeapp/deploy/README.md").read_text()
    assert [name for name in read if f"`{name}`" not in readme] == []


def test_the_installed_packages_can_connect_to_redis():
    """Nothing listens on port 1. Without a Redis library, the script would fail."""
    script = """
import django
django.setup()
from django.core.cache import cache
assert cache.add("x", 1, 60) is False
"""
    values = {"CACHE_URL": "redis://127.0.0.1:1", "LOG_FORMAT": "text"}
    done = python("-c", script, env=PRODUCTION | values)
    assert (done.returncode, done.stdout) == (0, "")
    assert "Redis does not answer: Error 111 connecting to 127.0.0.1:1" in done.stderr


def test_without_error_reports_nothing_is_loaded_for_them():
    script = """
import sys
import django
django.setup()
print("sentry_sdk" in sys.modules)
"""
    for values, loaded in (({}, False), ({"ERROR_REPORTS_DSN": "https://key@errors.example.org/1"}, True)):
        done = python("-c", script, env=PRODUCTION | values)
        assert done.stdout == f"{loaded}\n", done.stderr
