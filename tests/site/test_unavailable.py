"""While the database does not answer, the disk is full or a lock is held: 503 in words, and nothing typed is lost."""

import errno
import json
import re
import sqlite3
import threading
from functools import partial
from types import SimpleNamespace

import psycopg
import pytest
from dj_database_url import parse
from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, DataError, IntegrityError, OperationalError, ProgrammingError, connection
from django.db.backends.postgresql import base as django_postgresql
from django.db.utils import ConnectionHandler, DatabaseErrorWrapper
from django.middleware.common import CommonMiddleware
from django.test import Client
from psycopg import errors
from psycopg_pool import PoolTimeout

from departments.models import Specialization
from policeapp import unavailable
from policeapp.postgresql import base
from policeapp.postgresql.base import Connection, DatabaseWrapper

from ..factories import form_of, make_alice, text_of
from ..faults.proxy import Proxy
from .processes import PRODUCTION, python

ADD = "/admin/departments/specialization/add/"


def away(execute, sql, params, many, context):
    raise OperationalError("the connection is closed")


def as_django_raises(problem):
    """The exception that Django makes of a database module's."""
    module = sqlite3 if isinstance(problem, sqlite3.Error) else psycopg
    wrapper = DatabaseErrorWrapper(SimpleNamespace(Database=module))
    try:
        with wrapper:
            raise problem
    except Exception as raised:
        return raised


def raised_by(work, *arguments):
    with pytest.raises(Exception) as raised:
        work(*arguments)
    return raised.value


@pytest.mark.parametrize(
    "problem",
    [
        errors.ConnectionFailure(),
        errors.AdminShutdown(),
        errors.CrashShutdown(),
        errors.CannotConnectNow(),
        errors.TooManyConnections(),
        errors.DiskFull(),
        errors.QueryCanceled(),
        errors.LockNotAvailable(),
        errors.DeadlockDetected(),
        errors.ReadOnlySqlTransaction(),
        errors.IdleInTransactionSessionTimeout(),
        psycopg.OperationalError("the connection is lost"),
        psycopg.InterfaceError("the connection is closed"),
        PoolTimeout(),
    ],
    ids=lambda problem: type(problem).__name__,
)
def test_what_passes_by_itself_on_postgresql(problem):
    assert unavailable.passes(as_django_raises(problem))


@pytest.mark.parametrize(
    "problem",
    [
        errors.UndefinedTable(),
        errors.SyntaxError(),
        errors.UniqueViolation(),
        errors.NumericValueOutOfRange(),
        errors.InFailedSqlTransaction(),
    ],
    ids=lambda problem: type(problem).__name__,
)
def test_what_does_not(problem):
    assert not unavailable.passes(as_django_raises(problem))


class TestSqlite:
    """The errors of a real database."""

    @pytest.fixture
    def database(self, tmp_path):
        database = sqlite3.connect(tmp_path / "some.sqlite3", isolation_level=None, timeout=0)
        database.execute("CREATE TABLE word (word TEXT)")
        yield database
        database.close()

    def problem(self, database, statement, *values):
        return as_django_raises(raised_by(database.execute, statement, *values))

    def test_a_lock_passes(self, database, tmp_path):
        other = sqlite3.connect(tmp_path / "some.sqlite3", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        problem = self.problem(database, "INSERT INTO word VALUES ('')")
        other.close()
        assert "locked" in str(problem) and unavailable.passes(problem)

    def test_a_full_disk_passes(self, database):
        database.execute("PRAGMA max_page_count = 2")
        problem = self.problem(database, "INSERT INTO word VALUES (zeroblob(100000))")
        assert "full" in str(problem) and unavailable.passes(problem)

    def test_a_file_that_cannot_be_opened_passes(self, tmp_path):
        problem = as_django_raises(raised_by(sqlite3.connect, tmp_path / "nowhere" / "some.sqlite3"))
        assert isinstance(problem, OperationalError) and unavailable.passes(problem)

    @pytest.mark.parametrize("statement", ["SELECT nothing FROM word", "SELECT * FROM nowhere", "SELECT FROM"])
    def test_a_wrong_statement_does_not(self, database, statement):
        problem = self.problem(database, statement)
        assert isinstance(problem, OperationalError) and not unavailable.passes(problem)

    def test_text_that_is_none_does_not(self, database):
        database.execute("INSERT INTO word VALUES (CAST(x'ff' AS TEXT))")
        problem = as_django_raises(raised_by(lambda: database.execute("SELECT word FROM word").fetchall()))
        assert isinstance(problem, OperationalError) and not unavailable.passes(problem)


@pytest.mark.parametrize(
    ("problem", "passes"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EACCES, "Permission denied"), False),
        (DataError(), False),
        (IntegrityError(), False),
        (ProgrammingError(), False),
        (ValueError(), False),
    ],
    ids=repr,
)
def test_other_exceptions(problem, passes):
    assert unavailable.passes(problem) is passes


@pytest.mark.parametrize("url", ["/jobs/?q=officer", "/departments/?q=police", "/jobs/feed/?q=officer", "/admin/"])
def test_a_page_that_cannot_be_made_says_when_to_come_again(client, alice, url):
    for visitor in (client, alice):
        if visitor is client and url == "/admin/":
            continue
        with connection.execute_wrapper(away):
            response = visitor.get(url)
        assert response.status_code == 503
        assert response["Retry-After"] == "5"
        assert "no-store" in response["Cache-Control"]
        assert "Content-Security-Policy" in response
        assert "This page is not available just now" in text_of(response)
        assert f'<a href="{url}">Try again</a>' in response.content.decode()


@pytest.mark.parametrize("url", ["/departments/?near=06880", "/jobs/"])
def test_from_whichever_query_on_the_database_is_away_nobody_is_told_that_there_is_nothing(client, public_pages, url):
    usual = text_of(client.get(url))
    for left in range(1, 9):
        caches["pages"].clear()
        with connection.execute_wrapper(AwayAfter(left)):
            response = client.get(url)
        assert response.status_code == 503 or text_of(response) == usual
    assert response.status_code == 200


class AwayAfter:
    def __init__(self, queries):
        self.queries = queries

    def __call__(self, execute, *query):
        self.queries -= 1
        return (execute if self.queries >= 0 else partial(away, execute))(*query)


def test_the_reason_is_a_line_in_the_log_without_what_was_asked_for(client, db, caplog):
    with connection.execute_wrapper(away):
        client.get("/jobs/?near=06880")
    said = [record for record in caplog.records if record.name == "policeapp.unavailable"]
    assert [record.getMessage() for record in said] == ["OperationalError: the connection is closed"]
    assert not any(record.exc_info for record in said)


def test_a_form_that_could_not_be_saved_can_be_sent_again_as_it_was(alice, db):
    typed = {"name": '"Bomb" & <Squad>', "slug": "bomb-squad", "_save": "Save"}
    with connection.execute_wrapper(away):
        response = alice.post(ADD, typed)
    assert response.status_code == 503
    assert "it is not lost" in text_of(response) and "Send it again" in text_of(response)
    assert f'action="{ADD}"' in response.content.decode()
    assert not Specialization.objects.exists()
    assert alice.post(ADD, form_of(response)).status_code == 302
    assert Specialization.objects.get().name == '"Bomb" & <Squad>'


def test_a_password_is_not_written_out(client, db):
    form = form_of(client.get("/admin/login/"))
    with connection.execute_wrapper(away):
        response = client.post("/admin/login/", form | {"username": "alice", "password": "very secret"})
    assert response.status_code == 503
    assert "go back in your browser" in text_of(response)
    assert "very secret" not in response.content.decode()


def test_what_fails_outside_of_a_view_is_answered_alike(client, db, monkeypatch):
    def fail(self, request):
        raise OperationalError("disk I/O error")

    monkeypatch.setattr(CommonMiddleware, "process_request", fail)
    client.raise_request_exception = False
    response = client.get("/jobs/")
    assert (response.status_code, response["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (OperationalError("database or disk is full"), 503),
        (DatabaseError("Forced update did not affect any rows"), 400),
    ],
    ids=["full", "deleted"],
)
def test_a_session_that_cannot_be_saved_is_told_from_one_that_is_gone(client, db, problem, status):
    make_alice()

    def fail(execute, sql, params, many, context):
        if sql.startswith('UPDATE "django_session"'):
            raise problem
        return execute(sql, params, many, context)

    typed = form_of(client.get("/admin/login/")) | {"username": "alice", "password": "alice-password"}
    with connection.execute_wrapper(fail):
        response = client.post("/admin/login/", typed)
    assert response.status_code == status
    assert ("Retry-After" in response) == (status == 503)


def test_a_mistake_of_ours_is_still_one(db):
    def mistaken(execute, sql, params, many, context):
        raise ProgrammingError("no such column")

    client = Client(raise_request_exception=False)
    with connection.execute_wrapper(mistaken):
        response = client.get("/jobs/?q=officer")
    assert response.status_code == 500
    assert "Retry-After" not in response


# Time limits

ASKED = """
import json
{first}
import django; django.setup()
from django.db import connection
with connection.cursor() as cursor:
    said = {{}}
    for name in ("statement_timeout", "idle_in_transaction_session_timeout", "lc_messages"):
        cursor.execute(f"SHOW {{name}}")
        said[name] = cursor.fetchone()[0]
print(json.dumps(said))
"""


def limits_of(url, first):
    values = {"DATABASE_URL": url, "DATABASE_TIMEOUT": "7", "STATIC_ROOT": str(settings.STATIC_ROOT)}
    done = python("-c", ASKED.format(first=first), env=PRODUCTION | values)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_pages_have_time_limits_in_postgresql_and_commands_have_none(postgresql):
    url = f"{postgresql}?options=-c%20lc_messages%3DPOSIX"
    serving = limits_of(url, "import policeapp.wsgi")
    assert serving == {
        "statement_timeout": "7s",
        "idle_in_transaction_session_timeout": "42s",
        "lc_messages": "POSIX",  # what the URL asks for besides
    }
    command = limits_of(url, "")
    assert (command["statement_timeout"], command["idle_in_transaction_session_timeout"]) == ("0", "0")


def test_an_import_that_is_uploaded_takes_its_time(postgresql):
    first = """
import policeapp.wsgi
from django.db import connection, transaction
from policeapp.postgresql import taking_time
def limits():
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return cursor.fetchone()[0], connection.connection.patience
seen = [limits()]
with taking_time():
    seen.append(limits())
seen.append(limits())
assert seen == [("7s", 8), ("0", None), ("7s", 8)], seen
"""
    assert limits_of(postgresql, first)["statement_timeout"] == "7s"


def test_a_server_that_says_nothing_is_given_up(postgresql):
    port = int(re.search(r":(\d+)/", postgresql)[1])
    with Proxy(port) as proxy, Connection.connect(postgresql.replace(str(port), str(proxy.port))) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        proxy.fall_silent()
        connection.patience = 0.2
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
        assert connection.closed and connection.fell_silent


def test_a_wrong_statement_leaves_the_connection_open(postgresql):
    with Connection.connect(postgresql, autocommit=True) as connection:
        connection.patience = 30
        connection.execute("SET statement_timeout = 1")
        with pytest.raises(errors.QueryCanceled):
            connection.execute("SELECT pg_sleep(30)")
        assert not connection.closed and not connection.fell_silent


def test_closing_a_cursor_of_a_server_that_is_gone_passes(postgresql, db):
    database = ConnectionHandler({"default": parse(postgresql, engine="policeapp.postgresql")})["default"]
    cursor = database.chunked_cursor()
    cursor.execute("SELECT 1")
    with psycopg.connect(postgresql, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [database.connection.info.backend_pid])
    with pytest.raises(OperationalError) as raised:
        cursor.close()
    assert unavailable.passes(raised.value)
    # Now nobody is asked.
    cursor.close()
    database.close()


class TestTheDoor:
    """Of those who ask a database that has not answered, one waits."""

    @pytest.fixture
    def server(self, monkeypatch):
        """What the server says: replace ``server.answer``; and the clock, ``server.now``."""
        server = SimpleNamespace(answer=None, now=1000.0, asked=0)

        def connect(self, params):
            server.asked += 1
            return server.answer()

        monkeypatch.setattr(django_postgresql.DatabaseWrapper, "get_new_connection", connect)
        monkeypatch.setattr(base, "monotonic", lambda: server.now)
        monkeypatch.setattr(DatabaseWrapper, "_rests_until", {})
        return server

    @pytest.fixture
    def ask(self):
        wrapper = DatabaseWrapper({"OPTIONS": {}}, "default")
        return lambda: wrapper.get_new_connection({})

    def refuse(self):
        raise psycopg.OperationalError("Connection refused")

    def test_all_are_let_in_while_it_answers(self, server, ask):
        server.answer = lambda: "a connection"
        assert [ask(), ask()] == ["a connection", "a connection"]

    def test_after_a_failure_nobody_asks_for_a_second_and_then_one(self, server, ask):
        server.answer = self.refuse
        for moment, asked in ((0, 1), (0.5, 1), (0.9, 1), (1.1, 2), (1.2, 2), (2.2, 3)):
            server.now = 1000 + moment
            with pytest.raises(psycopg.OperationalError):
                ask()
            assert server.asked == asked, moment

    def test_while_one_waits_the_others_do_not(self, server, ask):
        waits, goes_on, got = threading.Event(), threading.Event(), []
        server.answer = self.refuse
        with pytest.raises(psycopg.OperationalError):
            ask()

        def come():
            waits.set()
            assert goes_on.wait(30)
            return "a connection"

        server.answer, server.now = come, 1002
        one = threading.Thread(target=lambda: got.append(ask()))
        one.start()
        assert waits.wait(30)
        server.now = 9999
        with pytest.raises(psycopg.OperationalError, match="a moment ago"):
            ask()
        goes_on.set()
        one.join()
        assert got == ["a connection"] and ask() == "a connection"

    def test_who_met_silence_tells_the_others(self, server, ask, monkeypatch):
        monkeypatch.setattr(django_postgresql.DatabaseWrapper, "_close", lambda self: None)
        wrapper = DatabaseWrapper({"OPTIONS": {}}, "default")
        wrapper.connection = SimpleNamespace(fell_silent=True)
        wrapper._close()
        with pytest.raises(psycopg.OperationalError, match="a moment ago"):
            ask()
        assert server.asked == 0
