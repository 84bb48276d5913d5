"""The facts that a visitor can correct, in the order of the page."""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _


class Fact(NamedTuple):
    """A fact as visitors know it.

    The page of a correction can set its ``fields``. The first one begins with the value that the visitor entered,
    unless ``begins_with_current``. A fact without fields is changed in the admin's form, at the element with the id
    ``anchor``, or by ``method``, the name of a method of the object that returns whether it has changed anything.
    """

    label: str
    fields: tuple = ()
    begins_with_current: bool = False
    anchor: str = ""
    method: str = ""
    is_for_administrators: bool = False


OTHER = Fact(_("Something else"))

OF_DEPARTMENTS = {
    "name": Fact(_("Name of the department"), ("name",), is_for_administrators=True),
    "kind": Fact(_("Agency type"), anchor="id_kind", is_for_administrators=True),
    "logo": Fact(_("Logo"), anchor="id_logo"),
    "chief": Fact(_("Chief"), ("chief_name", "chief_title")),
    "address": Fact(_("Address"), ("street1", "street2", "city", "zip"), begins_with_current=True),
    "phone": Fact(_("Phone"), ("phone",)),
    "email": Fact(_("Email"), ("email",)),
    "website": Fact(_("Website"), ("website", "website_kind")),
    "location": Fact(_("Map"), anchor="id_latitude"),
    "officers": Fact(_("Number of officers"), ("sworn_officers", "sworn_year")),
    "population": Fact(_("Population served"), ("population", "population_year", "population_basis")),
    "county_population": Fact(_("County population"), ("county_population", "county_population_year")),
    "specializations": Fact(_("Specializations"), anchor="id_listed_specializations"),
    "hiring_steps": Fact(_("Hiring steps"), anchor="hiring_steps-group"),
    "about": Fact(_("About the department"), ("about",), begins_with_current=True),
    "mission": Fact(_("Mission statement"), ("mission", "mission_is_summary"), begins_with_current=True),
    "divisions": Fact(_("Divisions"), anchor="divisions-group"),
    "special_units": Fact(_("Special services"), anchor="special_units-group"),
    "other": OTHER,
}

# {label of a model: {key: Fact}}. Apps add those of their models in AppConfig.ready().
FACTS = {"departments.Department": OF_DEPARTMENTS}


def facts_of(target):
    """Return ``{key: Fact}`` of an object or a model."""
    return FACTS[target._meta.label]
