"""Turns what a person typed into a Place, or into the choices to offer. Nothing typed leaves the server."""

import re

from . import states
from .geography import Point
from .models import Place

ZIP = re.compile(r"(\d{5})(?:-?\d{4})?\Z", re.ASCII)
COORDINATES = re.compile(r"(-?\d{1,2}(?:\.\d{1,9})?)\s*,\s*(-?\d{1,3}(?:\.\d{1,9})?)\Z", re.ASCII)
MOST_CHOICES = 12
LONGEST_STATE = 3  # words: Northern Mariana Islands


def find(typed):
    """The places meant by a ZIP code, "41.14, -73.36", "Westport, CT" or "Westport": none, one, or the choices.

    A list of at most ``MOST_CHOICES`` places, the likeliest first. Coordinates give a place that isn't stored.
    """
    return find_exact(typed) or find_town(typed)


def find_town(name):
    """The towns of that name in any state, as :func:`find` gives them."""
    return _prefer_towns(Place.objects.towns(name))


def find_exact(typed):
    """Like :func:`find`, but only for what can be nothing else: a ZIP code, coordinates, a town with its state."""
    typed = typed.strip()
    if match := ZIP.match(typed):
        return list(Place.objects.zip_code(match[1]))
    if match := COORDINATES.match(typed):
        point = Point(float(match[1]), float(match[2]))
        return [_unnamed(point)] if point.is_valid() else []
    if "," in typed:
        *names, state = [part.strip() for part in typed.split(",")]
        state = states.find(state)
        if not state or len(names) > 2 or not names[0]:
            return []
        return _prefer_towns(Place.objects.towns(names[0], state.code, *names[1:]))
    words = typed.split()
    # The longest name first: "Charleston West Virginia" is in West Virginia, not a Charleston West in Virginia.
    for length in range(min(LONGEST_STATE, len(words) - 1), 0, -1):
        if state := states.find(" ".join(words[-length:])):
            return _prefer_towns(Place.objects.towns(" ".join(words[:-length]), state.code))
    return []


def _prefer_towns(found):
    """Towns before neighbourhoods and former names, which are only meant where no town has the name."""
    found = list(found[: MOST_CHOICES * 4])
    return ([place for place in found if place.zip_codes] or found)[:MOST_CHOICES]


def _unnamed(point):
    # Two decimals are about a mile: enough to search with, too coarse to find a home.
    latitude, longitude = round(point.latitude, 2), round(point.longitude, 2)
    return Place(name=f"{latitude}, {longitude}", latitude=latitude, longitude=longitude)
