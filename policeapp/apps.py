from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin import apps as admin
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class StaffAdminConfig(admin.AdminConfig):
    default = False  # not the configuration of this app
    default_site = "policeapp.web.admin.StaffSite"


class PoliceAppConfig(AppConfig):
    default = True
    name = "policeapp"
    verbose_name = _("Site")

    def ready(self):
        from allauth.account.signals import authentication_step_completed, password_reset
        from django.contrib.auth.signals import user_logged_in

        from .accounts import audit
        from .accounts.lockout import remember_network
        from .accounts.middleware import begin_session, renew_key
        from .caching.content import add_triggers
        from .database.fulltext import restore_triggers
        from .history.restoring import delete_old_history
        from .models import AuditEvent
        from .operations import checks
        from .operations.clean_up import TASKS
        from .web.admin import describe_links

        post_migrate.connect(restore_triggers, dispatch_uid="full text")
        post_migrate.connect(add_triggers, dispatch_uid="content")
        user_logged_in.connect(remember_network, dispatch_uid="known networks")
        user_logged_in.connect(begin_session, dispatch_uid="session")
        authentication_step_completed.connect(renew_key, dispatch_uid="key of the session")
        password_reset.connect(remember_network, dispatch_uid="known networks after a reset")
        audit.connect()
        describe_links()
        TASKS["audit log entries"] = AuditEvent.delete_old
        TASKS["historical rows"] = delete_old_history
        register(checks.check_database, Tags.database, deploy=True)
        register(checks.check_cache, Tags.caches, deploy=True)
        register(checks.check_hosts, Tags.security, deploy=True)
        register(checks.check_networks, Tags.security, deploy=True)
        register(checks.check_private_files, Tags.files, deploy=True)
        register(checks.check_media, Tags.files, deploy=True)
        register(checks.check_disk_space, Tags.files, deploy=True)
        register(checks.check_static_files, Tags.staticfiles, deploy=True)
        if settings.ERROR_REPORTS_DSN:
            from .operations import error_reports

            error_reports.start(settings.ERROR_REPORTS_DSN)
