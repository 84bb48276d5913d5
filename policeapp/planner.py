"""What the database's planner knows of its tables."""

from django.db import connections


def learn(using="default"):
    """Have it learn what the tables hold; after writing so many rows that its plans were made for others.

    PostgreSQL would learn it by itself in time, SQLite never does. It looks at a sample of each index.
    (https://www.sqlite.org/lang_analyze.html#approximate_analysis_for_large_databases)
    """
    with connections[using].cursor() as cursor:
        if connections[using].vendor == "sqlite":
            cursor.execute("PRAGMA analysis_limit = 1000")
        cursor.execute("ANALYZE")
