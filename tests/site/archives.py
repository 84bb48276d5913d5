"""Sites to back up and to restore, and what is in their archives."""

import json
import subprocess
import sys
import tarfile
from contextlib import contextmanager

from .processes import PRODUCTION, ROOT, environment, python

# As JSON: all rows by table, what is indexed and triggered, and what migrations are missing.
LOOK = """
import django, json
django.setup()
from django.apps import apps
from django.db import connection
from policeapp.checks import unapplied_migrations
models = apps.get_models(include_auto_created=True)
rows = {
    model._meta.db_table: [
        json.dumps(row, default=repr, sort_keys=True) for row in model._base_manager.order_by("pk").values()
    ]
    for model in models
}
schemas = {
    "sqlite": "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2",
    "postgresql": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL"
    " SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal UNION ALL"
    " SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1",
}
with connection.cursor() as cursor:
    cursor.execute(schemas[connection.vendor])
    schema = [list(row) for row in cursor.fetchall()]
print(json.dumps({"rows": rows, "schema": schema, "unapplied": unapplied_migrations()}))
"""

# A department and its opening at a time, with a logo, until it is stopped.
WRITER = """
import django
django.setup()
from itertools import count
from django.core.files.base import ContentFile
from django.db import transaction
from tests import factories
for number in count():
    with transaction.atomic():
        department = factories.make_department(f"Writer {number}", logo=ContentFile(b"Writer", "writer.png"))
        factories.make_job(department, f"Writer {number}")
    print(number, flush=True)
"""


class Site:
    """A site with a database and a folder of its own."""

    def __init__(self, url, media, programs):
        self.media = media
        self.env = PRODUCTION | {"DATABASE_URL": url, "MEDIA_ROOT": str(media), "POSTGRES_BIN": programs}

    def manage(self, *arguments):
        return python("manage.py", *arguments, env=self.env)

    def run(self, script):
        done = python("-c", script, env=self.env)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def look(self):
        return json.loads(self.run(LOOK))

    def files(self):
        return {str(path.relative_to(self.media)): path.read_bytes() for path in files_in(self.media)}

    @contextmanager
    def written_to(self):
        """Somebody adds to it all the while."""
        command, streams = [sys.executable, "-c", WRITER], {"stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, cwd=ROOT, env=environment(self.env), **streams) as writer:
            try:
                assert [writer.stdout.readline() for _ in range(3)] == ["0\n", "1\n", "2\n"]
                yield
                assert writer.poll() is None
            finally:
                writer.kill()


def files_in(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def members_of(archive):
    """``{name: content}`` of an archive's files, in their order."""
    with tarfile.open(archive) as opened:
        return {member.name: opened.extractfile(member).read() for member in opened}
