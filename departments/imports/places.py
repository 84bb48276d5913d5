"""Loads ZIP codes and towns from the ``zipcodes`` package, which carries them with it."""

import zoneinfo
from collections import defaultdict
from statistics import median

import zipcodes
from django.db import transaction

from policeapp import planner

from ..geo import states
from ..geo.points import Point, miles_between
from ..models import Place
from ..names import normalise

# Parts of a town that lie farther than this from each other are two towns of one name.
APART_MILES = 25
BATCH = 2000


def load():
    """Replace all places by those of the installed ``zipcodes`` package; the number of places. All or nothing."""
    places = _zip_codes()
    places += _towns(places)
    with transaction.atomic():
        Place.objects.all().delete()
        Place.objects.bulk_create(places, batch_size=BATCH)
    planner.learn()
    return len(places)


def _zip_codes():
    """A place for each ZIP code whose coordinates can be right: inside its state, which leaves out those at 0,0."""
    zones = zoneinfo.available_timezones()
    found = []
    for row in zipcodes.list_all():
        state = row["state"]
        latitude, longitude = float(row["lat"] or 0), float(row["long"] or 0)
        if state not in states.STATES or not states.contains(state, latitude, longitude):
            continue
        place = Place(
            zip=row["zip_code"],
            name=row["city"],
            key=normalise(row["city"]),
            state=state,
            county=row["county"],
            latitude=latitude,
            longitude=longitude,
            time_zone=row["timezone"] if row["timezone"] in zones else states.STATES[state].time_zone,
        )
        # A company's own ZIP code has the company among its names, which is no place.
        unique = row["zip_code_type"] == "UNIQUE"
        place.other_names = [(name, 1) for name in row["acceptable_cities"] if not unique]
        place.other_names += [(name, 0) for name in row["unacceptable_cities"] if not unique]
        place.has_area = row["zip_code_type"] == "STANDARD"
        found.append(place)
    return found


def _towns(zip_codes):
    """The towns and neighbourhoods that the ZIP codes name, each in the middle of its ZIP codes."""
    named = defaultdict(lambda: ([], []))
    for place in zip_codes:
        for name, is_town in [(place.name, 1), *place.other_names]:
            named[place.state, normalise(name)][is_town].append((name, place))
    towns = []
    for (state, key), (neighbourhoods, proper) in named.items():
        if not key or len(key) > 100:
            continue
        for cluster in _clusters(proper or neighbourhoods):
            name, first = cluster[0]
            middle = _middle(cluster)
            towns.append(
                Place(
                    name=name,
                    key=key,
                    state=state,
                    county=first.county,
                    latitude=middle.latitude,
                    longitude=middle.longitude,
                    time_zone=first.time_zone,
                    zip_codes=len(cluster) if proper else 0,
                )
            )
    return towns


def _clusters(members):
    """The members in groups, each of a county and of the counties whose middle is near its own; largest first."""
    by_county = defaultdict(list)
    for name, place in members:
        by_county[place.county].append((name, place))
    if len(by_county) == 1:
        return [members]
    clusters = []
    for group in sorted(by_county.values(), key=len, reverse=True):
        for cluster in clusters:
            if miles_between(_middle(cluster), _middle(group)) <= APART_MILES:
                cluster += group
                break
        else:
            clusters.append(group)
    return clusters


def _middle(members):
    """The median, which a ZIP code with a wrong position does not move; post-office boxes count if nothing else is."""
    places = [place for _, place in members if place.has_area] or [place for _, place in members]
    return Point(median(place.latitude for place in places), median(place.longitude for place in places))
