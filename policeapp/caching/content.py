"""The version of the content, which changes with each write to a table that public pages show.

Database triggers change it in the same transaction as the write. It makes no difference whether the write comes from
the admin, an import, a command or another program. A page is built after its version was read, so the page is at least
as new as that version.

Writers do not wait for each other. On PostgreSQL each statement adds a token and deletes the tokens that no other
transaction has locked; the version is the set of tokens. SQLite has one writer at a time, and so one token. Tokens are
random, so a restored database never repeats the version of other content.

Models with ``IS_SHOWN = False`` have no triggers. SQLite drops the triggers of a table when a migration rebuilds it, so
each ``migrate`` creates the missing ones.
"""

from django.db import connection, connections

APPS = ("departments", "jobs")


def version():
    """Return the current version as text. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM policeapp_contentversion ORDER BY token")
        return " ".join(str(token) for (token,) in cursor.fetchall())


def add_triggers(sender, using, **kwargs):
    """After ``migrate``, create the missing triggers on the tables of the app."""
    if sender.label not in APPS:
        return
    create = _create_postgresql if connections[using].vendor == "postgresql" else _create_sqlite
    with connections[using].cursor() as cursor:
        for model in sender.get_models(include_auto_created=True):
            if getattr(model, "IS_SHOWN", True):
                create(cursor, model._meta.db_table)


NEW_VERSION = """
DELETE FROM policeapp_contentversion;
INSERT INTO policeapp_contentversion (token) VALUES (random());
"""


def _create_sqlite(cursor, table):
    for event in ("INSERT", "UPDATE", "DELETE"):
        cursor.execute(
            f'CREATE TRIGGER IF NOT EXISTS "{table}_content_{event.lower()}" AFTER {event} ON "{table}" '
            f"BEGIN {NEW_VERSION} END"
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
    # CREATE OR REPLACE TRIGGER would wait for all writers of the table.
    cursor.execute("SELECT 1 FROM pg_trigger WHERE tgname = %s AND tgrelid = %s::regclass", [name, f'"{table}"'])
    if not cursor.fetchone():
        cursor.execute(FUNCTION)
        cursor.execute(
            f'CREATE TRIGGER "{name}" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION policeapp_content_changed()"
        )
