from django.db import migrations, models

from departments.names import normalise
from policeapp.fulltext import AddFullText

BATCH = 500


def fill_in_words(apps, schema_editor):
    """As Job.derive has them."""
    jobs = apps.get_model("jobs", "Job").objects.using(schema_editor.connection.alias)
    batch = []
    for job in jobs.only("words", "description", "requirements").order_by("pk").iterator(chunk_size=BATCH):
        words = f"{job.words} {normalise(f'{job.description} {job.requirements}')}".split()
        job.all_words = "".join(dict.fromkeys(f" {word[:60]}" for word in words))
        batch.append(job)
        if len(batch) == BATCH:
            jobs.bulk_update(batch, ["all_words"])
            batch = []
    jobs.bulk_update(batch, ["all_words"])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("jobs", "0002_words"), ("departments", "0004_search")]

    operations = [
        migrations.AddField(
            model_name="job", name="all_words", field=models.TextField(db_default="", default="", editable=False)
        ),
        migrations.RunPython(fill_in_words, migrations.RunPython.noop, elidable=True),
        AddFullText("job", "words"),
        AddFullText("job", "all_words"),
    ]
