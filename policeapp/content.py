"""Which version of the content a database has: it changes with every write to anything that a public page shows.

The database itself keeps it: triggers on the tables of every watched model write a new token in the transaction of the
write, whoever makes it: the admin, an import, a command or another program. So who reads a version and then a page has
a page that is at least as new as the version.

No writer waits for another one. On PostgreSQL each statement adds a token of its own and takes away those that nobody
holds just then; the version is the set of the tokens that are there. On SQLite, where there is one writer at a time, it
is one token. Tokens are random: a database that is restored never has a version again that another content had.

Models are watched but for those with ``IS_SHOWN = False``. Triggers vanish when a migration rebuilds their table, as
Django does on SQLite, so each ``migrate`` adds those that are missing.
"""

from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, connections

APPS = ("departments", "jobs")

_known = ContextVar("known_version", default=None)


def version():
    """The version that the database has now, as a tuple of numbers. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM policeapp_contentversion ORDER BY token")
        return tuple(token for (token,) in cursor.fetchall())


def version_of_request():
    """The version that the request's page will be kept under; one query where it is not kept."""
    known = _known.get()
    return version() if known is None else known


@contextmanager
def read_as(known):
    """What is read inside will be kept under this version."""
    token = _known.set(known)
    try:
        yield
    finally:
        _known.reset(token)


def keep_watch(sender, using, **kwargs):
    """After ``migrate``: each watched table of the app has its triggers."""
    connection = connections[using]
    watched = [model for model in sender.get_models() if sender.label in APPS and getattr(model, "IS_SHOWN", True)]
    create = _create_postgresql if connection.vendor == "postgresql" else _create_sqlite
    with connection.cursor() as cursor:
        for model in watched:
            create(cursor, model._meta.db_table)


CHANGED = """
DELETE FROM policeapp_contentversion;
INSERT INTO policeapp_contentversion (token) VALUES (random());
"""


def _create_sqlite(cursor, table):
    for event in ("INSERT", "UPDATE", "DELETE"):
        cursor.execute(
            f'CREATE TRIGGER IF NOT EXISTS "{table}_content_{event.lower()}" AFTER {event} ON "{table}" '
            f"BEGIN {CHANGED} END"
        )


FUNCTION = """
CREATE OR REPLACE FUNCTION policeapp_content_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    added bigint := ('x' || left(replace(gen_random_uuid()::text, '-', ''), 16))::bit(64)::bigint;
BEGIN
    INSERT INTO policeapp_contentversion (token) VALUES (added);
    DELETE FROM policeapp_contentversion WHERE token IN (
        SELECT token FROM policeapp_contentversion WHERE token <> added FOR UPDATE SKIP LOCKED
    );
    RETURN NULL;
END $$
"""


def _create_postgresql(cursor, table):
    name = f"{table}_content"
    # Looked for first: creating a trigger waits for everybody who writes to the table.
    cursor.execute("SELECT 1 FROM pg_trigger WHERE tgname = %s AND tgrelid = %s::regclass", [name, f'"{table}"'])
    if not cursor.fetchone():
        cursor.execute(FUNCTION)
        cursor.execute(
            f'CREATE TRIGGER "{name}" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION policeapp_content_changed()"
        )
