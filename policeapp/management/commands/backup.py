"""``manage.py backup DIR``: the whole site in one archive."""

import sqlite3
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.template.defaultfilters import filesizeformat

from policeapp.archives import back_up
from policeapp.dumps import BackupError


class Command(BaseCommand):
    help = "Put the database and the uploaded files into a dated archive in DIR, while the site runs."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("dir", type=Path, help="the folder for the archive, best on another disk")
        parser.add_argument("--keep", type=int, metavar="N", help="then remove the oldest archives there but N")

    def handle(self, *, dir, keep, **options):
        if keep is not None and keep < 1:
            raise CommandError("--keep takes a number from 1.")
        try:
            made = back_up(dir, keep)
        except BackupError as problem:
            raise CommandError(f"There is no backup. {problem}") from problem
        except (OSError, sqlite3.Error, DatabaseError) as problem:
            raise CommandError(f"There is no backup: {said(problem)}.") from problem
        manifest, size = made.manifest, filesizeformat(made.path.stat().st_size).replace("\xa0", " ")
        rows, removed = sum(manifest["rows"].values()), f"; {made.removed} older removed" if made.removed else ""
        self.stdout.write(f"{made.path}: {size}, {rows:,} rows, {manifest['files']:,} files{removed}.")
        if lost := manifest["missing_files"]:
            self.stderr.write(f"{len(lost)} files that the database names are not there, such as {lost[0]}.")


def said(problem):
    """What the system or the database said, in one line."""
    if isinstance(problem, OSError) and problem.strerror:
        return f"{problem.filename}: {problem.strerror}" if problem.filename else problem.strerror
    return next(iter(str(problem).splitlines()), type(problem).__name__)
