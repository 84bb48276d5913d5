"""Copying a whole site's data from one database to another, such as from SQLite to PostgreSQL."""

from itertools import islice

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import DatabaseError, connections, transaction
from django.db.migrations.recorder import MigrationRecorder

from ..caching.models import ContentVersion

BATCH = 1000

# Whose rows migrations make, anew on each database.
MADE_BY_MIGRATIONS = (Permission, ContentType, ContentVersion)


class CopyRefused(Exception):
    """The copy cannot be made, and the target is as it was; the message is one for a person."""


def copy_database(source, target, report=lambda name, number: None):
    """Copy every row of every table from the database of alias ``source`` to that of ``target``, keys and all.

    Both must have the same migrations, and the target no rows but those that migrations make, which are replaced.
    ``report`` is called with each table's name and its number of rows. The target changes as a whole or not at all,
    and on SQLite nobody writes to the source meanwhile. Raises CopyRefused.
    """
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    models.remove(ContentVersion)  # the target has its own
    with transaction.atomic(using=source), transaction.atomic(using=target):
        _refuse_what_does_not_fit(models, source, target)
        # Those of the source have the keys that its other rows name.
        for model in set(MADE_BY_MIGRATIONS).intersection(models):
            model.objects.using(target).all().delete()
        for model in models:
            try:
                number = _copy_rows(model, source, target)
            except DatabaseError as problem:
                raise CopyRefused(
                    f"A row of {model._meta.db_table} does not fit into the target: {problem}"
                ) from problem
            report(model._meta.db_table, number)
        with connections[target].cursor() as cursor:
            for statement in connections[target].ops.sequence_reset_sql(no_style(), models):
                cursor.execute(statement)


def _refuse_what_does_not_fit(models, source, target):
    applied = [set(MigrationRecorder(connections[alias]).applied_migrations()) for alias in (source, target)]
    if applied[0] != applied[1]:
        different = ", ".join(sorted(f"{app}.{name}" for app, name in applied[0] ^ applied[1]))
        raise CopyRefused(
            f"The two have different migrations; run manage.py migrate on both. They differ in {different}."
        )
    for model in models:
        if model not in MADE_BY_MIGRATIONS and model._base_manager.using(target).exists():
            raise CopyRefused(f"The target is not empty: {model._meta.db_table} has rows.")


def _copy_rows(model, source, target):
    """Write the rows as they are: no signals, no new dates of change, no derived values. How many there are."""
    rows = model._base_manager.using(source).order_by("pk").iterator(chunk_size=BATCH)
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    number = 0
    while batch := list(islice(rows, BATCH)):
        # bulk_create() would set the days of change anew; this is what it calls, as Django's own loaddata does.
        model._base_manager._insert(batch, fields=fields, using=target, raw=True)
        number += len(batch)
    if model._base_manager.using(target).count() != number:
        raise CopyRefused(f"{model._meta.db_table} does not have the {number} rows that were copied.")
    return number
