from pathlib import Path

import dj_database_url
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

from policeapp.database.copying import CopyError, copy_database

SOURCE = "copied_from"


class Command(BaseCommand):
    help = "Copy all rows from the database at URL to the empty, migrated database in DATABASE_URL."

    def add_arguments(self, parser):
        parser.add_argument("url", help="the database with the data, such as sqlite:////srv/police/db.sqlite3")

    def handle(self, *, url, **options):
        try:
            settings = dj_database_url.parse(url)
        except ValueError as error:
            raise CommandError(f"{url} is not a database URL.") from error
        if "sqlite" in settings["ENGINE"]:
            # Block other writers, and don't create a missing file.
            settings["NAME"] = f"{Path(settings['NAME']).absolute().as_uri()}?mode=rw"
            settings["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "uri": True}
        connections.settings |= {SOURCE: connections.configure_settings({"default": {}, SOURCE: settings})[SOURCE]}
        try:
            copy_database(SOURCE, DEFAULT_DB_ALIAS, self.report)
        except (CopyError, DatabaseError) as error:
            raise CommandError(str(error)) from error
        finally:
            connections[SOURCE].close()
        self.stdout.write("Copied all rows.")

    def report(self, name, number):
        self.stdout.write(f"{number:>10,} {name}")
