"""Corrects misspelled searches that found nothing.

Each process caches the names of towns, and the words in names of towns and departments: about 40,000.
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
from ..models import Department, Jurisdiction, Place
from ..names import GENERIC_WORDS, core_name, normalize
from .places import named_county, split_state
from .ranking import short_form

CACHE_SECONDS = 60 * 60
PEOPLE_PER_ZIP_CODE = 10_000  # roughly: a third of a billion people in about 30,000 ZIP codes
VERY_COMMON = 10**9  # more than the people who live under any name
MAX_CANDIDATES = 20


class KnownWord(NamedTuple):
    """A word or a name of several words, and the number of people who live in places with that name."""

    text: str
    people: int


def correct(text, preferred=frozenset()):
    """Return the text with each unknown word replaced by the closest known one, or "" if none is close enough.

    If all words are known, try them as one misspelled name: "west port", "saint lewis", "pittsburg pa". ``preferred``
    are words that come before names of towns.
    """
    if short_form(text)[0]:
        return ""
    known = _vocabulary(time.monotonic() // CACHE_SECONDS)
    preferred = {word: KnownWord(word, VERY_COMMON) for word in preferred}
    words = normalize(text).split()
    if all(_is_known(word, known) or word in preferred for word in words):
        rest, _ = next(split_state(text), (text, None))
        name = core_name(normalize(rest))
        others = [word for word in words if word not in name.split()]
        corrected = [_closest(name.replace(" ", ""), known, name), *others]
    else:
        corrected = [
            word if _is_known(word, known) or word in preferred else _closest(word, preferred) or _closest(word, known)
            for word in words
        ]
    return " ".join(map(_capitalize, " ".join(corrected).split())) if all(corrected) else ""


def correct_county(text):
    """Return "Loudoun County, VA" for "Loudon County, VA"; "" if the text names no county or one that exists.

    At most one query.
    """
    county = named_county(text)
    if not county:
        return ""
    counties = Jurisdiction.objects.filter(state=county.state, kind=Jurisdiction.Kind.COUNTY)
    names = {name.casefold(): name for name in counties.values_list("county", flat=True)}
    closest = process.extractOne(county.name.casefold(), names.keys(), scorer=OSA.distance, score_cutoff=2)
    return f"{names[closest[0]]}, {county.state}" if closest and closest[1] else ""


def _capitalize(word):
    return word.upper() if word.upper() in states.STATES else word.capitalize()


def _is_known(word, known):
    return word.isdigit() or word in known and known[word].text == word


def _closest(letters, known, misspelled=""):
    """Return the known words with the fewest typing errors, or "" if there are too many errors.

    If several are equally close, return the one with the most people. A wrong first letter counts twice, because people
    seldom mistake it. Never return ``misspelled`` itself.
    """
    errors = 0 if len(letters) < 4 else 1 if len(letters) < 6 else 2 if len(letters) < 11 else 3
    found = process.extract(letters, known.keys(), scorer=OSA.distance, score_cutoff=errors, limit=MAX_CANDIDATES)
    found = [
        (distance + (key[0] != letters[0]), known[key])
        for key, distance, _ in found
        if known[key].text != misspelled and distance + (key[0] != letters[0]) <= errors
    ]
    _, best = min(found, key=lambda match: (match[0], -match[1].people), default=(0, KnownWord("", 0)))
    return best.text


@lru_cache(maxsize=1)
def _vocabulary(period):
    """Return ``{letters without spaces: KnownWord}``. One query for each ``period``, the current hour."""
    towns = Place.objects.filter(zip="", zip_codes__gt=0).order_by()
    towns = towns.values_list("key", F("zip_codes") * PEOPLE_PER_ZIP_CODE, Value(True))
    departments = Department.objects.published().order_by().values_list("name_core", "size", Value(False))
    words, names = Counter(dict.fromkeys(GENERIC_WORDS, VERY_COMMON)), {}
    for key, people, is_town in chain(towns.union(departments, all=True), _states()):
        for word in key.split():
            words[word] += people
        if is_town:
            names[key.replace(" ", "")] = KnownWord(key, people)
    return names | {word: KnownWord(word, people) for word, people in words.items()}


def _states():
    for state in states.STATES.values():
        yield normalize(state.name), VERY_COMMON, True
        yield state.code.lower(), VERY_COMMON, True


def clear_cache():
    """Clear the cached names. The next misspelled text loads them again."""
    _vocabulary.cache_clear()
