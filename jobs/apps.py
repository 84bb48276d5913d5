from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = _("Jobs")

    def ready(self):
        from departments.corrections.facts import FACTS
        from departments.signals import departments_changed
        from policeapp.accounts import emails
        from policeapp.caching.middleware import next_changes
        from policeapp.imports.uploads import IMPORTERS
        from policeapp.operations.clean_up import TASKS
        from policeapp.operations.metrics import figures
        from policeapp.web.admin import FRONT_PAGE

        from . import checks, metrics
        from .alerts.messages import delete_account_emails, send_account_email
        from .alerts.models import delete_unconfirmed
        from .corrections import OF_JOBS
        from .front_page import front_page
        from .imports.openings import PostingImporter
        from .models import HiringStep, Job, sync_from_departments

        FACTS[Job._meta.label] = OF_JOBS
        next_changes += [Job.objects.next_change, HiringStep.objects.next_change]
        IMPORTERS["openings"] = PostingImporter
        TASKS["unconfirmed alerts"] = delete_unconfirmed
        TASKS["emails about accounts"] = delete_account_emails
        emails.outbox = send_account_email
        figures.append(metrics.figures)
        FRONT_PAGE.append(front_page)
        register(checks.check_mail, deploy=True)
        register(checks.check_alerts, Tags.database, deploy=True)
        departments_changed.connect(sync_from_departments, dispatch_uid="jobs")
