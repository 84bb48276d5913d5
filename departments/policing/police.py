"""The departments that may police a place: those of its municipalities and counties, the state's, and local ones."""

from collections import defaultdict
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import BigIntegerField, BooleanField, CharField, Exists, F, OuterRef, Q, Value
from django.utils.translation import gettext_lazy as _

from ..geo import patrol
from ..geo.points import bounding_box, miles_between
from ..models import Department, Jurisdiction, ZipPart
from ..names import normalize

Kind = Department.Kind
COUNTY = Jurisdiction.Kind.COUNTY

# Departments of one institution, and what they serve.
LOCAL_ROLES = {
    Kind.TRIBAL: _("Serves tribal land."),
    Kind.CAMPUS: _("Serves its campus."),
    Kind.SCHOOL_DISTRICT: _("Serves its schools."),
    Kind.TRANSIT: _("Serves its vehicles, stations, airport or port."),
}
LOCAL_MILES = 10
NO_LINK = {
    "of": Value(None, BigIntegerField()),
    "of_kind": Value("", CharField()),
    "of_county": Value("", CharField()),
    "has_outside": Value(False, BooleanField()),
}


@dataclass
class Police:
    """The listed departments of a place.

    ``municipal`` has those of each jurisdiction by its primary key, and ``counties`` those of its county by state and
    slug, each with ``.has_outside``: whether people live in the county outside of municipalities. ``forces`` has at
    most one statewide force for each state, and ``local`` campus, school, transit and tribal police, nearest first.
    """

    municipal: dict
    counties: dict
    forces: dict
    local: list


def load(areas, state, place):
    """Return the :class:`Police` of these areas in a state, and of the ``Place`` or None. One query."""
    codes = dict.fromkeys([state, *(area.jurisdiction.state for area in areas)])
    listed = Department.objects.listed().for_cards().order_by()
    others = listed.filter(_statewide(codes) | _local(areas, codes, place)).annotate(**NO_LINK)
    rows = _linked(listed, areas).union(others, all=True) if areas else others
    police = Police(defaultdict(list), defaultdict(list), {}, [])
    statewide = defaultdict(list)
    for row in sorted(rows, key=lambda row: (-row.size, row.pk)):
        if row.of:
            police.municipal[row.of].append(row)
            if row.of_kind == COUNTY:
                police.counties[row.state, row.of_county].append(row)
        elif row.kind in LOCAL_ROLES:
            row.role = LOCAL_ROLES[row.kind]
            police.local.append(row)
        else:
            statewide[row.state].append(row)
    police.local.sort(key=lambda row: _distance(place, row))
    counties = {area.county for area in areas}
    for code in codes:
        police.forces[code] = sorted(statewide[code], key=lambda row: _rank_of_force(row, counties, place))[:1]
    return police


def _linked(listed, areas):
    rows = [area.jurisdiction for area in areas]
    in_counties = reduce(or_, (Q(state=row.state, county_slug=row.county_slug) for row in rows))
    wanted = Jurisdiction.objects.filter(Q(pk__in=[row.pk for row in rows]) | in_counties & Q(kind=COUNTY)).order_by()
    return listed.filter(jurisdictions__in=wanted).annotate(
        of=F("jurisdictions__pk"),
        of_kind=F("jurisdictions__kind"),
        of_county=F("jurisdictions__county_slug"),
        has_outside=Exists(ZipPart.objects.filter(jurisdiction=OuterRef("jurisdictions__pk"))),
    )


def _statewide(codes):
    names = {code: patrol.of_state(code).force for code in codes}
    forces = (Q(state=code, name_key__startswith=normalize(name)) for code, name in names.items() if name)
    return reduce(or_, forces, Q(pk__in=[]))


def _local(areas, codes, place):
    """Departments near the place with an address in its municipalities, or in its county if it is outside of them."""
    if not place:
        return Q(pk__in=[])
    cities = {place.key, *(area.jurisdiction.key for area in areas if not area.is_county)} - {""}
    counties = {area.jurisdiction.county_slug for area in areas if area.is_county}
    there = Q(city_key__in=cities) | Q(county_slug__in=counties)
    return Q(state__in=codes, kind__in=LOCAL_ROLES) & there & bounding_box(place.point, LOCAL_MILES).contains()


def _rank_of_force(department, counties, place):
    """Sort a headquarters first, then the post of the county, then the nearest post."""
    is_post = department.name.removesuffix(" Headquarters") != patrol.of_state(department.state).force
    elsewhere = (department.state, department.county_slug) not in counties
    return is_post, elsewhere, _distance(place, department)


def _distance(place, department):
    return miles_between(place.point, department.point) if place and department.point else float("inf")
