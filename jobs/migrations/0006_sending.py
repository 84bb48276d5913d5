from django.db import migrations, models
from django.db.models import F

from policeapp.operations import AddIndexLive


def fill_in_publication(apps, schema_editor):
    """What has been published is nothing new, whenever it is saved next."""
    jobs = apps.get_model("jobs", "Job").objects.using(schema_editor.connection.alias)
    jobs.exclude(status="draft").filter(department__status="published").update(published_at=F("created"))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("jobs", "0005_job_seekers")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="published_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="first published"),
        ),
        migrations.AddField(
            model_name="message",
            name="ended_at",
            field=models.DateTimeField(
                blank=True,
                help_text="It will not be sent any more: the problem says why.",
                null=True,
                verbose_name="ended",
            ),
        ),
        migrations.RunPython(fill_in_publication, migrations.RunPython.noop, elidable=True),
        AddIndexLive("job", models.Index(fields=["published_at"], name="job_by_publication")),
    ]
