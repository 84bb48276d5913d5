"""The number of listed departments in each state under each letter, cached until content changes."""

from collections import Counter, defaultdict
from string import ascii_lowercase

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
