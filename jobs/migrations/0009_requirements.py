from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("jobs", "0008_changes")]

    operations = [
        migrations.RemoveConstraint("minimums", "minimums_ages_in_order"),
        migrations.RemoveConstraint("minimums", "minimums_education_known"),
        migrations.RemoveConstraint("minimums", "minimums_certification_known"),
        migrations.RemoveConstraint("minimums", "minimums_citizenship_known"),
        migrations.RemoveConstraint("minimums", "minimums_licence_known"),
        migrations.RenameModel("Minimums", "Requirements"),
        migrations.RenameField("requirements", "age_least", "minimum_age"),
        migrations.RenameField("requirements", "age_most", "maximum_age"),
        migrations.RenameField("requirements", "licence", "drivers_license"),
    ]
