from django.db import migrations, models

from policeapp.operations import AddIndexLive


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("jobs", "0007_runs")]

    operations = [
        AddIndexLive("job", models.Index(fields=["opens_at"], name="job_by_opening")),
        AddIndexLive("job", models.Index(fields=["closes_at"], name="job_by_closing")),
    ]
