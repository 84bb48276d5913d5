"""Places of the addresses in an agency file: they give locations, and the usual spelling of counties."""

import re
from collections import Counter
from typing import NamedTuple

from django.utils.translation import gettext as _

from ..geo.points import Point, miles_between
from ..models import Place
from ..names import normalize, without_county_word

COUNTY_WORDS = {"county", "parish", "municipio", "borough", "area", "census", "municipality"}
FAR_MILES = 50  # the largest towns don't extend that far from their center


class PlaceRow(NamedTuple):
    """The columns of a Place that an import needs. Creating model instances would take most of the time."""

    zip: str
    key: str
    state: str
    county: str
    time_zone: str
    latitude: float
    longitude: float

    @property
    def point(self):
        return Point(self.latitude, self.longitude)


def place_rows(places):
    return map(PlaceRow._make, places.values_list(*PlaceRow._fields))


class Places:
    """The places of a batch of agencies. ``notice(line, column, reason)`` is called for what they contradict."""

    def __init__(self, table, notice):
        self.table, self.notice = table, notice
        self.counties = county_names()

    def load(self, agencies):
        zips = {zip_code[:5] for agency in agencies if (zip_code := agency.facts.get("zip"))}
        self.zips = {place.zip: place for place in place_rows(Place.objects.filter(zip__in=zips).exclude(zip=""))}
        towns = {agency.key[1:] for agency in agencies}
        found = Place.objects.filter(zip="", key__in={key for key, _state in towns} - {""})
        found = found.filter(state__in={state for _key, state in towns}).order_by("zip_codes", "-pk")
        # The last of several towns with one name is the most likely.
        self.towns = {(place.key, place.state): place for place in place_rows(found)}

    def find(self, agency):
        """Return the place that ``Department.find_place()`` would find, without a query."""
        place = self.zips.get(agency.facts.get("zip", "")[:5])
        return place if place and place.state == agency.facts["state"] else self.towns.get(agency.key[1:])

    def check(self, line, facts, place):
        """Choose one of several counties, use its usual spelling, and report locations that are implausible."""
        if isinstance(facts.get("county"), tuple):  # a batch that failed is checked again
            facts["county"] = self._choose_county(line, facts, place)
        zip_place = self.zips.get(facts.get("zip", "")[:5])
        if "zip" in facts and not zip_place and self.counties:
            self.notice(line, self.table.name_of("zip"), _("is not a ZIP code in use; it was imported anyway"))
        elif zip_place and zip_place.state != facts["state"]:
            self.notice(line, self.table.name_of("zip"), _("is in another state; it was imported anyway"))
        if place and "latitude" in facts:
            point = Point(facts["latitude"], facts["longitude"])
            if miles_between(point, place.point) > FAR_MILES:
                reason = _("is over 50 miles from the ZIP code or town; it was imported anyway")
                self.notice(line, self.table.name_of("lat"), reason)

    def _choose_county(self, line, facts, place):
        """Return the one of several counties that the place is in, in its usual spelling."""
        expected = county_key(place.county) if place else ""
        names = [self.counties.get((facts["state"], county_key(name)), name) for name in facts["county"]]
        found = next((name for name in names if county_key(name) == expected), None)
        if len(names) > 1:
            reason = _("names several counties; only one was imported")
            self.notice(line, self.table.name_of("county"), reason)
        elif not found and expected and place.zip:
            reason = _("is not the county of the ZIP code; it was imported anyway")
            self.notice(line, self.table.name_of("county"), reason)
        return found or names[0]


def county_key(name):
    """Return a county's name in a comparable form: "saintlouis" for "St. Louis County" and "SAINT LOUIS"."""
    words = normalize(name).split()
    while len(words) > 1 and words[-1] in COUNTY_WORDS:
        words.pop()
    return "".join(words)


def county_names():
    """Return ``{(state, county_key): name}`` in the spelling of places with the most capitals and punctuation."""
    names = {}
    for state, county in Place.objects.order_by().values_list("state", "county").distinct():
        name = without_county_word(re.sub(" city$", " City", county))
        names.setdefault((state, county_key(county)), Counter())[name] = sum(not letter.islower() for letter in name)
    return {key: spellings.most_common(1)[0][0] for key, spellings in names.items() if key[1]}
