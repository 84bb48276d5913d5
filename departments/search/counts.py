"""The index of the directory: how many published departments there are in each state under each letter."""

from collections import Counter, defaultdict
from string import ascii_lowercase

from django.core.cache import cache
from django.db.models import Count
from django.db.models.functions import Left

from policeapp import content

from ..models import Department

# How long the numbers of a version of the content are kept: they take a walk along an index of all departments.
SECONDS = 3600

DIGITS = "0-9"
LETTERS = (DIGITS, *ascii_lowercase)


def read():
    """``{state: {letter: number}}`` without those that have none.

    Names that begin with neither a digit nor a Latin letter are under "".
    """
    version, numbers = cache.get("departments.index") or (None, None)
    now = content.version()
    if version != now:
        numbers = _count()
        cache.set("departments.index", [now, numbers], SECONDS)
    return numbers


def numbers():
    """``{state: number of departments}`` of the states that have any."""
    return {state: sum(letters.values()) for state, letters in read().items()}


def letters(state=None):
    """Those of ``LETTERS`` that the state, or any, has a department under."""
    index = read()
    found = [index.get(state, {})] if state else index.values()
    return [letter for letter in LETTERS if any(letter in letters for letters in found)]


def _count():
    index = defaultdict(Counter)
    first = Department.objects.published().order_by().values_list("state", Left("name_key", 1))
    for state, letter, number in first.annotate(Count("pk")):
        index[state][letter if letter in LETTERS else DIGITS if letter.isdecimal() else ""] += number
    return dict(index)
