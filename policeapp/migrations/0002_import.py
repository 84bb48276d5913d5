import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("policeapp", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Import",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("departments", "Departments"), ("openings", "Openings")],
                        max_length=12,
                        verbose_name="what the file lists",
                    ),
                ),
                ("file_name", models.CharField(max_length=255, verbose_name="file")),
                ("content", models.BinaryField(null=True)),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        help_text="Who published the list, where its rows do not say.",
                        max_length=60,
                        verbose_name="source",
                    ),
                ),
                (
                    "as_of",
                    models.CharField(
                        blank=True,
                        help_text="The year or the day (2026-06-23) that the list is of, where its rows do not say.",
                        max_length=10,
                        verbose_name="as of",
                    ),
                ),
                (
                    "overwrite",
                    models.BooleanField(
                        default=False,
                        help_text="Replace also what people have set by hand.",
                        verbose_name="overwrite edits",
                    ),
                ),
                (
                    "draft",
                    models.BooleanField(
                        default=False, help_text="Publish nothing that is new.", verbose_name="as drafts"
                    ),
                ),
                ("created", models.DateTimeField(auto_now_add=True, verbose_name="uploaded")),
                ("report", models.JSONField(default=dict, editable=False, verbose_name="report")),
                ("rejects", models.BinaryField(default=bytes)),
                ("conflicts", models.BinaryField(default=bytes)),
                ("claimed_at", models.DateTimeField(editable=False, null=True)),
                ("applied_at", models.DateTimeField(editable=False, null=True, verbose_name="applied")),
                (
                    "by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "verbose_name": "import",
                "verbose_name_plural": "imports",
                "ordering": ["-pk"],
                "default_permissions": (),
            },
        ),
    ]
