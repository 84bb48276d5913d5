"""Kinds of departments, which pages call agency types, and of their websites."""

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


class WebsiteKind(models.TextChoices):
    AGENCY = "agency", _("the department's own")
    PARENT_GOVERNMENT = "parent_government", _("its city's, county's or state's")
    INSTITUTION = "institution", _("its university's or school district's")

    @classmethod
    def link_text(cls, website_kind, kind):
        """Return the text of a link to a website, such as "City website" if it is that of the department's city."""
        if website_kind == cls.INSTITUTION:
            return _("School district website") if kind == DepartmentKind.SCHOOL_DISTRICT else _("University website")
        if website_kind == cls.PARENT_GOVERNMENT:
            return GOVERNMENT_WEBSITES.get(kind, _("Government website"))
        return _("Website")


# The government that a department of this kind is a part of.
GOVERNMENT_WEBSITES = {
    DepartmentKind.MUNICIPAL: _("City website"),
    DepartmentKind.SHERIFF: _("County website"),
    DepartmentKind.COUNTY_POLICE: _("County website"),
    DepartmentKind.STATE_POLICE: _("State website"),
    DepartmentKind.STATE_OTHER: _("State website"),
    DepartmentKind.TRIBAL: _("Tribal website"),
}
