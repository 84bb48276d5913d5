from django.db import migrations, models

from policeapp.operations import AddIndexLive, RemoveIndexLive


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("departments", "0004_search")]

    operations = [
        RemoveIndexLive(model_name="department", name="department_by_position"),
        AddIndexLive(
            "department",
            models.Index(
                fields=["latitude", "longitude", "x", "y", "z", "status"], name="department_by_position"
            ),
        ),
    ]
