from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models


class Migration(migrations.Migration):
    """Forms refuse days that were mistyped; nothing in the database changes."""

    dependencies = [("jobs", "0005_job_seekers")]

    operations = [
        migrations.AlterField(
            model_name="hiringstep",
            name="date",
            field=models.DateField(
                blank=True,
                null=True,
                validators=[MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 12, 31))],
                verbose_name="date",
            ),
        ),
    ]
