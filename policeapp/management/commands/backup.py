import sqlite3
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.template.defaultfilters import filesizeformat

from policeapp.operations.backups import back_up


class Command(BaseCommand):
    help = "Back up the database and the uploaded files to an archive in DIR. The site can keep running."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("dir", type=Path, help="the folder for the archive, preferably on another disk")
        parser.add_argument("--keep", type=int, metavar="N", help="then delete all but the newest N archives")

    def handle(self, *, dir, keep, **options):
        if keep is not None and keep < 1:
            raise CommandError("--keep must be at least 1.")
        try:
            path = back_up(dir, keep)
        except (OSError, sqlite3.Error, DatabaseError) as error:
            raise CommandError(f"The backup failed: {error}") from error
        self.stdout.write(f"{path}: {filesizeformat(path.stat().st_size)}")
