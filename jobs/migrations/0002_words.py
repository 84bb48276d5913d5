from django.db import migrations, models

from departments.names import normalise
from jobs.models import JobKind
from policeapp.operations import AddIndexLive


def fill_in_words(apps, schema_editor):
    """As Job.derive has them."""
    jobs = apps.get_model("jobs", "Job").objects.using(schema_editor.connection.alias)
    kinds = dict(JobKind.choices)
    batch = []
    for job in jobs.select_related("department").iterator(chunk_size=1000):
        said = normalise(f"{job.title} {kinds[job.kind]}")
        job.words = "".join(f" {word}" for word in dict.fromkeys(f"{said} {job.department.search_text}".split()))
        batch.append(job)
        if len(batch) == 1000:
            jobs.bulk_update(batch, ["words"])
            batch = []
    jobs.bulk_update(batch, ["words"])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("jobs", "0001_initial"), ("departments", "0003_national")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="sources",
            field=models.JSONField(blank=True, default=dict, editable=False, verbose_name="sources"),
        ),
        migrations.AddField(
            model_name="job", name="words", field=models.TextField(db_default="", default="", editable=False)
        ),
        migrations.RunPython(fill_in_words, migrations.RunPython.noop, elidable=True),
        AddIndexLive(
            "job",
            models.Index(fields=["department", "status", "closes_at", "opens_at"], name="job_open_in_department"),
        ),
        migrations.RemoveIndex(model_name="job", name="job_by_department"),
        migrations.RemoveField(model_name="job", name="title_key"),
    ]
