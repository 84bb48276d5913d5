"""SQLite's writers stand in a queue: whoever waits is served before whoever has just written."""

import errno
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from math import inf
from threading import Event

import pytest
from django.db import IntegrityError, OperationalError, connections, transaction

from policeapp import unavailable
from policeapp.sqlite import base

from .processes import PRODUCTION, ROOT, environment

ALIAS = "crowded"
PATIENCE = 60  # seconds, for what comes much sooner
INSERT = "INSERT INTO word (word) VALUES (%s)"


@pytest.fixture
def database(tmp_path, monkeypatch, django_db_blocker):
    """The settings of a database in a file, to which each thread has a connection of its own."""
    usual = connections.settings["default"]
    options = usual["OPTIONS"] | {"timeout": PATIENCE}
    settings = usual | {"NAME": str(tmp_path / "some.sqlite3"), "OPTIONS": options}
    monkeypatch.setitem(connections.settings, ALIAS, settings)
    with django_db_blocker.unblock():
        run("CREATE TABLE word (word TEXT UNIQUE)")
        yield settings
        leave()


@pytest.fixture
def other(database):
    """Another thread: what is submitted to it is done there."""
    with ThreadPoolExecutor(1) as thread:
        yield thread
        thread.submit(leave).result(PATIENCE)


def leave():
    """End this thread's connection."""
    connections[ALIAS].close()
    del connections[ALIAS]


def run(statement, *values):
    with connections[ALIAS].cursor() as cursor:
        return cursor.execute(statement, values).fetchall()


def words():
    return [word for (word,) in run("SELECT word FROM word ORDER BY rowid")]


def write(word):
    with transaction.atomic(using=ALIAS):
        run(INSERT, word)


def write_without_a_transaction(word):
    run(INSERT, word)


def write_many(word):
    with connections[ALIAS].cursor() as cursor:
        cursor.executemany(INSERT, [[word]])


def write_without_autocommit(word):
    transaction.set_autocommit(False, using=ALIAS)
    run(INSERT, word)
    transaction.commit(using=ALIAS)
    transaction.set_autocommit(True, using=ALIAS)


any_way = pytest.mark.parametrize(
    "write_it", [write, write_without_a_transaction, write_many, write_without_autocommit]
)


def is_free(folder):
    """Whether nobody is first in the queue; for a moment it is the asker."""
    with ExitStack() as opened:
        queue = os.open(folder, os.O_RDONLY)
        opened.callback(os.close, queue)
        return base._locked(queue)


@pytest.fixture
def first(monkeypatch):
    """Set when somebody has become the first in the queue."""
    event, wait_for_lock = Event(), base.DatabaseWrapper._wait_for_lock

    def waits(connection, seconds):
        event.set()
        wait_for_lock(connection, seconds)

    monkeypatch.setattr(base.DatabaseWrapper, "_wait_for_lock", waits)
    return event


@any_way
def test_who_waits_writes_before_the_one_it_has_waited_for(other, first, write_it):
    with transaction.atomic(using=ALIAS):
        run(INSERT, "first")
        first.clear()
        waiting = other.submit(write_it, "second")
        assert first.wait(PATIENCE)
    write("third")
    waiting.result(PATIENCE)
    assert words() == ["first", "second", "third"]


@any_way
def test_one_at_a_time_asks_for_the_lock(other, tmp_path, monkeypatch, write_it):
    stands, sleep = Event(), base.sleep
    monkeypatch.setattr(base, "sleep", lambda seconds: stands.set() or sleep(seconds))
    with base.first_in_queue(tmp_path, inf):
        waiting = other.submit(write_it, "first")
        assert stands.wait(PATIENCE)
        assert words() == []
    waiting.result(PATIENCE)
    assert words() == ["first"]


@any_way
def test_who_has_written_is_in_nobodys_way(database, tmp_path, write_it):
    write_it("first")
    assert is_free(tmp_path)


def test_nor_is_who_writes_in_the_way_of_the_next_to_ask(database, tmp_path):
    with transaction.atomic(using=ALIAS):
        assert is_free(tmp_path)


@any_way
def test_nor_is_who_has_failed(database, tmp_path, write_it):
    write("first")
    with pytest.raises(IntegrityError):
        write_it("first")
    assert is_free(tmp_path)


def test_nor_is_a_process_that_was_killed_at_the_head_of_the_queue(database, tmp_path):
    heads = "from policeapp.sqlite.base import *\nwith first_in_queue('.', 0): print(flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", heads], cwd=tmp_path, env=environment(PRODUCTION | {"PYTHONPATH": str(ROOT)}),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    with process:
        assert process.stdout.readline()
        assert not is_free(tmp_path)
        process.kill()
    assert is_free(tmp_path)


def test_who_has_waited_for_long_enough_is_told_so_in_sqlites_words(database, other):
    database["OPTIONS"]["timeout"] = 0
    with transaction.atomic(using=ALIAS):
        problem = other.submit(write, "second").exception(PATIENCE)
    assert isinstance(problem, OperationalError) and str(problem) == "database is locked"
    assert unavailable.passes(problem)


def test_who_stands_in_the_queue_for_too_long_passes_it_by(database, other, tmp_path):
    database["OPTIONS"]["timeout"] = 0
    with base.first_in_queue(tmp_path, 0):
        other.submit(write, "first").result(PATIENCE)
    assert words() == ["first"]


def test_the_time_in_the_queue_is_part_of_the_time_for_the_lock(database, tmp_path, monkeypatch):
    now, waits = [1000.0], []
    ahead = ExitStack()
    ahead.enter_context(base.first_in_queue(tmp_path, 0))

    def sleep(seconds):
        now[0] += 7
        ahead.close()

    monkeypatch.setattr(base, "monotonic", lambda: now[0])
    monkeypatch.setattr(base, "sleep", sleep)
    monkeypatch.setattr(base.DatabaseWrapper, "_wait_for_lock", lambda self, seconds: waits.append(seconds))
    write("first")
    assert waits == [PATIENCE - 7, PATIENCE]


def test_sqlites_own_patience_is_as_before(database):
    write("first")
    assert run("PRAGMA busy_timeout") == [(PATIENCE * 1000,)]


def no_queue(folder, until):
    raise AssertionError("in the queue")


def test_readers_do_not_wait_nor_does_a_writer_twice(database, monkeypatch):
    with transaction.atomic(using=ALIAS):
        monkeypatch.setattr(base, "first_in_queue", no_queue)
        run(INSERT, "first")
        write("second")
    assert run("WITH some AS (SELECT word FROM word) SELECT count(*) FROM some") == [(2,)]
    assert words() == ["first", "second"]


def test_a_database_in_memory_has_no_queue(database, monkeypatch):
    monkeypatch.setattr(base, "first_in_queue", no_queue)
    memory = base.DatabaseWrapper(database | {"NAME": ":memory:"}, "memory")
    with memory.cursor() as cursor:
        cursor.execute("CREATE TABLE word (word TEXT)")
    memory.connection.close()


def test_where_the_folder_cannot_be_locked_there_is_none(database, monkeypatch):
    def refuse(queue, operation):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(base.fcntl, "flock", refuse)
    write("first")
    assert words() == ["first"]
