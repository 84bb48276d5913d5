"""Precedence of sources: whether a stored value or an imported one counts.

1. A value that a person or a fixture has set wins. So does a value without a source.
2. Else the surer value wins. See :func:`certainty`.
3. Else the newer value wins. A value without a date counts as older than any date; of the same date, the later import
   wins.
"""

from ..names import is_bare, normalize
from .place import Precision

PERSON, CERTAINTY, DATE = "person", "certainty", "date"

LOCATIONS = ["", Precision.COUNTY, Precision.ZIP, Precision.TOWN, Precision.BUILDING]  # the least sure first


def certainty(fact, value, guessed):
    """Return how sure the value of a fact is, 0 or more. For a location, ``value`` is its precision.

    A bare name ("Anchorage") is less sure than one that the import completed or that has its unit after a colon, and
    that is less sure than a whole name. Any other fact is surer if the source states it than if the import guesses it.
    """
    if fact == "name":
        return 0 if is_bare(value) else 1 if guessed or ":" in value else 2
    return LOCATIONS.index(value) if fact == "latitude" else int(not guessed)


def more_words(name, other):
    """Return 1 if a name has all words of the other and more, -1 if it lacks some and adds none, else 0.

    "South Dakota Highway Patrol" is more specific than "Highway Patrol".
    """
    words, other_words = (set(normalize(each).split()) for each in (name, other))
    return (words > other_words) - (words < other_words)


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
    if not difference and fact == "name":
        difference = more_words(theirs, ours)
    if difference:
        return CERTAINTY if difference < 0 else ""
    return DATE if is_older(new.get("as_of", ""), old.get("as_of", "")) else ""
