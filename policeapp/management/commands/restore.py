"""``manage.py restore ARCHIVE``: the site as ``manage.py backup`` has found it."""

import sqlite3
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from policeapp.archives import restore
from policeapp.dumps import BackupError

from .backup import said


class Command(BaseCommand):
    help = "Put the database and the uploaded files of an archive in the place of an empty site's."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("archive", type=Path, help="a file that `manage.py backup` has made")
        parser.add_argument("--replace", action="store_true", help="also where the database has rows: they are lost")

    def handle(self, *, archive, replace, **options):
        try:
            manifest = restore(archive, replace).manifest
        except BackupError as problem:
            raise CommandError(f"Nothing was restored. {problem}") from problem
        except (OSError, sqlite3.Error, DatabaseError) as problem:
            raise CommandError(f"The restore failed: {said(problem)}.") from problem
        rows = sum(manifest["rows"].values())
        self.stdout.write(f"Restored {rows:,} rows and {manifest['files']:,} files as of {manifest['made']}.")
