"""Statistics for the database's query planner."""

from django.db import connections


def analyze(using="default"):
    """Update the statistics of all tables. Call this after writing many rows, so that query plans fit the new data.

    PostgreSQL eventually does this by itself; SQLite never does. On SQLite, don't analyze only a sample of the rows
    (``PRAGMA analysis_limit``). A sample makes an index on ``status`` look selective, but nearly all rows have the same
    status.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("ANALYZE")
