"""SQLite files that other users of the machine cannot read."""

import os
import sqlite3
from contextlib import suppress

MODE = 0o600


class PrivateConnection(sqlite3.Connection):
    """Creates a missing database file with ``MODE``. SQLite gives its -wal and -shm files the same mode."""

    def __init__(self, database, *args, **kwargs):
        if not str(database).startswith((":memory:", "file:")):
            with suppress(OSError):  # the file exists, or SQLite reports why it cannot be opened
                os.close(os.open(database, os.O_CREAT | os.O_EXCL, MODE))
        super().__init__(database, *args, **kwargs)
