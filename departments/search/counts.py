"""Numbers of departments: in each state under each letter, cached until content changes, and figures of a list."""

from collections import Counter, defaultdict
from math import dist
from string import ascii_lowercase
from typing import NamedTuple

from django.core.cache import cache
from django.db.models import Count
from django.db.models.functions import Left

from policeapp.caching import content

from ..models import Department

# Counting scans an index of all departments, so the counts of a content version are cached.
SECONDS = 3600

DIGITS = "0-9"
LETTERS = (DIGITS, *ascii_lowercase)


def by_state_and_letter():
    """Return ``{state: {letter: number of departments}}``, without zeros.

    Names that start with neither a digit nor a Latin letter count under "".
    """
    cached_version, counts = cache.get("departments.counts") or (None, None)
    version = content.version()
    if cached_version != version:
        counts = _count()
        cache.set("departments.counts", [version, counts], SECONDS)
    return counts


def by_state():
    """Return ``{state: number of departments}``, without zeros."""
    return _totals(by_state_and_letter())


def letters(state=None):
    """Return the ``LETTERS`` that have departments, in one state or (None) in any state."""
    counts = by_state_and_letter()
    return _used([counts.get(state, {})] if state else counts.values())


def by_state_and_letters():
    """Return :func:`by_state` and :func:`letters` of all states. One query if they are cached."""
    counts = by_state_and_letter()
    return _totals(counts), _used(counts.values())


def _totals(counts):
    return {state: sum(letters.values()) for state, letters in counts.items()}


def _used(states):
    return [letter for letter in LETTERS if any(letter in letters for letters in states)]


def _count():
    counts = defaultdict(Counter)
    first = Department.objects.listed().order_by().values_list("state", Left("name_key", 1))
    for state, letter, number in first.annotate(Count("pk")):
        counts[state][letter if letter in LETTERS else DIGITS if letter.isdecimal() else ""] += number
    return dict(counts)


class Total(NamedTuple):
    """A sum over the ``known`` of ``number`` departments that state a figure."""

    amount: int
    known: int
    number: int


def totals(departments, elsewhere):
    """Return the figures of the departments of a state or county. One query.

    ``officers`` is a ``Total`` without the kinds in ``elsewhere``, whose officers work elsewhere too. ``people`` is one
    of municipal departments, which have separate residents. A sheriff's county includes them, so it is not added.
    ``kinds`` are the rows of ``Department.objects.figures_by_kind()`` with a ``label``.
    """
    kinds = [row | {"label": Department.Kind(row["kind"]).label} for row in departments.figures_by_kind()]
    local = [row for row in kinds if row["kind"] not in elsewhere]
    municipal = [row for row in kinds if row["kind"] == Department.Kind.MUNICIPAL]
    return {
        "kinds": kinds,
        "officers": _total(local, "officers"),
        "people": _total(municipal, "people"),
        "number": sum(row["number"] for row in kinds),
    }


def _total(rows, figure):
    return Total(*(sum(row[name] for row in rows) for name in (figure, f"with_{figure}", "number")))


def nearest_counties(counties, slug, count):
    """Return the ``count`` rows of ``Department.objects.counties()`` nearest to the county with this slug.

    If its position is unknown, return the first others, A to Z.
    """
    own = next(county for county in counties if county.slug == slug)
    others = [county for county in counties if county is not own]
    if own.x is not None:
        others = [county for county in others if county.x is not None]
        others.sort(key=lambda county: dist(own[-3:], county[-3:]))
    return others[:count]
