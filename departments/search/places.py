"""Finds the places that a text names. No text is sent to other servers."""

import re
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Avg, Max

from ..geo import states
from ..geo.points import Point
from ..models import Jurisdiction, Place
from ..names import AGENCY_WORDS, normalize

ZIP = re.compile(r"(\d{5})(?:-?\d{4})?\Z", re.ASCII)
ZIP_INSIDE = re.compile(r"(?<![\w-])(\d{5})(?:-?\d{4})?(?![\w-])", re.ASCII)
COUNTRY = re.compile(r"[,\s]+(usa|u\.s\.a\.|us|u\.s\.|united states( of america)?)\Z", re.IGNORECASE)
NEAR = re.compile(r"\b(?:near|around|close to)\s+", re.IGNORECASE)
NEAR_ME = re.compile(r"\s*\b(?:nearby|(?:near|around|close to)\s+(?:me|here|us))\s*\Z", re.IGNORECASE)
COUNTY_NAME = re.compile(r".+ (?:county|parish|municipio|borough|census area)", re.IGNORECASE)
COUNTY = re.compile(rf"({COUNTY_NAME.pattern}),?\s+(\D+)\Z", re.IGNORECASE)
SAINT = re.compile(r"\A(?:saint|st)\b\.?", re.IGNORECASE)
# Words around a place that say nothing about what to find there.
FILLERS = frozenset(
    "a address area around at careers close for hiring in job jobs near now openings the to zip zipcode".split()
)
# Words that are also names of small towns, but not after the name of an agency: "Harris County Constable".
NOT_AT_END = AGENCY_WORDS | set("academy college district field headquarters school station university".split())
ZIP_CODE = re.compile(r"\bzip code\b", re.IGNORECASE)
STREET = re.compile(r"(?!911 (?:dispatch|operator|call|telecom))\d", re.IGNORECASE)
# Short names that people type for cities.
SHORT_NAMES = {"nyc": "New York, NY", "phila": "Philadelphia", "philly": "Philadelphia, PA", "wash": "Washington"}
COORDINATES = re.compile(r"(-?\d{1,2}(?:\.\d{1,9})?)\s*,\s*(-?\d{1,3}(?:\.\d{1,9})?)\Z", re.ASCII)
MAX_CHOICES = 12
MAX_ROWS = 200  # no name of a town is that frequent
MAX_STATE_WORDS = 3  # Northern Mariana Islands
MAX_TOWN_WORDS = 6
# A town with this many times the ZIP codes of any other of its name is the one that people mean.
BEST_KNOWN = 10


class FoundPlaces(NamedTuple):
    """Lists of at most ``MAX_CHOICES`` places, most likely first.

    ``exact`` are the places of a text that can't be anything else, such as a ZIP code or "Westport, CT". ``towns`` are
    the towns with that name in any state: the text may mean something else.
    """

    exact: list
    towns: list


class PlaceInText(NamedTuple):
    """A part of a text that names places, most likely first, and the other words of the text."""

    text: str
    places: list
    rest: str


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
    """Return the places that a ZIP code, "41.14, -73.36", "Westport, CT", "Westport" or "Fairfield County, CT" names.

    The text may have other words before the place, such as a street address.

    The list has none, one, or up to ``MAX_CHOICES`` places to choose from, most likely first. Coordinates return a
    place that is not in the database.
    """
    found = look_up(text)
    if found := found.exact or found.towns or counties(text):
        return found
    inside = find_inside(text) or find_at_end(text)
    return inside.places if inside else []


def look_up(text):
    """Return :class:`FoundPlaces`. At most one query."""
    text = _with_full_name(COUNTRY.sub("", text.strip()))
    if match := ZIP.match(text):
        return FoundPlaces(list(Place.objects.zip_code(match[1])), [])
    if match := COORDINATES.match(text):
        point = Point(float(match[1]), float(match[2]))
        return FoundPlaces([_place_at(point)] if point.is_valid() else [], [])
    names = [*_with_state(text), TownName(text)]
    rows = list(reduce(or_, (Place.objects.towns(*name) for name in names))[:MAX_ROWS])
    *exact, towns = ([place for place in rows if name.matches(place)] for name in names)
    return FoundPlaces(_prefer_towns(next(filter(None, exact), [])), _prefer_towns(towns))


def find_inside(text):
    """Return the ZIP code in the text, or the place after a word such as "near", as :class:`PlaceInText`, or None.

    At most two queries.
    """
    codes = list(ZIP_INSIDE.finditer(text))
    if codes and codes[0].start() == 0 and any(split_state(text[codes[0].end() :])):
        del codes[0]  # the number of a house
    known = {place.zip: place for place in Place.objects.filter(zip__in=[code[1] for code in codes])} if codes else {}
    for code in reversed(codes):
        if place := known.get(code[1]):
            before = text[: code.start()].strip(" ,")
            return PlaceInText(code[1], [place], _rest(f"{before} {text[code.end() :]}", place))
    for near in list(NEAR.finditer(text))[-1:]:
        after = text[near.end() :]
        exact, towns = look_up(after)
        if found := exact or towns:
            return PlaceInText(after, found, _rest(text[: near.start()]))
    return None


def find_at_end(text):
    """Return the town at the end of a text of several words as :class:`PlaceInText`, or None. One query.

    A town with its state comes before a town without.
    """
    words = COUNTRY.sub("", text.strip()).split()
    names = []
    for start in range(max(1, len(words) - MAX_TOWN_WORDS), len(words)):
        end = " ".join(words[start:])
        names += [(start, name) for name in _with_state(end)]
        if states.find(end):
            break  # "New York" is not the town of York
        names += [] if normalize(end) in NOT_AT_END else [(start, TownName(end))]
    if len(words) < 3 or not names:
        return None
    rows = list(reduce(or_, (Place.objects.towns(*name) for _start, name in names))[:MAX_ROWS])
    for start, name in sorted(names, key=lambda found: (not found[1].state, found[0])):
        if found := _prefer_towns([place for place in rows if name.matches(place)]):
            return PlaceInText(" ".join(words[start:]), found, _rest(" ".join(words[:start])))
    return None


def _rest(text, place=None):
    """Return the words that say what to find at the place. A street address and the name of the town say nothing."""
    words = ZIP_CODE.sub("zip", text).replace(",", " ").split()
    if STREET.match(" ".join(words)) or (place and _names_town_of(text, place)):
        return ""
    town = (start for start in range(len(words)) if place and _names_town_of(" ".join(words[start:]), place))
    return " ".join(word for word in words[: next(town, None)] if word.casefold() not in FILLERS)


def _names_town_of(text, place):
    return any(name.name and normalize(name.name) == place.key for name in (*_with_state(text), TownName(text)))


def best_known(towns):
    """Return the town that people mean by its name, or None. ``towns`` has those with the most ZIP codes first."""
    if not towns:
        return None
    first, *others = towns
    return first if not others or first.zip_codes >= BEST_KNOWN * max(1, others[0].zip_codes) else None


def _with_full_name(text):
    """Return the text with the full name of a city in the place of a short one: "Phila PA", "NYC"."""
    first, *rest = text.split(maxsplit=1)[:2] or [""]
    full = SHORT_NAMES.get(first.strip(",.").casefold())
    if not full:
        return text
    town, comma, _state = full.partition(", ")
    return " ".join([town if rest else full, *rest])


def named_county(text):
    """Return a Place with the name and the state of the county that a text like "Clay County, MO" names, or None."""
    match = COUNTY.match(text.strip())
    state = match and states.find(match[2])
    return Place(name=SAINT.sub("St.", match[1]), state=state.code) if state else None


def only_county(text):
    """Return a Place for a county that no other state has, such as "Orleans Parish", or None. At most one query."""
    name = SAINT.sub("St.", text.strip())
    if not COUNTY_NAME.fullmatch(name):
        return None
    found = list(Jurisdiction.objects.filter(kind=Jurisdiction.Kind.COUNTY, county__iexact=name)[:2])
    return Place(name=found[0].county, state=found[0].state) if len(found) == 1 else None


def counties(text):
    """Return the place in the middle of the ZIP codes of a county, such as "Fairfield County, CT", as a list.

    It has the county's name, and no key. At most one query.
    """
    county = named_county(text)
    if not county:
        return []
    rows = Place.objects.filter(state=county.state, county__iexact=county.name).exclude(zip="")
    middle = rows.aggregate(latitude=Avg("latitude"), longitude=Avg("longitude"), name=Max("county"))
    return [Place(state=county.state, **middle)] if middle["name"] else []


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
