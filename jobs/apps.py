from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = _("Jobs")

    def ready(self):
        from policeapp.operations.metrics import figures

        from . import checks, metrics

        figures.append(metrics.figures)
        register(checks.check_mail, deploy=True)
        register(checks.check_alerts, Tags.database, deploy=True)
