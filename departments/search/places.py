"""Finds the places that a text names. No text is sent to other servers."""

import re
from functools import reduce
from operator import or_
from typing import NamedTuple

from ..geo import states
from ..geo.points import Point
from ..models import Place
from ..names import normalize

ZIP = re.compile(r"(\d{5})(?:-?\d{4})?\Z", re.ASCII)
COORDINATES = re.compile(r"(-?\d{1,2}(?:\.\d{1,9})?)\s*,\s*(-?\d{1,3}(?:\.\d{1,9})?)\Z", re.ASCII)
MAX_CHOICES = 12
MAX_ROWS = 200  # no name of a town is that frequent
MAX_STATE_WORDS = 3  # Northern Mariana Islands


class FoundPlaces(NamedTuple):
    """Lists of at most ``MAX_CHOICES`` places, most likely first.

    ``exact`` are the places of a text that can't be anything else, such as a ZIP code or "Westport, CT". ``towns`` are
    the towns with that name in any state: the text may mean something else.
    """

    exact: list
    towns: list


class TownName(NamedTuple):
    """One way to read a text as a town. ``state`` and ``county`` are "" if the text doesn't name them."""

    name: str
    state: str = ""
    county: str = ""

    def matches(self, place):
        """Return whether the place may be this town."""
        if place.key != normalize(self.name) or self.state not in ("", place.state):
            return False
        return not self.county or f"{place.county} ".casefold().startswith(f"{self.county} ".casefold())


def find(text):
    """Return the places that a ZIP code, "41.14, -73.36", "Westport, CT" or "Westport" names.

    The list has none, one, or up to ``MAX_CHOICES`` places to choose from, most likely first. Coordinates return a
    place that is not in the database.
    """
    found = look_up(text)
    return found.exact or found.towns


def look_up(text):
    """Return :class:`FoundPlaces`. At most one query."""
    text = text.strip()
    if match := ZIP.match(text):
        return FoundPlaces(list(Place.objects.zip_code(match[1])), [])
    if match := COORDINATES.match(text):
        point = Point(float(match[1]), float(match[2]))
        return FoundPlaces([_place_at(point)] if point.is_valid() else [], [])
    names = [*_with_state(text), TownName(text)]
    rows = list(reduce(or_, (Place.objects.towns(*name) for name in names))[:MAX_ROWS])
    *exact, towns = ([place for place in rows if name.matches(place)] for name in names)
    return FoundPlaces(_prefer_towns(next(filter(None, exact), [])), _prefer_towns(towns))


def split_state(text):
    """Yield ``(text before the state, State)`` for each way the text can end with a state, most likely first."""
    words = text.replace(",", " ").split()
    # The longest name first: "Charleston West Virginia" is not "Charleston West" in Virginia.
    for length in range(min(MAX_STATE_WORDS, len(words)), 0, -1):
        state = states.find(" ".join(words[-length:]))
        # "Washington DC" is a name of the state, but here a town in it.
        if state and (length == 1 or states.find(words[-1]) != state):
            yield " ".join(words[:-length]), state


def _with_state(text):
    """Return the ways to read the text as a town with a state, and possibly a county."""
    if "," not in text:
        return [TownName(name, state.code) for name, state in split_state(text) if name]
    *names, state = [part.strip() for part in text.split(",")]
    state = states.find(state)
    return [TownName(names[0], state.code, *names[1:])] if state and len(names) < 3 and names[0] else []


def _prefer_towns(found):
    """Leave out neighborhoods and former names if a town has the name too."""
    return ([place for place in found if place.zip_codes] or found)[:MAX_CHOICES]


def _place_at(point):
    # Two decimals are about a mile: precise enough for a search, too coarse to locate a home.
    latitude, longitude = round(point.latitude, 2), round(point.longitude, 2)
    return Place(name=f"{latitude}, {longitude}", latitude=latitude, longitude=longitude)
