from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _


class DepartmentsConfig(AppConfig):
    name = "departments"
    verbose_name = _("Departments")

    def ready(self):
        from policeapp.imports.uploads import IMPORTERS
        from policeapp.operations.clean_up import TASKS

        from .checks import check_places
        from .claims.models import delete_old
        from .imports.agencies import AgencyImporter

        IMPORTERS["departments"] = AgencyImporter
        TASKS["claims and invitations"] = delete_old
        register(check_places, Tags.database, deploy=True)
