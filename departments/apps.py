from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _


class DepartmentsConfig(AppConfig):
    name = "departments"
    verbose_name = _("Departments")

    def ready(self):
        from policeapp.accounts.audit import watch_members
        from policeapp.imports.uploads import IMPORTERS
        from policeapp.operations.clean_up import TASKS

        from .checks import check_places
        from .claims.models import delete_old
        from .corrections.models import delete_old as delete_old_corrections
        from .imports.agencies import AgencyImporter
        from .models import Department

        IMPORTERS["departments"] = AgencyImporter
        TASKS["claims and invitations"] = delete_old
        TASKS["corrections"] = delete_old_corrections
        watch_members(Department.editors)
        watch_members(Department.recruiters)
        register(check_places, Tags.database, deploy=True)
