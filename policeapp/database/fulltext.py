"""Full-text search with each database's own index and the same results on SQLite and PostgreSQL.

A model names its indexed columns in ``FULL_TEXT``; ``AddFullText`` in a migration creates their indexes, and
``filter(column__words=[["west"], ["policies", "policy"]])`` finds the rows whose column has a word that begins with
"west" and one that begins with "policies" or "policy".

The text of such a column is normalized in Python and split only at spaces, so the databases' own rules for words, stop
words, accents and endings do not matter. PostgreSQL has a generated ``tsvector`` column with a GIN index. An index on
the expression alone would find the same rows, but computing the words of each row is slow where the planner prefers
another index or a scan. SQLite has an FTS5 table beside the column, which triggers update. The triggers are lost when
a later migration rebuilds the table, as Django does on SQLite, so each ``migrate`` restores them.

See https://www.sqlite.org/fts5.html#external_content_tables and
https://www.postgresql.org/docs/current/textsearch.html.
"""

from django.db import connections, models
from django.db.migrations.operations.base import Operation

# SQL for SQLite's index. The names are quoted by the caller or made from our own table names.
MATCHES = "{key} IN (SELECT rowid FROM {index} WHERE {index} MATCH %s)"
ADD = """INSERT INTO "{index}" (rowid, "{column}") VALUES (new.id, new."{column}");"""
REMOVE = """INSERT INTO "{index}" ("{index}", rowid, "{column}") VALUES ('delete', old.id, old."{column}");"""
REBUILD = """INSERT INTO "{index}" ("{index}") VALUES ('rebuild')"""


@models.CharField.register_lookup
@models.TextField.register_lookup
class Words(models.Lookup):
    """Match rows whose column has, for each group of prefixes, a word that begins with one of them.

    There must be at least one group, and none may be empty. Prefixes are letters and digits, like the words.

    The model's ``COMMON_WORDS`` are words that most rows have. SQLite compares them row by row, because it would read
    and sort nearly the whole table if its index looked for them.
    """

    lookup_name = "words"
    prepare_rhs = False

    def as_sqlite(self, compiler, connection):
        column = self.lhs.target
        table = compiler.quote_name_unless_alias(self.lhs.alias)
        common_words = getattr(column.model, "COMMON_WORDS", ())
        conditions, parameters, rare = [], [], []
        for group in self.rhs:
            if any(word.startswith(tuple(group)) for word in common_words):
                text = f"{table}.{connection.ops.quote_name(column.column)}"
                conditions.append("(" + " OR ".join([f"instr({text}, %s)"] * len(group)) + ")")
                parameters += [f" {prefix}" for prefix in group]
            else:
                rare.append("(" + " OR ".join(f'"{prefix}"*' for prefix in group) + ")")
        if rare:
            index = connection.ops.quote_name(_index_name(column.model._meta.db_table, column.column))
            conditions.append(MATCHES.format(key=f'{table}."id"', index=index))
            parameters.append(" AND ".join(rare))
        return f"({' AND '.join(conditions)})", parameters

    def as_postgresql(self, compiler, connection):
        table = compiler.quote_name_unless_alias(self.lhs.alias)
        column = connection.ops.quote_name(_vector_name(self.lhs.target.column))
        query = " & ".join("(" + " | ".join(f"'{prefix}':*" for prefix in group) + ")" for group in self.rhs)
        return f"{table}.{column} @@ %s::tsquery", [query]


class AddFullText(Operation):
    """Create the index of a column; on PostgreSQL concurrently, so the migration needs ``atomic = False``."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name, column):
        self.model_name = model_name
        self.column = column

    def state_forwards(self, app_label, state):
        """The index is not part of the models' state."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            create = _create_postgresql if schema_editor.connection.vendor == "postgresql" else _create_sqlite
            for statement in create(model._meta.db_table, self.column):
                schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            drop = _drop_postgresql if schema_editor.connection.vendor == "postgresql" else _drop_sqlite
            for statement in drop(model._meta.db_table, self.column):
                schema_editor.execute(statement, params=None)

    def describe(self):
        return f"Create the full-text index of {self.model_name}.{self.column}"


def restore_triggers(sender, using, **kwargs):
    """After ``migrate``, recreate the indexes that lost triggers when SQLite rebuilt their table."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    for model in sender.get_models():
        for column in getattr(model, "FULL_TEXT", ()):
            table = model._meta.db_table
            index = _index_name(table, column)
            with connection.cursor() as cursor:
                cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE %s", [f"{index}%"])
                present = {name for (name,) in cursor.fetchall()}
                if index in present and not {f"{index}_{event}" for event in EVENTS} <= present:
                    for statement in (*_drop_sqlite(table, column), *_create_sqlite(table, column)):
                        cursor.execute(statement)


EVENTS = ("added", "removed", "changed")


def _index_name(table, column):
    return f"{table}_{column}_words"


def _vector_name(column):
    return f"{column}_vector"


def _create_postgresql(table, column):
    index, vector = _index_name(table, column), _vector_name(column)
    words = f"array_to_tsvector(array_remove(string_to_array({column}, ' '), ''))"
    yield f'ALTER TABLE "{table}" ADD COLUMN IF NOT EXISTS "{vector}" tsvector GENERATED ALWAYS AS ({words}) STORED'
    yield f'CREATE INDEX CONCURRENTLY IF NOT EXISTS "{index}" ON "{table}" USING gin ("{vector}")'


def _drop_postgresql(table, column):
    yield f'DROP INDEX CONCURRENTLY IF EXISTS "{_index_name(table, column)}"'
    yield f'ALTER TABLE "{table}" DROP COLUMN IF EXISTS "{_vector_name(column)}"'


def _create_sqlite(table, column):
    index = _index_name(table, column)
    # "ascii" splits only at spaces: the column has no other ASCII characters besides letters and digits.
    yield (
        f'CREATE VIRTUAL TABLE "{index}" USING fts5("{column}", content="{table}", content_rowid="id", '
        f"tokenize='ascii', detail=none, columnsize=0)"
    )
    add, remove = (statement.format(index=index, column=column) for statement in (ADD, REMOVE))
    differs = f'WHEN old."{column}" IS NOT new."{column}"'
    yield f'CREATE TRIGGER "{index}_added" AFTER INSERT ON "{table}" BEGIN {add} END'
    yield f'CREATE TRIGGER "{index}_removed" AFTER DELETE ON "{table}" BEGIN {remove} END'
    yield (
        f'CREATE TRIGGER "{index}_changed" AFTER UPDATE OF "{column}" ON "{table}" {differs} BEGIN {remove} {add} END'
    )
    yield REBUILD.format(index=index)


def _drop_sqlite(table, column):
    index = _index_name(table, column)
    for event in EVENTS:
        yield f'DROP TRIGGER IF EXISTS "{index}_{event}"'
    yield f'DROP TABLE IF EXISTS "{index}"'
