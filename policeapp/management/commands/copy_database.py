"""``manage.py copy_database URL``: move a site to another database."""

from pathlib import Path

import dj_database_url
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

from policeapp.database.copying import CopyRefused, copy_database

SOURCE = "copied_from"


class Command(BaseCommand):
    help = "Copies all rows of the database at URL into the empty, migrated database of DATABASE_URL."

    def add_arguments(self, parser):
        parser.add_argument("url", help="Where the data are now: sqlite:////srv/police/db.sqlite3")

    def handle(self, *, url, **options):
        try:
            settings = dj_database_url.parse(url)
        except ValueError as problem:
            raise CommandError(f"{url} is not the URL of a database.") from problem
        if "sqlite" in settings["ENGINE"]:
            # Nobody writes to it meanwhile, and a file that isn't there is not made.
            settings["NAME"] = f"{Path(settings['NAME']).absolute().as_uri()}?mode=rw"
            settings["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "uri": True}
        connections.settings |= {SOURCE: connections.configure_settings({"default": {}, SOURCE: settings})[SOURCE]}
        try:
            copy_database(SOURCE, DEFAULT_DB_ALIAS, self.report)
        except (CopyRefused, DatabaseError) as problem:
            raise CommandError(str(problem)) from problem
        finally:
            connections[SOURCE].close()
        self.stdout.write("All rows are copied.")

    def report(self, name, number):
        self.stdout.write(f"{number:>10,} {name}")
