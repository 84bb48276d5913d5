"""The whole database as one file, as of one moment and while the site runs, and back: with each engine's own tools.

On SQLite that is the online backup, in both directions (https://www.sqlite.org/backup.html): it takes part in SQLite's
own locking, so that whoever is connected sees the state before or the state after, and never a file that was exchanged
under its write-ahead log. On PostgreSQL it is ``pg_dump``, and ``pg_restore`` whose script ``psql`` runs in one
transaction.
"""

import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from fnmatch import fnmatch
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from psycopg.pq import Conninfo

from .copying import MADE_BY_MIGRATIONS
from .media import named_files

# Names of tables whose rows stay behind: with a session's key one is signed in, who failed to sign in may have typed
# a password for a name, and what is cached is worth nothing tomorrow.
LEFT_OUT = ("django_session", "axes_*", "policeapp_ratecount")

NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}

# With the names of tables as the database itself says them.
ANY_ROW = 'SELECT 1 FROM "{}" LIMIT 1'
NUMBER_OF_ROWS = 'SELECT count(*) FROM "{}"'
EMPTY = 'DELETE FROM "{}"'


class BackupError(Exception):
    """It cannot be done, and nothing has changed; the message is a sentence for a person."""


class Contents(NamedTuple):
    """What a dump holds: ``{table: number of rows}``, its migrations as "app.name", and the files that rows name."""

    rows: dict
    migrations: list
    files: set


def dump(folder):
    """Write the database to a file in the folder, in place of one that is there; ``(its path, Contents)``.

    Raises BackupError, and the database's errors.
    """
    path = folder / NAMES[connection.vendor]
    path.unlink(missing_ok=True)
    return path, (_dump_sqlite if connection.vendor == "sqlite" else _dump_postgresql)(path)


def load(path):
    """Put what a dump of the same engine holds in the place of all that the database holds, or change nothing.

    Raises BackupError, and the database's errors.
    """
    (_load_sqlite if connection.vendor == "sqlite" else _load_postgresql)(path)


def version():
    """What dumps are made with: the version of SQLite, or PostgreSQL's major one."""
    return sqlite3.sqlite_version if connection.vendor == "sqlite" else _version_of_server()


def refuse_newer(version):
    """Raises BackupError where dumps that were made with this version cannot be loaded."""
    if connection.vendor == "postgresql" and _version_of_server() < version:
        raise BackupError(
            f"It is of PostgreSQL {version}, and the server is of {_version_of_server()}, which is older."
        )


def is_empty():
    """Whether the database has no rows but those that migrations make."""
    tables = connection.introspection.django_table_names(only_existing=True)
    if connection.vendor == "postgresql":
        # There may be somebody else's; on SQLite the others are those of the full-text indexes.
        tables = [name for name in connection.introspection.table_names() if name != "django_migrations"]
    ignored = {model._meta.db_table for model in MADE_BY_MIGRATIONS}
    with connection.cursor() as cursor:
        for table in _kept(tables) - ignored:
            cursor.execute(ANY_ROW.format(table))
            if cursor.fetchone():
                return False
    return True


def _contents(ask):
    """``ask(sql)`` gives the rows of a query of the dump's moment."""
    tables = connection.introspection.django_table_names(only_existing=True)
    return Contents(
        rows={table: ask(NUMBER_OF_ROWS.format(table))[0][0] for table in sorted(_kept(tables))},
        migrations=sorted(f"{app}.{name}" for app, name in ask("SELECT app, name FROM django_migrations")),
        files=named_files(ask),
    )


def _kept(tables):
    """Those of the tables whose rows are dumped."""
    return {table for table in tables if not any(fnmatch(table, pattern) for pattern in LEFT_OUT)}


def _dump_sqlite(path):
    whole = path.with_suffix(".whole")
    whole.unlink(missing_ok=True)
    with closing(sqlite3.connect(whole)) as copy:
        connection.ensure_connection()
        # In one step, which holds up no writer: they append to the write-ahead log meanwhile.
        connection.connection.backup(copy)
        tables = connection.introspection.table_names()
        for table in set(tables) - _kept(tables):
            copy.execute(EMPTY.format(table))
        copy.commit()
        # Deleted rows stay in a file until their space is used again: only a new file is without them.
        copy.execute("VACUUM INTO ?", [str(path)])
    whole.unlink()
    with closing(sqlite3.connect(path)) as lean:
        return _contents(lambda sql: lean.execute(sql).fetchall())


def _load_sqlite(path):
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as dumped:
        connection.ensure_connection()
        dumped.backup(connection.connection)
    # It knows the old tables.
    connection.close()


def _dump_postgresql(path):
    with transaction.atomic(), connection.cursor() as cursor:
        # pg_dump sees what this transaction sees, and it lasts as long as pg_dump runs.
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        [moment] = cursor.fetchone()
        without = [f"--exclude-table-data={table}" for table in LEFT_OUT]
        _run("pg_dump", "--format=custom", "--compress=0", f"--snapshot={moment}", f"--file={path}", *without)

        def ask(sql):
            cursor.execute(sql)
            return cursor.fetchall()

        return _contents(ask)


def _load_postgresql(path):
    script = path.with_suffix(".sql")
    # What the dump does not hold goes too, such as the tables of a later version.
    _run("pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", f"--file={script}", str(path))
    statements = ["SET statement_timeout = 0", "SET lock_timeout = '30s'"]
    if tables := connection.introspection.table_names():
        statements.append(f"DROP TABLE {', '.join(map(connection.ops.quote_name, tables))} CASCADE")
    connection.close()
    _run(
        "psql",
        *("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"),
        *(f"--command={statement}" for statement in statements),
        f"--file={script}",
    )


def _run(program, *arguments):
    """Run one of PostgreSQL's programs on the site's database, or raise BackupError with what it said.

    It is told of the database by its environment: a command line is there for all users of the machine to read.
    """
    params = connection.get_connection_params()
    known = {option.keyword.decode(): option.envvar.decode() for option in Conninfo.get_defaults() if option.envvar}
    told = {known[name]: str(value) for name, value in params.items() if name in known}
    done = subprocess.run(
        [_path_of(program), "--no-password", *arguments],
        env=os.environ | told | {"LC_MESSAGES": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    if done.returncode:
        said = re.search(r"(?:error|ERROR|FATAL):\s+(.*)", done.stderr)
        raise BackupError(f"{program} failed: {said[1] if said else done.stderr.strip() or done.returncode}.")


def _version_of_server():
    return connection.pg_version // 10000


def _path_of(program):
    """Where it is, of the server's version: what a newer pg_restore writes no older server understands."""
    server = _version_of_server()
    # Debian has each version in a folder of its own.
    usual = os.pathsep.join([f"/usr/lib/postgresql/{server}/bin", os.environ.get("PATH", os.defpath)])
    install = f"install PostgreSQL's client programs of version {server}, or name their folder in POSTGRES_BIN"
    found = shutil.which(program, path=settings.POSTGRES_BIN or usual)
    if not found:
        raise BackupError(f"There is no {program}: {install}.")
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    version = int(re.search(r"\(PostgreSQL\) (\d+)", said)[1])
    if version != server:
        raise BackupError(f"{program} is of version {version}, and the server of {server}: {install}.")
    return found
