from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = _("Jobs")

    def ready(self):
        from departments.signals import departments_changed
        from policeapp.metrics import figures

        from . import checks, metrics
        from .models import sync_from_departments

        figures.append(metrics.figures)
        register(checks.check_mail, deploy=True)
        register(checks.check_alerts, Tags.database, deploy=True)
        departments_changed.connect(sync_from_departments, dispatch_uid="jobs")
