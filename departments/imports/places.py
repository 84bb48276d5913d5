"""Loads ZIP codes and towns from the data of the ``zipcodes`` package."""

import zoneinfo
from collections import defaultdict
from statistics import median

import zipcodes
from django.db import transaction

from policeapp.database.analyze import analyze

from ..geo import states
from ..geo.points import Point, miles_between
from ..models import Jurisdiction, Place
from ..names import normalize
from . import jurisdictions

# Clusters of ZIP codes that are farther apart are different towns with the same name.
MAX_TOWN_MILES = 25
LEAST_SHARE = 0.3  # of the people of a ZIP code, to find the middle of a municipality
BATCH_SIZE = 2000


def load():
    """Replace all places in one transaction, and return their number."""
    zip_codes = _zip_codes()
    towns = _towns(zip_codes)
    places = [*zip_codes, *towns, *_municipalities(zip_codes, towns)]
    with transaction.atomic():
        Place.objects.all().delete()
        Place.objects.bulk_create(places, batch_size=BATCH_SIZE)
    analyze()
    return len(places)


def _zip_codes():
    """Return a place for each ZIP code with coordinates in its state. This excludes those at 0, 0."""
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
            key=normalize(row["city"]),
            state=state,
            county=row["county"],
            latitude=latitude,
            longitude=longitude,
            time_zone=row["timezone"] if row["timezone"] in zones else states.STATES[state].time_zone,
        )
        # A ZIP code of a single organization has that organization among its names.
        unique = row["zip_code_type"] == "UNIQUE"
        place.other_names = [(name, 1) for name in row["acceptable_cities"] if not unique]
        place.other_names += [(name, 0) for name in row["unacceptable_cities"] if not unique]
        place.has_area = row["zip_code_type"] == "STANDARD"
        found.append(place)
    return found


def _municipalities(zip_codes, towns):
    """Return municipalities and places without a government that no address names, such as Paradise, NV."""
    known = {(town.state, town.key) for town in towns}
    by_zip = {place.zip: place for place in zip_codes}
    named = defaultdict(lambda: ([], []))
    for zip_code, (state, name, kind, _county), share in jurisdictions.read()[1]:
        area = Jurisdiction(state=state, name=name, kind=kind)
        area.derive()
        if kind != Jurisdiction.Kind.COUNTY and (state, area.key) not in known and zip_code in by_zip:
            # Most of the people of the others are in other places.
            named[state, area.key][share < LEAST_SHARE].append((name, by_zip[zip_code]))
    return _in_the_middle({key: (main or others, []) for key, (main, others) in named.items()})


def _towns(zip_codes):
    """Return the towns and neighborhoods that the ZIP codes name, each in the middle of its ZIP codes."""
    named = defaultdict(lambda: ([], []))
    for place in zip_codes:
        for name, is_town in [(place.name, 1), *place.other_names]:
            named[place.state, normalize(name)][is_town].append((name, place))
    return _in_the_middle(named)


def _in_the_middle(named):
    """Return a place for each cluster of ZIP codes: ``{(state, key): (neighborhoods, proper towns)}``.

    Both are lists of (name, place of a ZIP code).
    """
    towns = []
    for (state, key), (neighborhoods, proper) in named.items():
        if not key or len(key) > 100:
            continue
        for cluster in _clusters(proper or neighborhoods):
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
    """Group the members by county, and merge groups whose middles are near each other. Largest first."""
    by_county = defaultdict(list)
    for name, place in members:
        by_county[place.county].append((name, place))
    if len(by_county) == 1:
        return [members]
    clusters = []
    for group in sorted(by_county.values(), key=len, reverse=True):
        for cluster in clusters:
            if miles_between(_middle(cluster), _middle(group)) <= MAX_TOWN_MILES:
                cluster += group
                break
        else:
            clusters.append(group)
    return clusters


def _middle(members):
    """Return the median point, which outliers don't move. PO boxes count only if there is nothing else."""
    places = [place for _, place in members if place.has_area] or [place for _, place in members]
    return Point(median(place.latitude for place in places), median(place.longitude for place in places))
