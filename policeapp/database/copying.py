"""Copies all data of a site from one database to another, such as from SQLite to PostgreSQL."""

from itertools import islice

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import DatabaseError, connections, transaction
from django.db.migrations.recorder import MigrationRecorder

from ..caching.models import ContentVersion

BATCH = 1000

# Migrations fill the tables of these models in each new database.
FILLED_BY_MIGRATIONS = (Permission, ContentType, ContentVersion)


class CopyError(Exception):
    """The copy failed and the target is unchanged. The message is for the user."""


def copy_database(source, target, report=lambda name, number: None):
    """Copy all rows, with their keys, from the database alias ``source`` to the alias ``target``.

    Both databases must have the same migrations, and the target must be empty except for the rows that migrations
    create; those are replaced. ``report`` is called with the name and the number of rows of each table. The target
    changes completely or not at all. On SQLite, nobody can write to the source during the copy. Raises CopyError.
    """
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    models.remove(ContentVersion)  # the target has its own
    with transaction.atomic(using=source), transaction.atomic(using=target):
        _check(models, source, target)
        # Replace these rows, because other rows refer to the keys that they have in the source.
        for model in set(FILLED_BY_MIGRATIONS).intersection(models):
            model.objects.using(target).all().delete()
        for model in models:
            try:
                number = _copy_rows(model, source, target)
            except DatabaseError as error:
                raise CopyError(f"A row of {model._meta.db_table} does not fit into the target: {error}") from error
            report(model._meta.db_table, number)
        with connections[target].cursor() as cursor:
            for statement in connections[target].ops.sequence_reset_sql(no_style(), models):
                cursor.execute(statement)


def _check(models, source, target):
    applied = [set(MigrationRecorder(connections[alias]).applied_migrations()) for alias in (source, target)]
    if applied[0] != applied[1]:
        different = ", ".join(sorted(f"{app}.{name}" for app, name in applied[0] ^ applied[1]))
        raise CopyError(f"The databases have different migrations: {different}. Run manage.py migrate on both.")
    for model in models:
        if model not in FILLED_BY_MIGRATIONS and model._base_manager.using(target).exists():
            raise CopyError(f"The target is not empty: {model._meta.db_table} has rows.")


def _copy_rows(model, source, target):
    """Copy the rows unchanged, without signals, and return their number."""
    rows = model._base_manager.using(source).order_by("pk").iterator(chunk_size=BATCH)
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    number = 0
    while batch := list(islice(rows, BATCH)):
        # bulk_create() would set the dates of change. It calls _insert(), as Django's loaddata does.
        model._base_manager._insert(batch, fields=fields, using=target, raw=True)
        number += len(batch)
    if model._base_manager.using(target).count() != number:
        raise CopyError(f"{model._meta.db_table} does not have the {number} rows that were copied.")
    return number
