"""The 503 page when the database is down, locked or full: it explains and loses no form data."""

import errno
import json
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from itertools import count, islice
from threading import BoundedSemaphore
from types import SimpleNamespace

import psycopg
import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, DataError, IntegrityError, OperationalError, ProgrammingError, connection
from django.db.utils import DatabaseErrorWrapper
from django.http import HttpResponse
from django.middleware.common import CommonMiddleware
from django.test import Client
from psycopg import errors
from psycopg_pool import PoolTimeout

from departments.models import Specialization
from policeapp.database import timeouts, unavailable
from policeapp.database.timeouts import DeadlineConnection
from policeapp.database.unavailable import DatabaseUnavailable

from ...factories import form_of, make_alice, text_of
from ...faults.postmaster import Postmaster
from ...faults.proxy import Proxy
from ...processes import PRODUCTION, python
from ...server import running

ADD = "/admin/departments/specialization/add/"


def away(execute, sql, params, many, context):
    raise OperationalError("the connection is closed")


def as_django_raises(problem):
    """Return the exception that Django raises for an exception of the database module."""
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
def test_temporary_errors_of_postgresql(problem):
    assert unavailable.is_temporary(as_django_raises(problem))


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
def test_other_errors_of_postgresql(problem):
    assert not unavailable.is_temporary(as_django_raises(problem))


class TestSqlite:
    """Errors of a real SQLite database."""

    @pytest.fixture
    def database(self, tmp_path):
        database = sqlite3.connect(tmp_path / "some.sqlite3", isolation_level=None, timeout=0)
        database.execute("CREATE TABLE word (word TEXT)")
        yield database
        database.close()

    def problem(self, database, statement, *values):
        return as_django_raises(raised_by(database.execute, statement, *values))

    def test_a_lock_is_temporary(self, database, tmp_path):
        other = sqlite3.connect(tmp_path / "some.sqlite3", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        problem = self.problem(database, "INSERT INTO word VALUES ('')")
        other.close()
        assert "locked" in str(problem) and unavailable.is_temporary(problem)

    def test_a_full_disk_is_temporary(self, database):
        database.execute("PRAGMA max_page_count = 2")
        problem = self.problem(database, "INSERT INTO word VALUES (zeroblob(100000))")
        assert "full" in str(problem) and unavailable.is_temporary(problem)

    def test_a_file_that_cannot_be_opened_is_temporary(self, tmp_path):
        problem = as_django_raises(raised_by(sqlite3.connect, tmp_path / "nowhere" / "some.sqlite3"))
        assert isinstance(problem, OperationalError) and unavailable.is_temporary(problem)

    @pytest.mark.parametrize("statement", ["SELECT nothing FROM word", "SELECT * FROM nowhere", "SELECT FROM"])
    def test_a_wrong_statement_is_not_temporary(self, database, statement):
        problem = self.problem(database, statement)
        assert isinstance(problem, OperationalError) and not unavailable.is_temporary(problem)

    def test_invalid_text_is_not_temporary(self, database):
        database.execute("INSERT INTO word VALUES (CAST(x'ff' AS TEXT))")
        problem = as_django_raises(raised_by(lambda: database.execute("SELECT word FROM word").fetchall()))
        assert isinstance(problem, OperationalError) and not unavailable.is_temporary(problem)


@pytest.mark.parametrize(
    ("problem", "temporary"),
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
def test_other_exceptions(problem, temporary):
    assert unavailable.is_temporary(problem) is temporary


@pytest.mark.parametrize("url", ["/jobs/?q=officer", "/departments/?q=police", "/jobs/feed/?q=officer", "/admin/"])
def test_the_503_page_says_when_to_try_again(client, alice, url):
    for visitor in (client, alice):
        if visitor is client and url == "/admin/":
            continue
        with connection.execute_wrapper(away):
            response = visitor.get(url)
        assert response.status_code == 503
        assert response["Retry-After"] == "5"
        assert "no-store" in response["Cache-Control"]
        assert "Content-Security-Policy" in response
        assert "This page is temporarily unavailable" in text_of(response)
        assert f'<a href="{url}">Try again</a>' in response.content.decode()


@pytest.mark.parametrize("url", ["/departments/?near=06880", "/jobs/"])
def test_a_failed_query_never_shows_as_an_empty_list(client, public_pages, url):
    usual = text_of(client.get(url))
    for left in range(1, 12):  # a page takes at most 10
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


def test_the_log_has_one_line_without_the_search(client, db, caplog):
    with connection.execute_wrapper(away):
        client.get("/jobs/?near=06880")
    records = [record for record in caplog.records if record.name == "policeapp.database.unavailable"]
    assert [record.getMessage() for record in records] == ["OperationalError: the connection is closed"]
    assert not any(record.exc_info for record in records)


def test_a_form_that_was_not_saved_can_be_sent_again(alice, db):
    typed = {"name": '"Bomb" & <Squad>', "slug": "bomb-squad", "_save": "Save"}
    with connection.execute_wrapper(away):
        response = alice.post(ADD, typed)
    assert response.status_code == 503
    assert "it is not lost" in text_of(response) and "Send it again" in text_of(response)
    assert f'action="{ADD}"' in response.content.decode()
    assert not Specialization.objects.exists()
    assert alice.post(ADD, form_of(response)).status_code == 302
    assert Specialization.objects.get().name == '"Bomb" & <Squad>'


def test_errors_outside_of_views_are_answered_with_503_too(client, db, monkeypatch):
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
def test_a_session_that_cannot_be_saved_is_503_and_a_deleted_one_400(client, db, problem, status):
    make_alice()

    def fail(execute, sql, params, many, context):
        if sql.startswith('UPDATE "django_session"'):
            raise problem
        return execute(sql, params, many, context)

    typed = form_of(client.get("/admin/login/")) | {"login": "alice@example.com", "password": "alice-password"}
    with connection.execute_wrapper(fail):
        response = client.post("/admin/login/", typed)
    assert response.status_code == status
    assert ("Retry-After" in response) == (status == 503)


def test_programming_errors_are_still_500(db):
    def mistaken(execute, sql, params, many, context):
        raise ProgrammingError("no such column")

    client = Client(raise_request_exception=False)
    with connection.execute_wrapper(mistaken):
        response = client.get("/jobs/?q=officer")
    assert response.status_code == 500
    assert "Retry-After" not in response


# Time limits

PRINT_LIMITS = """
import json
{first}
import django; django.setup()
from django.db import connection
with connection.cursor() as cursor:
    limits = {{}}
    for name in ("statement_timeout", "idle_in_transaction_session_timeout", "lc_messages"):
        cursor.execute(f"SHOW {{name}}")
        limits[name] = cursor.fetchone()[0]
print(json.dumps(limits))
"""


def limits_of(url, first):
    values = {"DATABASE_URL": url, "DATABASE_TIMEOUT": "7", "STATIC_ROOT": str(settings.STATIC_ROOT)}
    done = python("-c", PRINT_LIMITS.format(first=first), env=PRODUCTION | values)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_pages_have_time_limits_in_postgresql_and_commands_have_none(postgresql):
    url = f"{postgresql}?options=-c%20lc_messages%3DPOSIX"
    serving = limits_of(url, "import policeapp.wsgi")
    assert serving == {
        "statement_timeout": "7s",
        "idle_in_transaction_session_timeout": "42s",
        "lc_messages": "POSIX",  # from the options in the URL
    }
    command = limits_of(url, "")
    assert (command["statement_timeout"], command["idle_in_transaction_session_timeout"]) == ("0", "0")


def test_a_silent_server_times_out_and_the_connection_is_closed(postgresql, settings):
    settings.DATABASE_TIMEOUT = 0.2
    port = int(re.search(r":(\d+)/", postgresql)[1])
    with Proxy(port) as proxy:
        connection = DeadlineConnection.connect(postgresql.replace(str(port), str(proxy.port)))
        assert connection.execute("SELECT 1").fetchone() == (1,)
        proxy.fall_silent()
        with pytest.raises(psycopg.OperationalError, match="does not answer"):
            connection.execute("SELECT 1")
        assert connection.closed


def test_an_import_in_the_admin_has_no_time_limit(postgresql):
    first = """
import policeapp.wsgi
from django.db import connection
from policeapp.database.timeouts import without_time_limit
def limit():
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return cursor.fetchone()[0], connection.connection.has_limit
limits = [limit()]
with without_time_limit():
    limits.append(limit())
limits.append(limit())
assert limits == [("7s", True), ("0", False), ("7s", True)], limits
"""
    assert limits_of(postgresql, first)["statement_timeout"] == "7s"


def test_a_wrong_statement_leaves_the_connection_open(postgresql):
    with DeadlineConnection.connect(postgresql, autocommit=True) as connection:
        connection.execute("SET statement_timeout = 1")
        with pytest.raises(errors.QueryCanceled):
            connection.execute("SELECT pg_sleep(30)")
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_slow_answer_arrives(postgresql):
    with DeadlineConnection.connect(postgresql) as connection:
        assert connection.execute("SELECT 1 FROM pg_sleep(0.7)").fetchone() == (1,)


def test_at_most_two_threads_wait_long(postgresql, monkeypatch):
    monkeypatch.setattr(timeouts, "LONG_WAITS", BoundedSemaphore(2))
    timeouts.LONG_WAITS.acquire()
    timeouts.LONG_WAITS.acquire()
    with DeadlineConnection.connect(postgresql) as connection:
        with pytest.raises(psycopg.OperationalError, match="does not answer"):
            connection.execute("SELECT pg_sleep(30)")
    timeouts.LONG_WAITS.release()
    for _ in range(2):  # a finished query frees its place for the next
        with DeadlineConnection.connect(postgresql) as connection:
            connection.execute("SELECT pg_sleep(0.7)")


def number_of_connections(url):
    """Return the number of other connections to the database."""
    with psycopg.connect(url) as other:
        where = "WHERE datname = current_database() AND pid != pg_backend_pid()"
        return other.execute(f"SELECT count(*) FROM pg_stat_activity {where}").fetchone()[0]


def test_healthz_answers_while_more_visitors_than_threads_wait_for_a_frozen_server(postgresql):
    """The time limit is 600 seconds, so the test fails if a thread waits that long."""
    values = {"DATABASE_URL": postgresql, "DATABASE_TIMEOUT": "600", "STATIC_ROOT": str(settings.STATIC_ROOT)}
    postmaster, pages = Postmaster(postgresql), (f"/jobs/?q=officer{number}" for number in count())
    with running(HTTPS="0", **values) as server, ThreadPoolExecutor(16) as visitors:
        while number_of_connections(postgresql) < 4:  # one for each thread
            assert {answer[0] for answer in visitors.map(server.get, [next(pages) for _ in range(16)])} == {200}
        postmaster.freeze()
        try:
            requests = [visitors.submit(server.get, next(pages)) for _ in range(16)]
            for request in islice(as_completed(requests), 14):
                status, headers, _ = request.result()
                assert (status, headers["retry-after"]) == (503, "5")
                assert server.get("/healthz")[0] == 200
        finally:
            postmaster.thaw()


class TestBackoff:
    """After a request fails without a connection, no request waits for a connection for a second."""

    @pytest.fixture
    def pool(self, monkeypatch):
        """A fake connection pool. ``pool.up`` is whether the request has a connection."""
        pool = SimpleNamespace(timeout=None, up=False, now=1000.0)
        opened = SimpleNamespace(closed=False)
        monkeypatch.setattr(unavailable, "monotonic", lambda: pool.now)
        monkeypatch.setattr(unavailable, "_is_connected", lambda: pool.up)
        monkeypatch.setattr(unavailable, "connection", SimpleNamespace(pool=pool, connection=opened))
        return pool

    @pytest.fixture
    def waits(self, pool):
        """``waits(seconds)``: send a request at this time and return whether it can wait for a connection."""

        def answer(request):
            seen.append(pool.timeout > 0)
            return HttpResponse(status=200 if pool.up else 503)

        def ask(now):
            pool.now = 1000 + now
            middleware(None)
            return seen[-1]

        seen, middleware = [], DatabaseUnavailable(answer)
        return ask

    def test_requests_wait_while_the_database_answers(self, pool, waits):
        pool.up = True
        assert [waits(0), waits(0.1)] == [True, True]

    def test_after_a_failure_requests_do_not_wait_for_a_second(self, waits):
        assert [waits(0), waits(0.5), waits(0.9)] == [True, False, False]
        assert [waits(1.1), waits(1.2), waits(2.0), waits(2.2)] == [True, False, False, True]

    def test_a_failure_with_a_connection_does_not_back_off(self, pool, waits, monkeypatch):
        monkeypatch.setattr(unavailable, "_is_connected", lambda: True)
        assert [waits(0), waits(0.1)] == [True, True]
