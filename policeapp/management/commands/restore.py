import sqlite3
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from policeapp.operations.backups import restore


class Command(BaseCommand):
    help = "Restore the database and the uploaded files from an archive of `manage.py backup`."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("archive", type=Path)
        parser.add_argument("--replace", action="store_true", help="first delete everything in the database")

    def handle(self, *, archive, replace, **options):
        try:
            restore(archive, replace)
        except (OSError, sqlite3.Error, DatabaseError) as error:
            raise CommandError(f"The restore failed: {error}") from error
        self.stdout.write(f"Restored {archive}.")
