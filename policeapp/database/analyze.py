"""Statistics for the database's query planner."""

from django.db import connections


def analyze(using="default"):
    """Update the statistics of all tables. Call this after writing so many rows that the query plans no longer fit.

    PostgreSQL would do it by itself in time; SQLite never does. On SQLite, don't limit the analysis to a sample
    (``PRAGMA analysis_limit``): it would rate an index on ``status``, which has nearly always the same value, as good.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("ANALYZE")
