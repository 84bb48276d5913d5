"""The uploaded files that rows of the database name."""

from django.apps import apps
from django.db import connection, models

NAMES = """SELECT "{column}" FROM "{table}" WHERE "{column}" != ''"""


def named_files(ask=None):
    """The names, as storages know them, of all uploaded files that the database's rows have.

    ``ask(sql)`` gives the rows of a query; without it, the site's database is asked.
    """
    ask, names = ask or _ask, set()
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, models.FileField):
                found = ask(NAMES.format(table=model._meta.db_table, column=field.column))
                names.update(name for (name,) in found)
    return names


def _ask(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
