"""What the database's planner knows of its tables."""

from django.db import connections


def analyze(using="default"):
    """Have it learn what the tables hold; after writing so many rows that its plans were made for others.

    PostgreSQL would learn it by itself in time, SQLite never does. SQLite must not look at a sample only
    (``PRAGMA analysis_limit``): it would take ``status``, which is nearly always the same, for a good index.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("ANALYZE")
