"""The parts of the backend: a queue in which processes and threads wait to ask for SQLite's write lock.

SQLite lets whoever comes while the lock is free have it, and whoever waits sleeps, in the end for 100 ms at a time. Of
several who write again and again, one may then find it taken for as long as it has patience. In the queue only the
first asks, so that whoever has just written stands behind those who wait.
"""

import fcntl
import os
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from time import monotonic, sleep

from django.db.backends.sqlite3 import base

# What takes the write lock: a transaction when it begins, and outside of one what changes something. Reads don't wait.
WRITES = ("BEGIN IMMEDIATE", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP", "ANALYZE")
# How often those look who are not first in the queue. The place is soon free: its holder leaves it for the lock.
PAUSE_SECONDS = 0.005


class Cursor(base.SQLiteCursorWrapper):
    """Waits in the queue before a statement that takes the write lock."""

    def execute(self, query, params=None):
        with self.turn(query):
            return super().execute(query, params)

    def executemany(self, query, param_list):
        with self.turn(query):
            return super().executemany(query, param_list)


class DatabaseWrapper(base.DatabaseWrapper):
    """The option ``timeout`` (seconds) is how long a writer waits, in the queue and for the lock together."""

    def create_cursor(self, name=None):
        if self.is_in_memory_db():
            return super().create_cursor(name)
        cursor = self.connection.cursor(factory=Cursor)
        cursor.turn = self._turn
        return cursor

    def _turn(self, query):
        if self.connection.in_transaction or not query.startswith(WRITES):
            return nullcontext()
        return self._in_queue()

    @contextmanager
    def _in_queue(self):
        """What is within this is asked when it is one's turn; the next one's comes as soon as SQLite has answered.

        When the time is over SQLite is asked all the same, and says itself that the database is locked.
        """
        patience = self.settings_dict["OPTIONS"]["timeout"]
        until = monotonic() + patience
        with first_in_queue(os.path.dirname(self.settings_dict["NAME"]) or ".", until):
            self._wait_for_lock(max(0, until - monotonic()))
            try:
                yield
            finally:
                self._wait_for_lock(patience)

    def _wait_for_lock(self, seconds):
        self.connection.execute(f"PRAGMA busy_timeout = {int(1000 * seconds)}")


@contextmanager
def first_in_queue(folder, until):
    """Wait until one is first in the queue of the folder's databases, or ``monotonic()`` is past ``until``.

    The queue is the system's lock on the folder itself (``flock``): there is no file to be made or left behind, and
    with its process goes its place. It only keeps order. What keeps writers apart is SQLite's own lock, also where
    no queue can be had, such as on some network file systems.
    """
    with ExitStack() as place:
        with suppress(OSError):
            opened = os.open(folder, os.O_RDONLY)
            place.callback(os.close, opened)
            while not _locked(opened) and monotonic() < until:
                sleep(PAUSE_SECONDS)
        yield


def _locked(opened):
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
