from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PoliceAppConfig(AppConfig):
    name = "policeapp"
    verbose_name = _("Site")
