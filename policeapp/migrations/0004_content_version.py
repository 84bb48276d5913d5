from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("policeapp", "0003_cache")]

    operations = [
        migrations.CreateModel(
            name="ContentVersion",
            fields=[("token", models.BigIntegerField(primary_key=True, serialize=False))],
            options={"default_permissions": ()},
        ),
    ]
