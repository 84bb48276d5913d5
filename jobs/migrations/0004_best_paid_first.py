from django.db import migrations

from policeapp.operations import RunPostgreSQL


class Migration(migrations.Migration):
    """SQLite's own order puts what is unknown last and uses the index that is there; PostgreSQL needs one so ordered."""

    atomic = False

    dependencies = [("jobs", "0003_search")]

    operations = [
        RunPostgreSQL(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS job_best_paid_first ON jobs_job (pay_yearly DESC NULLS LAST, id)",
            "DROP INDEX CONCURRENTLY IF EXISTS job_best_paid_first",
        )
    ]
