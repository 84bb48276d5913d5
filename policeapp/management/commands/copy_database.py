import os
from pathlib import Path

import dj_database_url
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

from policeapp.database.copying import CopyError, copy_database

SOURCE = "copied_from"
VARIABLE = "SOURCE_DATABASE_URL"


class Command(BaseCommand):
    help = "Copy all rows from the database at URL to the empty, migrated database in DATABASE_URL."

    def add_arguments(self, parser):
        text = "the database with the data, such as sqlite:////srv/police/db.sqlite3; with a password, in " + VARIABLE
        parser.add_argument("url", nargs="?", help=text)

    def handle(self, *, url, **options):
        settings = parse(url)
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


def parse(argument):
    """Return the settings of the database to copy. No message contains the URL, because it may have a password."""
    url = os.environ.get(VARIABLE, "") if argument is None else argument
    try:
        settings = dj_database_url.parse(url or "nothing:")
    except ValueError:
        where = VARIABLE if argument is None else "The argument"
        raise CommandError(f"{where} is not a database URL, such as sqlite:////srv/police/db.sqlite3.") from None
    has_password = settings.get("PASSWORD") or any("password" in name for name in settings.get("OPTIONS", {}))
    if argument and has_password:
        raise CommandError(f"Other users can see arguments. Put a URL with a password into {VARIABLE}.")
    return settings
