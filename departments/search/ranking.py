"""Words that were typed -> the departments that they may mean, the likeliest first.

The full-text index finds them; plain comparisons of normalised columns rank them, alike on every engine.
"""

import re
from functools import reduce
from operator import and_, or_
from typing import NamedTuple

from django.db.models import Case, Q, When

from ..models import Department
from ..names import beginnings, core, normalise
from .places import split_state

# Departments that go by letters which their names don't have. Only those that mean one department everywhere.
ACRONYMS = {
    "chp": "highway patrol, CA",
    "cmpd": "charlotte-mecklenburg police, NC",
    "fhp": "florida highway patrol",
    "impd": "indianapolis police, IN",
    "lapd": "los angeles police department, CA",
    "lasd": "los angeles county sheriff, CA",
    "lvmpd": "las vegas metropolitan police department, NV",
    "mnpd": "nashville metropolitan police department, TN",
    "njsp": "state police, NJ",
    "nypd": "new york city police department",
    "nysp": "state police, NY",
    "sdpd": "san diego police department, CA",
    "sfpd": "san francisco police department, CA",
    "sjpd": "san jose police department, CA",
}

# What tells the agencies of one place from each other. Too many have these words to be found by them.
KINDS = frozenset("police sheriff sheriffs county parish state city town township village borough".split())
COUNTIES = {"county", "parish"}
UNSAID = frozenset("department office agency of the and".split())
COUNTY = re.compile(r"(?<= )co\b")
# What the name of a town may go on with while it is still that town's.
TOWNS = ("city", "metropolitan", "township", "town", "village", "borough")


class Reading(NamedTuple):
    """One way to understand what was typed: normalised words, and the state they are about (its code) or ""."""

    key: str
    state: str = ""

    def exact(self):
        """The departments of that name, with or without "police department" and the like, and of that ORI."""
        named = Q(name_key=self.key) | Q(name_core__in=_names(core(self.key))) | Q(ori=self.key.upper())
        return self.there & named

    def prefix(self):
        return self.there & (Q(name_key__startswith=self.key) | Q(name_core__startswith=f"{core(self.key)} "))

    def town(self):
        return self.there & Q(city_key=core(self.key))

    def phrase(self):
        """Those with the words side by side, as the departments of a county have its name."""
        return self.there & _has(f"{core(self.key)} ")

    @property
    def there(self):
        return Q(state=self.state) if self.state else Q()


RANKS = (Reading.exact, Reading.prefix, Reading.town, Reading.phrase)
LARGEST = ("-size", "name_key", "pk")


def ranked(departments, typed, *nearest):
    """The departments that the words may mean: exact names first, then those that begin so, those of the town of that
    name, those with the words side by side, and any that have the words or their beginnings.

    Of all these the kind that was asked for comes first. Within a rank they are in the order of ``nearest``, columns,
    and the largest first.
    """
    readings = _readings(ACRONYMS.get(typed.strip().casefold(), typed))
    best = readings[-1]
    kinds = [_has(word if word.startswith("sheriff") else f"{word} ") for word in best.key.split() if word in KINDS]
    words = [word for word in core(best.key).split() if word not in KINDS | UNSAID]
    if not words:
        # Two kinds in one name are rare. Otherwise so many have it that the largest are soon found in order of size.
        rare = [beginnings(word) for word in best.key.split() if word in KINDS - COUNTIES]
        departments = departments.filter(search_text__words=rare) if len(rare) > 1 else departments
        return departments.filter(best.there, *kinds).order_by(*nearest, *LARGEST)
    tests = [test(reading) for test in RANKS for reading in readings]
    if best.state:
        departments = departments.filter(reduce(or_, tests, best.there))
    departments = departments.filter(search_text__words=[beginnings(word) for word in words])
    kind = [Case(When(reduce(and_, kinds), then=0), default=1)] if kinds else []
    rank = Case(*(When(test, then=number) for number, test in enumerate(tests)), default=len(tests))
    return departments.order_by(*kind, rank, *nearest, *LARGEST)


def of_town_first(departments, place):
    """Departments with ``.miles`` from the place: those that bear its name or are its own police, then the nearest."""
    own = Q(name_core__in=_names(place.key)) | Q(city_key=place.key, kind=Department.Kind.MUNICIPAL)
    return departments.order_by(Case(When(own, state=place.state, then=0), default=1), "miles", "pk")


def _readings(typed):
    """How the text can be understood: as it stands ("Port Washington"), and as about a state ("Port" in Washington)."""
    whole = Reading(_county(normalise(typed)))
    for rest, state in split_state(typed):
        there = Reading(_county(normalise(rest)), state.code)
        return [there] if whole.key.split()[-1] == state.code.lower() else [whole, there]
    return [whole]


def _names(town):
    return [town, *(f"{town} {word}" for word in TOWNS)]


def _county(key):
    """Behind a name, "co" is the county or Colorado."""
    return COUNTY.sub("county", key)


def _has(beginning):
    return Q(search_text__contains=f" {beginning}")
