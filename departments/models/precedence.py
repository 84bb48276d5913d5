"""Precedence of sources: whether a stored value or an imported one counts.

1. A value that a person or a fixture has set wins. So does a value without a source.
2. Else the surer value wins. See :func:`certainty`.
3. Else the newer value wins. A value without a date counts as older than any date; of the same date, the later import
   wins.
"""

from ..names import is_bare
from .place import Precision

PERSON, CERTAINTY, DATE = "person", "certainty", "date"

# How sure a fact is, 0 or more. All facts that are not listed are as sure as each other.
STATED = {False: 0, True: 1}  # the agency type, by whether the source states it or the import guesses it
NAMES = {"bare": 0, "guessed": 1, "stated": 2}  # "Anchorage", a name that the import completed, a whole name
LOCATIONS = {
    "": 0, Precision.COUNTY: 1, Precision.ZIP: 2, Precision.TOWN: 3, Precision.BUILDING: 4,
}  # fmt: skip


def certainty(fact, value, guessed):
    """Return how sure the value of a fact is. For a location, ``value`` is its precision."""
    if fact == "name":
        return NAMES["bare" if is_bare(value) else "guessed" if guessed else "stated"]
    if fact == "latitude":
        return LOCATIONS.get(value, 0)
    return STATED[not guessed]


def is_older(date, other):
    """Return whether a date is older than the other. Both are a year, a date in ISO 8601, or "" if unknown.

    A year and a date in it are equally old. An unknown date is older than a known one.
    """
    length = min(len(date), len(other)) or len(other)
    return date[:length] < other[:length]


def reason_to_keep(fact, stored, imported, set_by):
    """Return why the stored value counts: ``PERSON``, ``CERTAINTY`` or ``DATE``, or "" if the imported one does.

    ``stored`` and ``imported`` are ``(value, source)``, where the source is a dict as in :class:`Sourced`. ``set_by``
    is the person who set the stored value, or "".
    """
    if set_by:
        return PERSON
    (ours, old), (theirs, new) = stored, imported
    if ours in (None, ""):
        return ""
    difference = certainty(fact, theirs, new.get("guessed")) - certainty(fact, ours, old.get("guessed"))
    if difference:
        return CERTAINTY if difference < 0 else ""
    return DATE if is_older(new.get("as_of", ""), old.get("as_of", "")) else ""
