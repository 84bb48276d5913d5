from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PoliceAppConfig(AppConfig):
    name = "policeapp"
    verbose_name = _("Site")

    def ready(self):
        from .content import add_triggers
        from .fulltext import keep_triggers

        post_migrate.connect(keep_triggers, dispatch_uid="full text")
        post_migrate.connect(add_triggers, dispatch_uid="content")
        if settings.ERROR_REPORTS_DSN:
            from . import reports

            reports.start(settings.ERROR_REPORTS_DSN)
