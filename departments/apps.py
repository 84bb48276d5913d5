from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _


class DepartmentsConfig(AppConfig):
    name = "departments"
    verbose_name = _("Departments")

    def ready(self):
        from policeapp.imports.uploads import IMPORTERS

        from .checks import check_places
        from .imports.agencies import AgencyImporter

        IMPORTERS["departments"] = AgencyImporter
        register(check_places, Tags.database, deploy=True)
