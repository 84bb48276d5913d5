"""The site on PostgreSQL through a pool of connections, and beside a replica that public pages read from."""

import json
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import OperationalError, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from departments.models import Department
from policeapp import routers
from policeapp.routers import ReadFromReplica, ReplicaRouter

from .processes import PRODUCTION, ROOT, environment, new_sqlite, python
from .server import migrated_database, run_sql, running

# Runs on PostgreSQL too, where tests that leave the database alone are left out.
on_both_engines = pytest.mark.django_db

WESTPORT = "/departments/ct/westport-police-department/"


def manage(*arguments, **values):
    """A finished ``manage.py`` command of a site with these settings, every warning an error."""
    return python("manage.py", *arguments, env=PRODUCTION | values)


def serving(url, **values):
    """The site on this database, by plain HTTP."""
    return running(DATABASE_URL=url, HTTPS="0", STATIC_ROOT=str(settings.STATIC_ROOT), **values)


def connections_of(url):
    """The process ids of the connections to the database, but for the one that asks."""
    with psycopg.connect(url) as connection:
        asked = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"
        return {pid for (pid,) in connection.execute(asked)}


def test_requests_share_connections_that_stay_and_are_replaced_when_they_break(postgresql):
    with serving(postgresql) as server:
        assert server.get("/jobs/")[0] == 200
        first = connections_of(postgresql)
        assert server.get("/jobs/")[0] == 200
        assert connections_of(postgresql) == first and len(first) == 1
        for pid in first:
            run_sql(postgresql, f"SELECT pg_terminate_backend({pid}, 10000)")
        assert server.get("/jobs/")[0] == 200
        assert not connections_of(postgresql) & first


def test_a_process_never_has_more_connections_than_the_setting_says(postgresql):
    with serving(postgresql, DATABASE_CONNECTIONS="2") as server:
        with ThreadPoolExecutor(12) as visitors:
            answers = list(visitors.map(lambda number: server.get("/jobs/")[0], range(60)))
        assert answers == [200] * 60
        # The pool keeps for minutes what it had at its busiest.
        assert len(connections_of(postgresql)) == 2


def test_a_command_takes_one_connection_and_ends_without_a_word(postgresql):
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


@pytest.mark.parametrize("wrong", ["0", "many"])
def test_the_number_of_connections_must_be_one(wrong):
    done = manage("check", DATABASE_CONNECTIONS=wrong)
    assert done.returncode != 0
    assert "DATABASE_CONNECTIONS" in done.stderr and "Traceback" not in done.stderr


# The replica


@pytest.fixture(scope="module")
def databases(tmp_path_factory, django_db_setup):
    """The URLs of a primary and a replica that can be told apart: Westport is named for the one it is read from."""
    folder = tmp_path_factory.mktemp("databases")
    with migrated_database(folder) as primary, copy_of(primary, folder) as replica:
        for url, name in ((primary, "Primary"), (replica, "Replica")):
            script = "import django; django.setup(); from departments.models import Department"
            script += f"; Department.objects.update(name='{name} Police')"
            # As if the replica had caught up.
            script += "; from policeapp.models import ContentVersion; ContentVersion.objects.update(token=1)"
            done = python("-c", script, env=PRODUCTION | {"DATABASE_URL": url})
            assert done.returncode == 0, done.stderr
        yield primary, replica


@pytest.fixture(scope="module")
def replicated(databases):
    """The site with these two."""
    primary, replica = databases
    with serving(primary, DATABASE_REPLICA_URL=replica) as server:
        yield server


@contextmanager
def copy_of(url, folder):
    """The URL of a copy of the database, which is dropped afterwards."""
    if url.startswith("sqlite"):
        shutil.copy(url.removeprefix("sqlite:///"), folder / "replica.sqlite3")
        yield f"sqlite:///{folder / 'replica.sqlite3'}"
        return
    name = urlsplit(url).path[1:]
    run_sql(elsewhere(url), f"CREATE DATABASE {name}_replica TEMPLATE {name}")
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}_replica"))
    finally:
        run_sql(elsewhere(url), f"DROP DATABASE {name}_replica WITH (FORCE)")


def elsewhere(url):
    """The server's own database."""
    return urlunsplit(urlsplit(url)._replace(path="/postgres"))


def said_by(server, path=WESTPORT, **headers):
    """Which database the page was read from."""
    status, _, body = server.get(path, **headers)
    assert status == 200
    [name] = set(re.findall(r"(Primary|Replica) Police", body.decode()))
    return name


@on_both_engines
@pytest.mark.parametrize("path", [WESTPORT, "/departments/", "/departments/ct/", "/departments/?q=police"])
def test_strangers_read_public_pages_from_the_replica(replicated, path):
    assert said_by(replicated, path) == "Replica"


@on_both_engines
def test_whoever_may_be_signed_in_reads_from_the_primary(replicated):
    assert said_by(replicated, Cookie="sessionid=whatever") == "Primary"


@on_both_engines
def test_whoever_has_just_sent_a_form_reads_from_the_primary_for_a_while(replicated):
    _, received, _ = replicated.get("/admin/login/")
    token = re.search(r"csrftoken=(\w+)", received["set-cookie"])[1]
    form = f"csrfmiddlewaretoken={token}&username=x&password=x"
    lines = ["POST /admin/login/ HTTP/1.1", "Host: police.example.org", "Connection: close"]
    lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(form)}"]
    lines += [f"Cookie: csrftoken={token}", "", form]
    answer = replicated.send("\r\n".join(lines).encode()).decode()
    assert answer.startswith("HTTP/1.1 200")
    [attributes] = re.findall(r"^Set-Cookie:\s+wrote=1; (.*?)\r$", answer, flags=re.MULTILINE)
    assert {"HttpOnly", "Max-Age=15", "SameSite=Lax"} <= set(attributes.split("; "))
    assert said_by(replicated, Cookie="wrote=1") == "Primary"


@on_both_engines
def test_a_page_that_the_replica_does_not_have_yet_comes_from_the_primary(databases):
    primary, replica = databases
    script = (
        "import django; django.setup(); from departments.models import Department; Department.objects.update(about='x')"
    )
    with serving(primary, DATABASE_REPLICA_URL=replica) as server:
        assert said_by(server) == "Replica"
        done = python("-c", script, env=PRODUCTION | {"DATABASE_URL": primary})
        assert done.returncode == 0, done.stderr
        assert [said_by(server), said_by(server)] == ["Primary", "Primary"]


@on_both_engines
def test_the_primary_does_the_work_of_a_replica_that_is_not_there(databases, tmp_path):
    primary, replica = databases
    away = f"{replica}_away" if replica.startswith("postgres") else f"sqlite:///{tmp_path}/nothing/x.sqlite3"
    with serving(primary, DATABASE_REPLICA_URL=away) as server:
        assert [said_by(server), said_by(server)] == ["Primary", "Primary"]
        assert server.log.count("The replica does not answer") == 1


def test_no_public_page_writes(postgresql):
    """Every page answers as it should from a database that refuses to write."""
    script = """
import django, json
django.setup()
from django.test import Client
from policeapp.routers import ReadFromReplica, ReplicaRouter
from tests.site import whole_site
pages = whole_site.EMPTY_SITE + whole_site.build()
print(json.dumps([[str(page), Client().get(page.url).status_code, page.status] for page in pages]))
"""
    readonly = f"{postgresql}?options=-c%20default_transaction_read_only%3Don"
    values = {"DATABASE_URL": postgresql, "DATABASE_REPLICA_URL": readonly, "HTTPS": "0"}
    values |= {"STATIC_ROOT": str(settings.STATIC_ROOT), "ALLOWED_HOSTS": "testserver", "LOG_LEVEL": "ERROR"}
    done = python("-c", script, env=PRODUCTION | values)
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert len(answers) > 50
    assert [answer for answer in answers if answer[1] != answer[2]] == []


@pytest.fixture
def request_reading(settings, monkeypatch):
    """``request_reading(work)``: run ``work()`` inside a stranger's GET, beside a replica that answers."""
    settings.DATABASE_ROUTERS = ["policeapp.routers.ReplicaRouter"]
    monkeypatch.setitem(settings.DATABASES, "replica", settings.DATABASES["default"])
    monkeypatch.setattr(ReplicaRouter, "replica_answers", lambda self: True)

    def run(work):
        def view(request):
            work()
            return HttpResponse()

        return ReadFromReplica(view)(RequestFactory().get("/"))

    return run


def databases_read(seen):
    seen.append(Department.objects.all().db)


def test_a_request_that_has_written_reads_what_it_wrote(request_reading, transactional_db):
    seen = []

    def work():
        databases_read(seen)
        Department.objects.filter(pk=0).update(name="x")
        databases_read(seen)

    request_reading(work)
    assert seen == ["replica", "default"]


def test_a_transaction_reads_what_it_may_have_changed(request_reading, transactional_db):
    seen = []

    def work():
        with transaction.atomic():
            databases_read(seen)
        databases_read(seen)

    request_reading(work)
    assert seen == ["default", "replica"]


def test_one_request_leaves_nothing_to_the_next_and_commands_use_the_primary(request_reading):
    seen = []
    with pytest.raises(ZeroDivisionError):
        request_reading(lambda: 1 / 0)
    databases_read(seen)
    assert seen == ["default"]


def test_rows_of_the_two_databases_go_together(request_reading, settings):
    one, other = Department(), Department()
    one._state.db, other._state.db = "replica", "default"
    assert ReplicaRouter().allow_relation(one, other)
    assert not ReplicaRouter().allow_migrate("replica", "departments")


def test_without_a_replica_there_is_nothing_to_do():
    with pytest.raises(MiddlewareNotUsed):
        ReadFromReplica(lambda request: HttpResponse())


def test_a_replica_that_failed_is_asked_again_after_a_rest(monkeypatch):
    router, now, asked = ReplicaRouter(), [1000.0], []

    class Away:
        def ensure_connection(self):
            asked.append(now[0])
            raise OperationalError

    monkeypatch.setattr(routers, "connections", {"replica": Away()})
    monkeypatch.setattr(routers, "monotonic", lambda: now[0])
    for moment in (1000.0, 1001.0, 1029.0, 1031.0):
        now[0] = moment
        assert not router.replica_answers()
    assert asked == [1000.0, 1031.0]


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

LIVED_IN = """
import django
django.setup()
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.backends.db import SessionStore
from departments.models import Department
from tests import factories
from tests.site import whole_site
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
Department.objects.update(modified="2020-02-02T02:02:02.123456Z")
"""

NEWCOMERS = """
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


def read_me_commands():
    """The README's commands that move a site, as they stand there."""
    section = re.search(r"^### PostgreSQL$.*?^```sh\n(.*?)^```$", (ROOT / "README.md").read_text(), flags=re.M | re.S)
    return section[1]


def run_script(script, url):
    done = python("-c", script, env=PRODUCTION | {"DATABASE_URL": url})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_site_moves_to_postgresql_as_the_readme_says_and_loses_nothing(tmp_path, moved):
    old = new_sqlite(tmp_path / "db.sqlite3")
    commands = read_me_commands()
    for written, meant in (
        (".venv/bin/python", sys.executable),
        ("sqlite:///db.sqlite3", old),
        (re.search("postgres://.*", commands)[0], moved),
    ):
        assert written in commands
        commands = commands.replace(written, meant)
    run_script(LIVED_IN, old)
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
    page = run_script(NEWCOMERS, moved).strip()
    with serving(moved) as server:
        assert server.get(page)[0] == 200
        assert server.get("/departments/ct/full/")[0] == 200


def test_what_cannot_be_moved_is_said_in_a_sentence_and_nothing_changes(tmp_path, moved):
    old = f"sqlite:///{tmp_path / 'db.sqlite3'}"
    refusals = [("nonsense", "nonsense is not the URL of a database."), (old, "unable to open database file")]
    for url, sentence in refusals:
        done = manage("copy_database", url, DATABASE_URL=moved)
        assert (done.returncode, done.stderr) == (1, f"CommandError: {sentence}\n")
    assert not (tmp_path / "db.sqlite3").exists()
    new_sqlite(tmp_path / "db.sqlite3")
    done = manage("copy_database", old, DATABASE_URL=moved)
    assert done.returncode == 1 and "The two have different migrations" in done.stderr
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
