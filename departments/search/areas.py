"""The municipalities and counties that a place lies in.

Postal names are not municipalities: Bronx is in the city of New York, and "Joshua Tree, CA" in none. So a place is
looked up by its ZIP codes.
"""

from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Sum

from ..geo.points import bounding_box, miles_between
from ..models import Jurisdiction, Place, ZipPart

Kind = Jurisdiction.Kind
# In these states, villages lie inside of towns and townships, so both have a row.
NESTING = {"CT", "MI", "NY", "OH", "VT"}
# Kinds that are a county of their own. One department serves all of it.
WHOLE_COUNTY = {Kind.INDEPENDENT_CITY, Kind.CONSOLIDATED}
# Municipalities that can lie in several counties, with a row for each. Towns can't where counties consist of them.
SPANNING = {Kind.CITY, Kind.VILLAGE, Kind.BOROUGH, Kind.CONSOLIDATED}
TOWNSHIP_STATES = {"CT", "MA", "ME", "NH", "NJ", "NY", "RI", "VT", "WI"}

MAX_TOWN_MILES = 30  # from the middle of a town to its ZIP codes; farther ones belong to another town of that name
MAX_NEAREST_MILES = 10  # to the nearest ZIP code of a place without ZIP codes
LEAST_SHARE_OF_TOWN = 0.1  # smaller parts of a town's ZIP codes are mostly the edges of its neighbors
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
    """The areas of a place, most likely first, the places without a government there, and the rows of their counties.

    ``is_sure`` is False if they are those of the nearest ZIP code.
    """

    found: list = field(default_factory=list)
    without_government: list = field(default_factory=list)
    counties: list = field(default_factory=list)
    is_sure: bool = True


def of_place(place):
    """Return the :class:`Areas` of a ZIP code, a town, or coordinates. Two queries, or up to five without an area."""
    zip_codes, is_sure = [place.zip], True
    rows = _in(zip_codes) if place.zip else []
    if not rows:
        zip_codes, is_sure = _zip_codes_of_town(place), not place.zip
        rows = _in(zip_codes)
    if not rows and place.key and not place.zip:
        rows, is_sure = list(Jurisdiction.objects.of_town(place.state, place.name, place.county)), True
    if not rows:
        rows, is_sure = _in(_nearest_zip_code(place)), False
    return _arrange(rows, "" if place.zip else place.key, is_sure)


def of_county(state, county_slug):
    """Return the :class:`Areas` of a county: a city that is all of it, or the part outside of municipalities.

    None if it has neither. One query.
    """
    rows = Jurisdiction.objects.filter(state=state, county_slug=county_slug).exclude(kind=Kind.PLACE)
    rows = list(rows.annotate(has_people=Exists(ZipPart.objects.filter(jurisdiction=OuterRef("pk")))))
    counties = [row for row in rows if row.kind == Kind.COUNTY]
    cities = [row for row in rows if row.kind != Kind.COUNTY]
    whole = [row for row in cities if row.kind in WHOLE_COUNTY]
    if not whole and len(cities) == 1 and not any(county.has_people for county in counties):
        whole = cities
    return Areas([Area(row) for row in whole or counties])


def _in(zip_codes):
    """Return the jurisdictions of these ZIP codes, each with ``.share``, the mean of the ZIP codes' shares."""
    if not zip_codes:
        return []
    found = Jurisdiction.objects.filter(zip_parts__zip__in=zip_codes)
    return list(found.annotate(share=Sum("zip_parts__share") / len(zip_codes)).order_by("-share", "pk"))


def _zip_codes_of_town(place):
    """Return the ZIP codes of a town. For a ZIP code of PO boxes, return the nearest of its town that has residents."""
    if not place.key:
        return []
    named = _with_residents(Place.objects.filter(state=place.state, key=place.key))
    distances = sorted((miles_between(each.point, place.point), each.zip) for each in named)
    near = [zip_code for miles, zip_code in distances if miles <= MAX_TOWN_MILES]
    return near[:1] if place.zip else near


def _nearest_zip_code(place):
    box = bounding_box(place.point, MAX_NEAREST_MILES)
    found = _with_residents(Place.objects.filter(box.contains()))
    nearest = min(found, key=lambda each: miles_between(each.point, place.point), default=None)
    return [nearest.zip] if nearest else []


def _with_residents(places):
    return places.exclude(zip="").filter(Exists(ZipPart.objects.filter(zip=OuterRef("zip"))))


def _arrange(rows, town, is_sure):
    """Return :class:`Areas`. Those with the town's name come first, then the largest shares, villages before towns."""
    areas = [Area(row, row.share, row.share) for row in _merge(rows)]
    found = [area for area in areas if area.jurisdiction.kind != Kind.PLACE]
    _find_hosts(found)
    places = [area for area in areas if area.jurisdiction.kind == Kind.PLACE]
    places = [area for area in places if area.jurisdiction.key == town or area.share >= LEAST_SHARE_OF_NAME]
    places.sort(key=lambda area: (area.jurisdiction.key != town, -area.share))
    named = {area.county for area in places if area.jurisdiction.key == town}

    def is_named(area):
        return area.jurisdiction.key == town or (area.is_county and area.county in named)

    if town:
        found = [area for area in found if is_named(area) or area.share >= LEAST_SHARE_OF_TOWN] or found
    found.sort(key=lambda area: (not is_named(area), -round(area.own_share, 2), area.host is None))
    return Areas(found, places, is_sure=is_sure)


def _merge(rows):
    """Merge the rows of a municipality in several counties into that with the largest share."""
    merged = {}
    for row in rows:
        spans = row.kind in SPANNING or (row.kind == Kind.TOWN and row.state not in TOWNSHIP_STATES)
        key = (row.state, row.key, row.kind) if spans else row.pk
        share = getattr(row, "share", 1.0)
        if key in merged:
            merged[key].share = min(1.0, merged[key].share + share)
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
