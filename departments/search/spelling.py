"""What a misspelt search may have meant: the last resort, where nothing was found.

Each process keeps the names of towns, and the words of these and of departments' names, in its memory. They are some
forty thousand, however many departments share them.
"""

import time
from collections import Counter
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from django.db.models import F, Value
from rapidfuzz import process
from rapidfuzz.distance import OSA

from ..geo import states
from ..models import Department, Place
from ..names import GENERIC, core, normalise
from .places import split_state

FRESH_FOR = 60 * 60  # seconds; then new names are learnt
PEOPLE_OF_A_ZIP_CODE = 10_000  # about: a third of a billion people have some thirty thousand
COMMON = 10**9  # more than live with any name
MOST_LOOKED_AT = 20


def correct(typed):
    """The text with each unknown word replaced by the nearest known one, as "Westport CT"; "" where nothing is near.

    Where every word is known, together they may be misspelt: "west port", "saint lewis", "pittsburg pa".
    """
    known = _vocabulary(time.monotonic() // FRESH_FOR)
    words = normalise(typed).split()
    if all(_is_known(word, known) for word in words):
        rest, _ = next(split_state(typed), (typed, None))
        name = core(normalise(rest))
        meant = [_nearest(name.replace(" ", ""), known, name), *(word for word in words if word not in name.split())]
    else:
        meant = [word if _is_known(word, known) else _nearest(word, known) for word in words]
    return " ".join(map(_as_written, " ".join(meant).split())) if all(meant) else ""


def _as_written(word):
    return word.upper() if word.upper() in states.STATES else word.capitalize()


def _is_known(word, known):
    return word.isdigit() or word in known and known[word].text == word


def _nearest(letters, known, misspelt=""):
    """The known words at the fewest typing errors, of several those that most people live with, but not what was
    misspelt; "" where even they are too far."""
    errors = 0 if len(letters) < 4 else 1 if len(letters) < 6 else 2 if len(letters) < 11 else 3
    found = process.extract(letters, known.keys(), scorer=OSA.distance, score_cutoff=errors, limit=MOST_LOOKED_AT)
    found = [(distance, known[key]) for key, distance, _ in found if known[key].text != misspelt]
    _, best = min(found, key=lambda match: (match[0], -match[1].people), default=(0, Known("", 0)))
    return best.text


class Known(NamedTuple):
    """Words as they are written, and how many people live with them."""

    text: str
    people: int


@lru_cache(maxsize=1)
def _vocabulary(period):
    """``{letters without blanks: Known}``. One query."""
    towns = Place.objects.filter(zip="", zip_codes__gt=0).order_by()
    towns = towns.values_list("key", F("zip_codes") * PEOPLE_OF_A_ZIP_CODE, Value(True))
    departments = Department.objects.published().order_by().values_list("name_core", "size", Value(False))
    words, names = Counter(dict.fromkeys(GENERIC, COMMON)), {}
    for key, people, is_town in chain(towns.union(departments, all=True), _states()):
        for word in key.split():
            words[word] += people
        if is_town:
            names[key.replace(" ", "")] = Known(key, people)
    return names | {word: Known(word, people) for word, people in words.items()}


def _states():
    for state in states.STATES.values():
        yield normalise(state.name), COMMON, True
        yield state.code.lower(), COMMON, True


def forget():
    """Learn the names anew with the next misspelt text."""
    _vocabulary.cache_clear()
