from django.db import migrations, models
from django.db.models.functions import Coalesce

from policeapp.operations import AddIndexLive, RemoveIndexLive


def fill_in_size(apps, schema_editor):
    departments = apps.get_model("departments", "Department").objects.using(schema_editor.connection.alias)
    departments.filter(population__gt=0).update(size=Coalesce("population", 0))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("departments", "0002_initial")]

    operations = [
        migrations.AddField(
            model_name="department",
            name="size",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.RunPython(fill_in_size, migrations.RunPython.noop, elidable=True),
        *(
            AddIndexLive("department", models.Index(fields=fields, name=name))
            for fields, name in [
                (["status", "name_key", "id"], "department_listed"),
                (["status", "state", "name_key", "id"], "department_listed_in_state"),
                (["status", "state", "county_slug", "name_key", "id"], "department_listed_in_county"),
                (["status", "-size", "name_key", "id"], "department_listed_by_size"),
            ]
        ),
        RemoveIndexLive(model_name="department", name="department_by_name"),
        RemoveIndexLive(model_name="department", name="department_by_county"),
    ]
