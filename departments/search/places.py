"""Turns what a person typed into a Place, or into the choices to offer. Nothing typed leaves the server."""

import re
from functools import reduce
from operator import or_
from typing import NamedTuple

from ..geo import states
from ..geo.points import Point
from ..models import Place
from ..names import normalise

ZIP = re.compile(r"(\d{5})(?:-?\d{4})?\Z", re.ASCII)
COORDINATES = re.compile(r"(-?\d{1,2}(?:\.\d{1,9})?)\s*,\s*(-?\d{1,3}(?:\.\d{1,9})?)\Z", re.ASCII)
MOST_CHOICES = 12
MOST_OF_A_NAME = 200  # rows: no name of a town is as frequent
LONGEST_STATE = 3  # words: Northern Mariana Islands


class Found(NamedTuple):
    """Lists of at most ``MOST_CHOICES`` places, the likeliest first.

    ``exact``: the places of a text that can mean nothing else, such as a ZIP code or "Westport, CT". ``towns``: the
    towns of that name in any state, which the words may mean.
    """

    exact: list
    towns: list


class Town(NamedTuple):
    """A town as it may have been meant; state and county are empty where they weren't said."""

    name: str
    state: str = ""
    county: str = ""

    def is_at(self, place):
        """Whether the place may be this one."""
        if place.key != normalise(self.name) or self.state not in ("", place.state):
            return False
        return not self.county or f"{place.county} ".casefold().startswith(f"{self.county} ".casefold())


def find(typed):
    """The places meant by a ZIP code, "41.14, -73.36", "Westport, CT" or "Westport": none, one, or the choices.

    A list of at most ``MOST_CHOICES`` places, the likeliest first. Coordinates give a place that isn't stored.
    """
    found = look_up(typed)
    return found.exact or found.towns


def look_up(typed):
    """What was typed as :class:`Found` places, in one query at most."""
    typed = typed.strip()
    if match := ZIP.match(typed):
        return Found(list(Place.objects.zip_code(match[1])), [])
    if match := COORDINATES.match(typed):
        point = Point(float(match[1]), float(match[2]))
        return Found([_unnamed(point)] if point.is_valid() else [], [])
    readings = [*_with_state(typed), Town(typed)]
    rows = list(reduce(or_, (Place.objects.towns(*reading) for reading in readings))[:MOST_OF_A_NAME])
    *exact, towns = ([place for place in rows if reading.is_at(place)] for reading in readings)
    return Found(_prefer_towns(next(filter(None, exact), [])), _prefer_towns(towns))


def split_state(typed):
    """``(what stands before, the State)`` for each way in which the text may end with a state, the likeliest first."""
    words = typed.replace(",", " ").split()
    # The longest name first: "Charleston West Virginia" is in West Virginia, not a Charleston West in Virginia.
    for length in range(min(LONGEST_STATE, len(words)), 0, -1):
        if state := states.find(" ".join(words[-length:])):
            yield " ".join(words[:-length]), state


def _with_state(typed):
    """The towns with their state, and perhaps their county, that the text can be read as."""
    if "," not in typed:
        return [Town(name, state.code) for name, state in split_state(typed) if name]
    *names, state = [part.strip() for part in typed.split(",")]
    state = states.find(state)
    return [Town(names[0], state.code, *names[1:])] if state and len(names) < 3 and names[0] else []


def _prefer_towns(found):
    """Towns before neighbourhoods and former names, which are only meant where no town has the name."""
    return ([place for place in found if place.zip_codes] or found)[:MOST_CHOICES]


def _unnamed(point):
    # Two decimals are about a mile: enough to search with, too coarse to find a home.
    latitude, longitude = round(point.latitude, 2), round(point.longitude, 2)
    return Place(name=f"{latitude}, {longitude}", latitude=latitude, longitude=longitude)
