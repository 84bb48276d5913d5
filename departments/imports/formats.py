"""Formats of official agency files, recognized by their headers, and names as the FBI publishes them."""

import re
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policeapp.imports.engine import Skipped

from ..names import county_label, is_bare
from . import cleaning


class Format(NamedTuple):
    """A published format.

    ``header`` are columns that only files in this format have. ``source`` is the code of the publication.
    ``bare_names`` is True if the file names towns instead of agencies. In such a file, a figure of 0 is unknown, too.
    """

    header: tuple = ()
    source: str = ""
    bare_names: bool = False


FORMATS = (
    # FBI, Law Enforcement Employees: a row for each agency and year.
    Format(("pub_agency_name", "officer_ct", "data_year"), "fbi_lee", bare_names=True),
    # FBI, Crime Data Explorer: the list of agencies.
    Format(("agency_name", "is_nibrs", "nibrs_start_date"), "fbi_cde"),
)
OTHER = Format()


def recognize(header):
    """Return the :class:`Format` of a file with this header, or ``OTHER``."""
    names = {name.strip().casefold() for name in header}
    return next((known for known in FORMATS if names.issuperset(known.header)), OTHER)


# Codes that the FBI uses in place of a state: federal agencies, and the former Canal Zone.
NOT_STATES = {"FS", "CZ"}
TOTAL = re.compile(r"(grand |sub ?|state(wide)? )?totals?[ ,:]*([a-z]{2})?", re.IGNORECASE)
NAME_FLAGS = {
    "unit_missing": gettext_lazy("has no name of its own: its unit is missing"),
    "statewide_total": gettext_lazy("counts the officers of a whole state at one post"),
}


def skip_other_rows(values, header):
    """Raise :class:`Skipped` for a row that is not about a department. ``header(column)`` is a column's name."""
    if TOTAL.fullmatch(values.get("name", "").strip()):
        raise Skipped(header("name"), _("is a total"))
    if reason := NAME_FLAGS.get(values.get("name_flag", "")):
        raise Skipped(header("name_flag"), str(reason))
    if cleaning.is_true(values.get("is_sub_facility", "")):
        raise Skipped(header("is_sub_facility"), _("is a part of another agency"))
    if cleaning.text(values.get("superseded_by", "")):
        raise Skipped(header("superseded_by"), _("has a newer ORI"))
    for column in ("state", "state_abbr"):
        if values.get(column, "").upper() in NOT_STATES:
            raise Skipped(header(column), _("is not in a state"))


def complete_name(name, unit, agency_type, state):
    """Return ``(name, whether it is guessed)`` for the name of a place in a list of agencies by the FBI.

    The FBI writes "Anchorage" and "City" for a police department, and "Cook" and "County" for a sheriff's office. Names
    of other types of agencies stay. A unit, such as a post, follows after a colon, as in the FBI's other lists.
    """
    if unit:
        return f"{name}: {unit}", False
    if not is_bare(name):
        return name, False
    kind = agency_type.casefold()
    if kind == "city":
        return f"{name} Police Department", True
    if kind == "county":
        has_word = re.search(r"\b(county|parish|borough|municipality)$", name, re.IGNORECASE)
        county = name if has_word else county_label(name, state)
        return f"{county} Sheriff's Office", True
    return name, False
