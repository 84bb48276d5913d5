"""The municipalities and counties that a place lies in.

Postal names are not municipalities: Bronx is in the city of New York, and "Joshua Tree, CA" in none. So a place is
looked up by its ZIP codes.
"""

from dataclasses import dataclass, field
from math import cos, radians

from django.db.models import Case, CharField, Exists, F, FloatField, Max, OuterRef, Q, Sum, Value, When

from ..geo.points import bounding_box
from ..models import Jurisdiction, Place, ZipPart
from ..models.jurisdiction import WHOLE_COUNTY, can_span_counties
from ..names import slug_of_county

Kind = Jurisdiction.Kind
# In these states, villages lie inside of towns and townships, so both have a row.
NESTING = {"CT", "MI", "NY", "OH", "VT"}

MAX_TOWN_MILES = 30  # from the middle of a town to its ZIP codes; farther ones belong to another town of that name
MAX_NEAREST_MILES = 10  # to the nearest ZIP code of a place without ZIP codes
LEAST_SHARE_OF_TOWN = 0.1  # smaller parts of a town's ZIP codes are mostly the edges of its neighbors
LEAST_SHARE_OF_OTHERS = 0.03  # the same for a place without a government, which has no borders
LEAST_SHARE_OF_NAME = 0.5  # of a ZIP code's people, for a place without a government to give it its name


@dataclass
class Area:
    """A municipality, or the part of a county outside of municipalities, that a place lies in.

    ``share`` is the part of the place's residents there, 0 to 1, and ``own_share`` leaves out those of villages inside.
    ``host`` is the area of the town or township around a village, or None.
    """

    jurisdiction: Jurisdiction
    share: float = 1.0
    own_share: float = 1.0
    host: "Area | None" = None

    @property
    def is_county(self):
        return self.jurisdiction.kind == Kind.COUNTY

    @property
    def county(self):
        """The state and the slug of the county."""
        return self.jurisdiction.state, self.jurisdiction.county_slug


@dataclass
class Areas:
    """The areas of a place, most likely first, and the places without a government there.

    ``is_sure`` is False if they are those of the nearest ZIP code.
    """

    found: list = field(default_factory=list)
    without_government: list = field(default_factory=list)
    is_sure: bool = True


def of_place(place):
    """Return the :class:`Areas` of a ZIP code, a town, or coordinates. One query, or up to three.

    PO boxes have no area: theirs is that of the nearest ZIP code of the town, else of any.
    """
    if place.zip:
        rows, is_sure = list(Jurisdiction.objects.of_zip(place.zip)), True
        if not rows:
            rows, is_sure = list(_in(_by_distance(place, _zip_codes_of_town(place))[:1])), False
    else:
        rows, is_sure = _of_town(place) if place.key else [], True
    if not rows:
        box = bounding_box(place.point, MAX_NEAREST_MILES).contains()
        rows, is_sure = list(_in(_by_distance(place, _with_residents(Place.objects.filter(box)))[:1])), False
    return _arrange(rows, "" if place.zip else place.key, is_sure)


def of_county(state, county_slug):
    """Return the :class:`Areas` of a county: a city that is all of it, or the part outside of municipalities.

    ``found`` is empty if it has neither. One query.
    """
    rows = Jurisdiction.objects.filter(state=state, county_slug=county_slug).exclude(kind=Kind.PLACE)
    rows = list(rows.annotate(has_people=Exists(ZipPart.objects.filter(jurisdiction=OuterRef("pk")))))
    counties = [row for row in rows if row.kind == Kind.COUNTY]
    cities = [row for row in rows if row.kind != Kind.COUNTY]
    whole = [row for row in cities if row.kind in WHOLE_COUNTY]
    if not whole and len(cities) == 1 and not any(county.has_people for county in counties):
        whole = cities
    return Areas([Area(row, float(row.has_people)) for row in whole or counties])


def _in(places):
    """Return the jurisdictions of these ZIP codes, each with ``.share``, the sum of its shares, and ``.zip``, one."""
    found = Jurisdiction.objects.filter(zip_parts__zip__in=places.values("zip")).order_by()
    return found.annotate(share=Sum("zip_parts__share"), zip=Max("zip_parts__zip"))


def _of_town(place):
    """Return the jurisdictions of a town's ZIP codes, else those of its name in its county or near it. One query.

    A place without a government comes with its county.
    """
    share, no_zip = Value(1.0, FloatField()), Value("", CharField())
    county_slug = slug_of_county(place.county)
    near = Place.objects.filter(bounding_box(place.point, MAX_NEAREST_MILES).contains()).exclude(zip="")
    is_near = Exists(ZipPart.objects.filter(jurisdiction=OuterRef("pk"), zip__in=near.values("zip")))
    named = Jurisdiction.objects.of_town(place.state, place.name).filter(Q(county_slug=county_slug) | is_near)
    county = Jurisdiction.objects.county(place.state, county_slug)
    others = (rows.order_by().annotate(share=share, zip=no_zip) for rows in (named, county))
    rows = list(_in(_zip_codes_of_town(place)).union(*others, all=True))
    if found := [row for row in rows if row.zip]:
        return found
    named = [row for row in rows if row.kind != Kind.COUNTY]
    named = [row for row in named if row.county_slug == county_slug] or named
    municipalities = [row for row in named if row.kind != Kind.PLACE]
    return municipalities or [row for row in rows if named and row.county_slug == county_slug]


def _zip_codes_of_town(place):
    box = bounding_box(place.point, MAX_TOWN_MILES).contains()
    return _with_residents(Place.objects.filter(box, state=place.state, key=place.key))


def _with_residents(places):
    return places.filter(Exists(ZipPart.objects.filter(zip=OuterRef("zip")))).exclude(zip="")


def _by_distance(place, places):
    """Order places by their distance from a place, itself first. For these few miles, the Earth is flat."""
    narrowing = cos(radians(place.latitude))
    north, east = F("latitude") - place.latitude, (F("longitude") - place.longitude) * narrowing
    itself = Case(When(zip=place.zip, then=0), default=1)
    return places.order_by(itself, north * north + east * east, "zip")


def _arrange(rows, town, is_sure):
    """Return :class:`Areas`. Those with the town's name come first, then the largest shares, villages before towns."""
    areas = [Area(row, row.share, row.share) for row in _merge(rows)]
    found = [area for area in areas if area.jurisdiction.kind != Kind.PLACE]
    _find_hosts(found)
    # The shares of each ZIP code add up to about 1.
    total = max(1.0, sum(area.share for area in found if not area.host)) if town else 1.0
    for area in areas:
        area.share, area.own_share = area.share / total, area.own_share / total
    places = [area for area in areas if area.jurisdiction.kind == Kind.PLACE]
    if town:
        places = [area for area in places if area.jurisdiction.key == town]
    else:
        places = sorted((area for area in places if area.share >= LEAST_SHARE_OF_NAME), key=lambda area: -area.share)
    named = {area.county for area in places if area.jurisdiction.key == town}

    def is_named(area):
        return area.jurisdiction.key == town or (area.is_county and area.county in named)

    if town:
        is_municipality = any(area.jurisdiction.key == town for area in found)
        least = LEAST_SHARE_OF_TOWN if is_municipality else LEAST_SHARE_OF_OTHERS
        found = [area for area in found if is_named(area) or area.share >= least] or found
    found.sort(key=lambda area: _rank(area, is_named(area)))
    return Areas(found, places, is_sure)


def _rank(area, is_named):
    """Sort the town of the searched name and the village in it first, the village before the town."""
    return not is_named, is_named and not area.host, -round(area.own_share, 2), not area.host


def _merge(rows):
    """Merge the rows of a municipality in several counties into that with the largest share."""
    merged = {}
    for row in rows:
        key = (row.state, row.key, row.kind) if can_span_counties(row.kind, row.state) else row.pk
        share = getattr(row, "share", 1.0)
        if key in merged:
            merged[key].share += share
        else:
            row.share = share
            merged[key] = row
    return merged.values()


def _find_hosts(areas):
    """Set the town around each village, that of the same name or the largest, and its share without the village."""
    for village in areas:
        if village.jurisdiction.state not in NESTING or village.jurisdiction.kind not in (Kind.VILLAGE, Kind.BOROUGH):
            continue
        towns = [
            area
            for area in areas
            if area.jurisdiction.kind in (Kind.TOWN, Kind.TOWNSHIP) and area.county == village.county
        ]
        same_name = [area for area in towns if area.jurisdiction.key == village.jurisdiction.key]
        village.host = max(same_name or towns, key=lambda area: area.own_share, default=None)
        if village.host:
            village.host.own_share = max(0.0, village.host.own_share - village.share)
