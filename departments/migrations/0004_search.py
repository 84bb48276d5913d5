from django.db import migrations, models

import departments.fields
from departments.names import core, normalise
from policeapp.fulltext import AddFullText
from policeapp.operations import AddIndexLive

BATCH = 1000


def fill_in_names(apps, schema_editor):
    """As Department.derive has them."""
    departments = apps.get_model("departments", "Department").objects.using(schema_editor.connection.alias)
    batch = []
    for department in departments.only("name_key", "city").order_by("pk").iterator(chunk_size=BATCH):
        department.name_core = core(department.name_key)
        department.city_key = normalise(department.city)[:120]
        batch.append(department)
        if len(batch) == BATCH:
            departments.bulk_update(batch, ["name_core", "city_key"])
            batch = []
    departments.bulk_update(batch, ["name_core", "city_key"])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("departments", "0003_national")]

    operations = [
        *(
            migrations.AddField(
                model_name="department",
                name=name,
                field=departments.fields.KeyField(db_default="", default="", editable=False, max_length=length),
            )
            for name, length in (("name_core", 250), ("city_key", 120))
        ),
        migrations.RunPython(fill_in_names, migrations.RunPython.noop, elidable=True),
        AddIndexLive("department", models.Index(fields=["status", "city_key"], name="department_by_city")),
        AddFullText("department", "search_text"),
    ]
