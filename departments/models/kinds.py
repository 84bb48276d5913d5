"""Kinds of departments. Pages call them agency types."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DepartmentKind(models.TextChoices):
    MUNICIPAL = "municipal", _("Municipal police")
    SHERIFF = "sheriff", _("Sheriff")
    COUNTY_POLICE = "county_police", _("County police")
    STATE_POLICE = "state_police", _("State police")
    STATE_OTHER = "state_other", _("Other state agency")
    CAMPUS = "campus", _("Campus police")
    SCHOOL_DISTRICT = "school_district", _("School district police")
    TRANSIT = "transit_airport_port", _("Transit, airport or port police")
    TRIBAL = "tribal", _("Tribal police")
    PARK = "park_wildlife", _("Park or wildlife agency")
    CONSTABLE = "constable_marshal", _("Constable or marshal")
    FEDERAL = "federal", _("Federal agency")
    OTHER = "other", _("Other agency")
