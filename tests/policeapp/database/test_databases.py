"""The site on PostgreSQL with a connection pool, and the move from SQLite to PostgreSQL."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from ...processes import PRODUCTION, ROOT, environment, new_sqlite, python
from ...server import run_sql, running

# On PostgreSQL, only the tests that use the database run.
on_both_engines = pytest.mark.django_db


def manage(*arguments, **values):
    """Run ``manage.py`` with these settings, with warnings as errors. Return the completed process."""
    return python("manage.py", *arguments, env=PRODUCTION | values)


def serving(url, **values):
    """Run the site on this database, over HTTP."""
    return running(DATABASE_URL=url, HTTPS="0", STATIC_ROOT=str(settings.STATIC_ROOT), **values)


def connections_of(url):
    """Return the process ids of the other connections to the database."""
    with psycopg.connect(url) as connection:
        query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"
        return {pid for (pid,) in connection.execute(query)}


def test_requests_share_pooled_connections(postgresql):
    with serving(postgresql) as server:
        assert server.get("/jobs/")[0] == 200
        first = connections_of(postgresql)
        assert server.get("/jobs/")[0] == 200
        assert connections_of(postgresql) == first and len(first) == 1
        for pid in first:
            run_sql(postgresql, f"SELECT pg_terminate_backend({pid}, 10000)")
        assert server.get("/jobs/")[0] == 200
        assert not connections_of(postgresql) & first


def test_a_process_has_at_most_four_connections(postgresql):
    with serving(postgresql) as server:
        with ThreadPoolExecutor(12) as visitors:
            answers = list(visitors.map(lambda number: server.get("/jobs/")[0], range(60)))
        assert answers == [200] * 60
        # The pool keeps idle connections for minutes, so this is the maximum.
        assert len(connections_of(postgresql)) <= 4


def test_a_command_uses_one_connection_and_ends_silently(postgresql):
    done = manage("migrate", "--check", DATABASE_URL=postgresql)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    script = """
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
    print(cursor.fetchone()[0])
"""
    done = python("-c", script, env=PRODUCTION | {"DATABASE_URL": postgresql})
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")


def test_the_site_connects_to_the_second_host_when_the_first_is_down(postgresql):
    """DATABASE_URL has the form that the README shows. The server listens on 127.0.0.1 only."""
    hosts = postgresql.replace("@127.0.0.1:", "@127.0.0.2,127.0.0.1:") + "?target_session_attrs=read-write"
    assert hosts.count(",") == 1
    with serving(hosts) as server:
        assert server.get("/jobs/")[0] == 200


@on_both_engines
def test_no_public_page_writes(client, public_pages):
    def refuse_writes(execute, sql, *query):
        assert not sql.startswith(("INSERT", "UPDATE", "DELETE"))
        return execute(sql, *query)

    assert len(public_pages) > 50
    with connection.execute_wrapper(refuse_writes):
        answers = [(str(page), client.get(page.url).status_code, page.status) for page in public_pages]
    assert [answer for answer in answers if answer[1] != answer[2]] == []


# Moving

ROWS = """
import django, json
django.setup()
from django.apps import apps
for model in apps.get_models(include_auto_created=True):
    if model.__name__ == "ContentVersion":
        continue
    print(model._meta.db_table)
    for row in model._base_manager.order_by("pk").values():
        print(json.dumps(row, default=repr, sort_keys=True))
"""

FILL = """
import django
django.setup()
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.backends.db import SessionStore
from departments.models import Department
from tests import factories
from tests import whole_site
whole_site.build()
department = Department.objects.get(slug="full")
bob = factories.make_bob(department)
group = Group.objects.create(name="Administrators")
group.permissions.add(Permission.objects.get(codename="edit_every_department"))
group.user_set.add(factories.make_alice())
bob.user_permissions.add(Permission.objects.get(codename="view_place"))
LogEntry.objects.log_actions(bob.pk, [department], CHANGE, [], single_object=True)
session = SessionStore()
session["seen"] = True
session.save()
UserSession.objects.create(user=bob, ip="192.0.2.1", session_key=session.session_key)
Authenticator.objects.create(user=bob, type=Authenticator.Type.TOTP, data={"secret": "JBSWY3DPEHPK3PXP"})
department.recruiters.add(bob)
factories.make_invitation(department)
Department.objects.update(modified="2020-02-02T02:02:02.123456Z")
"""

ADD_ROWS = """
import django
django.setup()
from tests import factories
job = factories.make_job(factories.make_department("Newcomer Police"))
job.department.editors.add(factories.make_charlie())
job.department.listed_specializations.create(specialization=factories.make_specialization("New Unit"))
factories.make_place("Newtown")
print(job.department.get_absolute_url())
"""


@pytest.fixture
def moved(postgresql):
    """The URL of an empty database on the PostgreSQL server, dropped afterwards."""
    run_sql(postgresql, "CREATE DATABASE moved TEMPLATE template0")
    yield urlunsplit(urlsplit(postgresql)._replace(path="/moved"))
    run_sql(postgresql, "DROP DATABASE moved WITH (FORCE)")


def readme_commands():
    """Return the commands of deploy/README.md that move a site to PostgreSQL."""
    text = (ROOT / "policeapp/deploy/README.md").read_text()
    section = re.search(r"^## PostgreSQL$.*?^```sh\n(.*?)^```$", text, flags=re.M | re.S)
    return section[1]


def run_script(script, url):
    done = python("-c", script, env=PRODUCTION | {"DATABASE_URL": url})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_site_moves_to_postgresql_without_losing_anything(tmp_path, moved):
    old = new_sqlite(tmp_path / "db.sqlite3")
    commands = readme_commands()
    for documented, actual in (
        (".venv/bin/python", sys.executable),
        ("sqlite:///db.sqlite3", old),
        (re.search("postgres://.*", commands)[0], moved),
    ):
        assert documented in commands
        commands = commands.replace(documented, actual)
    run_script(FILL, old)
    before = run_script(ROWS, old)
    assert "2020, 2, 2, 2, 2, 2, 123456" in before and '"pay_yearly": "Decimal(' in before
    done = subprocess.run(
        ["bash", "-euc", commands],
        cwd=ROOT,
        env=environment(PRODUCTION | {"DATABASE_URL": old}),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert run_script(ROWS, moved) == before == run_script(ROWS, old)
    page = run_script(ADD_ROWS, moved).strip()
    with serving(moved) as server:
        assert server.get(page)[0] == 200
        assert server.get("/departments/ct/full/")[0] == 200


def test_a_failed_copy_explains_why_and_changes_nothing(tmp_path, moved):
    old = f"sqlite:///{tmp_path / 'db.sqlite3'}"
    done = manage("copy_database", old, DATABASE_URL=moved)
    assert (done.returncode, done.stderr) == (1, "CommandError: unable to open database file\n")
    assert not (tmp_path / "db.sqlite3").exists()
    new_sqlite(tmp_path / "db.sqlite3")
    done = manage("copy_database", old, DATABASE_URL=moved)
    assert done.returncode == 1 and "The databases have different migrations" in done.stderr
    assert manage("migrate", "--verbosity=0", DATABASE_URL=moved).returncode == 0
    empty = run_script(ROWS, moved)
    script = "import django; django.setup(); from tests import factories; factories.make_place(); "
    run_script(script + "factories.make_department(slug='x' * 300)", old)
    done = manage("copy_database", old, DATABASE_URL=moved)
    assert done.returncode == 1 and "departments_department does not fit" in done.stderr
    assert run_script(ROWS, moved) == empty
    run_script(script, moved)
    done = manage("copy_database", old, DATABASE_URL=moved)
    assert (done.returncode, done.stderr) == (
        1,
        "CommandError: The target is not empty: departments_place has rows.\n",
    )


@pytest.mark.parametrize(
    "url",
    [
        "postgres://police:s3cret@127.0.0.1:1/police",
        "postgres://police@127.0.0.1:1/police?password=s3cret",
        "postgres://police:s3cret#word@127.0.0.1/police",
        "pigeon://police:s3cret@127.0.0.1/police",
        "police:s3cret@127.0.0.1/police",
    ],
)
def test_the_url_of_a_copied_database_is_never_shown(url):
    """An argument with a password is refused, and the variable is tried."""
    for arguments, values in (([url], {}), ([], {"SOURCE_DATABASE_URL": url})):
        done = manage("copy_database", *arguments, "--traceback", DATABASE_URL="sqlite://:memory:", **values)
        assert done.returncode == 1 and "s3cret" not in done.stdout + done.stderr
        assert values or "CommandError: Other users can see arguments" in done.stderr or "not a database" in done.stderr


def test_without_a_url_copy_database_says_what_it_needs():
    done = manage("copy_database", DATABASE_URL="sqlite://:memory:")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("CommandError: SOURCE_DATABASE_URL is not a database URL, such as sqlite:")
