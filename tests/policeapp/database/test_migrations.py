"""A linter checks that migrations do not lock the tables of a running site."""

import pytest

from ...processes import PRODUCTION, python

SETTINGS = """
from policeapp.settings import *
INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter", "doubtful"]
"""

MODELS = """
from django.db import models

class Thing(models.Model):
    pass
"""

FIRST = """
from django.db import migrations, models

class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel(
            "Thing", [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField(default=""))]
        )
    ]
"""

SECOND = """
from django.db import migrations, models
from policeapp.database.operations import AddIndexLive, RemoveIndexLive

class Migration(migrations.Migration):
    atomic = False
    dependencies = [("doubtful", "0001_initial")]
    operations = [{}]
"""

INDEX = 'models.Index(fields=["name"], name="thing_by_name")'


@pytest.fixture
def lint(tmp_path, postgresql):
    """``lint(operations)``: lint the site's migrations and one with these operations; return the completed process.

    ``lint(operations, "doubtful")``: lint only that migration.
    """

    def run(operations, *apps):
        migrations = tmp_path / "doubtful" / "migrations"
        migrations.mkdir(parents=True)
        (tmp_path / "linted.py").write_text(SETTINGS)
        (tmp_path / "doubtful" / "__init__.py").touch()
        (tmp_path / "doubtful" / "models.py").write_text(MODELS)
        (migrations / "__init__.py").touch()
        (migrations / "0001_initial.py").write_text(FIRST)
        (migrations / "0002_second.py").write_text(SECOND.format(operations))
        values = {"DATABASE_URL": postgresql, "DJANGO_SETTINGS_MODULE": "linted", "PYTHONPATH": str(tmp_path)}
        return python("manage.py", "lintmigrations", *apps, env=PRODUCTION | values)

    return run


def test_no_migration_locks_a_live_table(lint):
    done = lint(f'AddIndexLive("thing", {INDEX}), RemoveIndexLive("thing", "thing_by_name")')
    assert done.returncode == 0, done.stdout
    assert "(doubtful, 0002_second)... OK" in done.stdout
    # The linter ignores only initial migrations, which create the tables, and the migrations of libraries.
    libraries = ("(account,", "(axes,", "(mfa,", "(usersessions,")
    ignored = [line for line in done.stdout.splitlines() if line.endswith("IGNORE") and not line.startswith(libraries)]
    assert [line for line in ignored if "_initial)" not in line] == []


@pytest.mark.parametrize(
    ("operation", "problem"),
    [
        ('migrations.AddField("thing", "number", models.IntegerField(default=0))', "NOT NULL constraint"),
        (f'migrations.AddIndex("thing", {INDEX})', "CREATE INDEX locks table"),
        (f'AddIndexLive("thing", {INDEX}), migrations.RemoveIndex("thing", "thing_by_name")', "DROP INDEX locks table"),
        ('migrations.RemoveField("thing", "name")', "DROPPING columns"),
        ('migrations.RenameField("thing", "name", "title")', "RENAMING columns"),
        ('migrations.AlterField("thing", "name", models.CharField(max_length=9))', "ALTERING columns"),
        ('migrations.RenameModel("Thing", "Object")', "RENAMING tables"),
        ('migrations.DeleteModel("Thing")', "DROPPING table"),
    ],
    ids=["not null", "index", "no index", "drop", "rename", "alter", "rename table", "drop table"],
)
def test_the_linter_rejects_migrations_that_would_break_a_live_site(lint, operation, problem):
    done = lint(operation, "doubtful")
    assert done.returncode == 1
    assert problem in done.stdout.partition("(doubtful, 0002_second)... ERR")[2]
