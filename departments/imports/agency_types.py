"""The types of agencies, as publications name them and as names of agencies contain them."""

import re

from django.utils.translation import gettext as _

from ..names import normalize
from . import cleaning

# The names of types in publications, normalized.
KINDS = {
    "municipal": "city;town;village;municipal police;local police department;local police;police department;police",
    "sheriff": "county;sheriffs office;sheriffs department;sheriff office;sheriff department;county sheriff",
    "county_police": "county police department;county law enforcement",
    "state_police": "state police;highway patrol;primary state law enforcement agency;state law enforcement agency",
    "state_other": "other state agency;state agency;state",
    "campus": "university or college;university;college;campus police;university police;college police",
    "school_district": "school;school police;public school;public school district;independent school district",
    "transit_airport_port": "transit;airport;port;railroad;transportation;airport police;transit police",
    "tribal": "tribal agency;tribal police;tribal law enforcement;indian",
    "park_wildlife": "park;parks;wildlife;natural resources;conservation;park police;fish and wildlife",
    "constable_marshal": "constable;marshal;constable or marshal;marshals office",
    "federal": "federal agency;federal law enforcement",
    "other": "special jurisdiction;other agency;special police",
}
KIND_BY_NAME = {alias: kind for kind, aliases in KINDS.items() for alias in [normalize(kind), *aliases.split(";")]}

# Patterns that recognize an agency's type in its normalized name. The first match counts.
NAME_PATTERNS = {
    "sheriff": r"\bsheriffs?\b",
    "tribal": r"\b(tribal|tribes?|pueblo of|rancheria|indian (community|reservation)|band of|nation police)\b",
    "state_police": r"\b(state police|highway patrol|state patrol|state troopers)\b",
    "school_district": r"\b([cu]?isd|school district|public schools|board of education|school police)\b",
    "transit_airport_port": r"\b(airport|aviation|transit|port authority|railroad|railway)\b",
    "campus": r"\b(university|college) (of|at|police|public safety|department of public|campus|security)\b|\bcampus\b",
    "park_wildlife": r"\b(wildlife|natural resources|state parks?|parks (police|department)|park (rangers?|district)"
    r"|game wardens?|(fish|game) and|forest preserve)\b",
    "constable_marshal": r"\b(constables?|marshals?)\b",
    "county_police": r"\bcounty police\b",
    "municipal": r"\bpolice\b",
}
HARBOR_TOWN = re.compile(r"\bharbors?\b.*\bpolice department$")


def kind(cell, name, city=""):
    """Return the agency's kind from the cell, made more specific or corrected by its name and city.

    Some files derive the type from words in the name. They mistake a town called Marshall for a marshal, College
    Station for a campus, the sheriff of Forest County for a ranger, and Oak Harbor for a port. Raise ``ValueError`` for
    an unknown type.
    """
    cell, name, city = normalize(cleaning.text(cell)), normalize(name), normalize(city)
    known = KIND_BY_NAME.get(cell)
    is_town = city and name == f"{city} police department"
    if cell and not known:
        raise ValueError(_("is an unknown agency type"))
    if known in (None, "other"):
        return "municipal" if is_town else kind_from_name(name) or "other"
    if known in ("campus", "school_district", "park_wildlife") and re.search(r"\bcounty sheriffs\b", name):
        return "sheriff"
    if known in ("campus", "school_district") and is_town:
        return "municipal"
    if re.match(r"state (police|patrol)\b", name):
        return "state_police"
    if cell == "county" and "police" in name and "sheriff" not in name:
        return "county_police"
    if known in ("constable_marshal", "transit_airport_port"):
        if "sheriff" in name:
            return "sheriff"
        marshal = re.search(NAME_PATTERNS["constable_marshal"], name)
        if "police" in name and (HARBOR_TOWN.search(name) if known == "transit_airport_port" else not marshal):
            return "municipal"
    return known


def is_stated(cell):
    """Return whether a cell says more of an agency's type than "other"."""
    return KIND_BY_NAME.get(normalize(cleaning.text(cell))) not in (None, "other")


def kind_from_name(name):
    """Return the kind that a normalized name contains, or ""."""
    return next((kind for kind, pattern in NAME_PATTERNS.items() if re.search(pattern, name)), "")
