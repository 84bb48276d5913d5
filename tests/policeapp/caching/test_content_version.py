"""The version of the content changes with each write to a table that public pages show."""

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction

from jobs.models import Alert, Listing
from policeapp.caching import content

from ...factories import (
    add_zip_part,
    make_alert,
    make_charlie,
    make_connector,
    make_department,
    make_division,
    make_job,
    make_jurisdiction,
    make_place,
    make_requirements,
    make_step,
    make_user,
    today,
)

# Defer the check of foreign keys to the end of the transaction, which is rolled back.
DEFERRED = {"postgresql": "SET CONSTRAINTS ALL DEFERRED", "sqlite": "PRAGMA defer_foreign_keys = ON"}


def watched():
    configs = [apps.get_app_config(app) for app in content.APPS]
    models = [model for config in configs for model in config.get_models(include_auto_created=True)]
    return [model for model in models if getattr(model, "IS_SHOWN", True)]


@pytest.mark.parametrize("model", watched(), ids=lambda model: model._meta.label)
def test_every_write_to_public_content_changes_the_version(westport, model):
    table, key = model._meta.db_table, model._meta.pk.column
    make_everything(westport)
    with connection.cursor() as cursor:
        for statement in (f"UPDATE {table} SET {key} = {key}", f"DELETE FROM {table} WHERE {key} = {key}"):
            before = content.version()
            with transaction.atomic():
                cursor.execute(DEFERRED[connection.vendor])
                try:
                    cursor.execute(statement)
                    assert content.version() != before, statement
                finally:
                    transaction.set_rollback(True)


def make_everything(westport):
    make_place()
    add_zip_part("06880", make_jurisdiction(departments=[westport]))
    westport.editors.add(charlie := make_charlie())
    westport.recruiters.add(charlie)
    make_requirements(job := make_job(westport))
    Listing.objects.create(connector=make_connector(westport), job=job, listed_on=today())
    make_step(westport)
    westport.slug = "a-new-address"
    westport.save()


def test_other_writes_do_not_change_the_version(db, django_user_model):
    make_alert()
    before = content.version()
    make_user("someone", password="x")
    Alert.objects.update(q="officer")
    assert content.version() == before


def test_only_private_models_are_not_watched():
    unwatched = {model.__name__ for app in content.APPS for model in apps.get_app_config(app).get_models()}
    unwatched -= {model.__name__ for model in watched()}
    unwatched = {name for name in unwatched if not name.startswith("Historical")}
    assert unwatched == {
        "Subscriber", "Alert", "Message", "NotifiedOpening", "SendRun", "Claim", "Invitation", "Correction", "Report",
        "Connector", "Duplicate", "ApiKey",
    }  # fmt: skip


def test_a_link_to_a_department_changes_the_version(westport):
    jurisdiction = make_jurisdiction()
    before = content.version()
    jurisdiction.departments.add(westport)
    linked = content.version()
    jurisdiction.departments.clear()
    assert len({before, linked, content.version()}) == 3


def test_a_rolled_back_write_does_not_change_the_version(transactional_db):
    department = make_department()
    before = content.version()
    with transaction.atomic():
        department.save()
        transaction.set_rollback(True)
    assert content.version() == before
    department.save()
    assert content.version() != before


def test_migrate_restores_lost_triggers(transactional_db):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER departments_division_content_insert")
        else:
            cursor.execute("DROP TRIGGER departments_division_content ON departments_division")
    call_command("migrate", verbosity=0)
    department = make_department()
    before = content.version()
    make_division(department)
    assert content.version() != before


def test_on_postgresql_writers_do_not_wait_and_each_commit_changes_the_version(postgresql):
    """Two writers change unrelated tables at the same time."""

    def versions(watcher):
        return watcher.execute("SELECT token FROM policeapp_contentversion ORDER BY token").fetchall()

    with (
        psycopg.connect(postgresql, autocommit=True) as watcher,
        psycopg.connect(postgresql, options="-c lock_timeout=5s") as first,
        psycopg.connect(postgresql, options="-c lock_timeout=5s") as second,
    ):
        seen = [versions(watcher)]
        for _ in range(3):
            first.execute("UPDATE departments_department SET name = name")
            second.execute("UPDATE jobs_job SET title = title")
            first.execute("UPDATE departments_division SET name = name")
            assert versions(watcher) == seen[-1]
            for writer in (second, first):
                writer.commit()
                seen.append(versions(watcher))
        assert len({tuple(version) for version in seen}) == len(seen)
        assert all(len(version) <= 3 for version in seen)
