from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0008_changes"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="told", name="told_once"),
        migrations.RenameModel(old_name="Told", new_name="NotifiedOpening"),
        migrations.AddConstraint(
            model_name="notifiedopening",
            constraint=models.UniqueConstraint(fields=("subscriber", "job"), name="notified_once"),
        ),
        migrations.RemoveConstraint(model_name="run", name="run_only_one"),
        migrations.RenameModel(old_name="Run", new_name="SendRun"),
        migrations.AddConstraint(
            model_name="sendrun",
            constraint=models.CheckConstraint(condition=models.Q(("id", 1)), name="send_run_single"),
        ),
        migrations.RemoveIndex(model_name="alert", name="alert_due"),
        migrations.RenameField(model_name="alert", old_name="told_until", new_name="notified_until"),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["confirmed_at", "notified_until"], name="alert_due"),
        ),
        migrations.RenameField(model_name="alert", old_name="renewal_asked_at", new_name="renewal_requested_at"),
        migrations.RenameField(model_name="message", old_name="ended_at", new_name="abandoned_at"),
    ]
