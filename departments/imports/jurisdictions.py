"""Loads jurisdictions and the ZIP codes in them, and finds the departments that police them."""

import csv
from collections import defaultdict
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from policeapp.database.analyze import analyze

from ..geo import states
from ..models import Department, Jurisdiction, ZipPart
from ..models.jurisdiction import NEW_ENGLAND, WHOLE_COUNTY, can_span_counties
from ..names import normalize
from .municipality_names import CITIES, MEANT, OMITTED, SERVES, bare_name, county_key, fold, readings

ZIP_MUNICIPALITIES = settings.BASE_DIR / "fixtures" / "zip_municipalities.csv"
BATCH_SIZE = 500

Kind = Jurisdiction.Kind
Link = Jurisdiction.departments.through
# Nobody leaves out the word "Township" in these states, so a name without it is that of a city or a village.
NAMED_TOWNSHIPS = {"MI", "MN"}
# The fields of a department that decide what it polices.
MATCHED = ("name", "kind", "state", "county", "city", "zip", "ori")
COUNTY_KINDS = (Department.Kind.SHERIFF, Department.Kind.COUNTY_POLICE)


# Loading


def load():
    """Store the jurisdictions and the parts of ZIP codes in the file.

    Return the number of jurisdictions in the file, or 0 if there was nothing to do. Jurisdictions that the file doesn't
    have are deleted, except those that an administrator corrected.
    """
    wanted, parts = read()
    columns = ("state", "name", "kind", "county")
    with transaction.atomic():
        stored = {tuple(key): pk for pk, *key in Jurisdiction.objects.order_by().values_list("pk", *columns)}
        corrected = _corrected()
        gone = [pk for key, pk in stored.items() if key not in wanted and pk not in corrected]
        _delete(Jurisdiction, gone)
        new = [Jurisdiction(**dict(zip(columns, key, strict=True))) for key in wanted if key not in stored]
        for jurisdiction in new:
            jurisdiction.derive()
        Jurisdiction.objects.bulk_create(new, batch_size=BATCH_SIZE)
        stored |= {tuple(getattr(each, column) for column in columns): each.pk for each in new}
        changed = _replace_parts({(zip_code, stored[key], share) for zip_code, key, share in parts})
    if not (new or gone or changed):
        return 0
    analyze()
    return len(wanted)


def read():
    """Read the file. Return the jurisdictions and the parts of ZIP codes in it.

    A jurisdiction is (state, name, kind, county), and a part is (ZIP code, jurisdiction, share). Every county is a
    jurisdiction, also one whose land is all in municipalities. The file has no code for the Virgin Islands.
    """
    wanted, parts = {}, []
    with open(ZIP_MUNICIPALITIES, encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for zip_code, state, name, kind, share, county in rows:
            jurisdiction = state or "VI", name, kind, county
            wanted |= {jurisdiction: None, (state or "VI", county, Kind.COUNTY.value, county): None}
            parts.append((zip_code, jurisdiction, float(share)))
    return wanted, parts


def _replace_parts(parts):
    """Store these parts of ZIP codes: a set of (ZIP code, id of a jurisdiction, share). Return whether any changed."""
    stored = {(zip_code, area, share): pk for pk, zip_code, area, share in _stored_parts("pk")}
    gone = [pk for part, pk in stored.items() if part not in parts]
    new = sorted(parts - stored.keys())
    _delete(ZipPart, gone)
    rows = (ZipPart(zip=zip_code, jurisdiction_id=area, share=share) for zip_code, area, share in new)
    ZipPart.objects.bulk_create(rows, batch_size=BATCH_SIZE)
    return bool(gone or new)


def _delete(model, keys):
    for start in range(0, len(keys), BATCH_SIZE):
        model.objects.filter(pk__in=keys[start : start + BATCH_SIZE]).delete()


def _stored_parts(*columns):
    return ZipPart.objects.order_by().values_list(*columns, "zip", "jurisdiction_id", "share")


def _corrected():
    """Return the ids of the jurisdictions whose departments an administrator corrected."""
    return set(Jurisdiction.objects.filter(is_corrected=True).values_list("pk", flat=True))


# Matching


def match(codes=tuple(states.STATES)):
    """Link the jurisdictions of these states to the departments that police them.

    The links of jurisdictions that an administrator corrected stay as they are.
    """
    matcher = Matcher(codes)
    matcher.match()
    with transaction.atomic():
        corrected = _corrected()
        links = {link for link in matcher.links() if link[0] not in corrected}
        columns = ("jurisdiction_id", "department_id", "pk")
        rows = Link.objects.filter(Q(jurisdiction__state__in=codes) | Q(department__state__in=codes))
        stored = {(area, department): pk for area, department, pk in rows.values_list(*columns)}
        _delete(Link, [pk for link, pk in stored.items() if link not in links and link[0] not in corrected])
        new = (Link(jurisdiction_id=area, department_id=pk) for area, pk in sorted(links - stored.keys()))
        Link.objects.bulk_create(new, batch_size=BATCH_SIZE)


def report():
    """Return sentences that say how many jurisdictions and departments are matched."""
    counties = Jurisdiction.objects.filter(kind=Kind.COUNTY)
    municipalities = Jurisdiction.objects.exclude(kind__in=[Kind.COUNTY, Kind.PLACE])
    unmatched = Department.objects.filter(parent=None, jurisdictions=None)
    municipal = unmatched.filter(kind=Department.Kind.MUNICIPAL).count()
    sheriffs = unmatched.filter(kind__in=COUNTY_KINDS).count()
    return (
        f"{municipalities.policed().count():,} of {municipalities.count():,} municipalities and "
        f"{counties.policed().count():,} of {counties.count():,} counties have a department. "
        f"{municipal:,} municipal departments have no municipality, "
        f"and {sheriffs:,} sheriffs and county police no county."
    )


def are_matched():
    return Link.objects.exists()


class Area(NamedTuple):
    """The columns of a Jurisdiction that matching needs."""

    pk: int
    state: str
    name: str
    key: str
    kind: str
    county: str

    @property
    def can_span_counties(self):
        return can_span_counties(self.kind, self.state)


class Agency(NamedTuple):
    """The columns of a Department that matching needs."""

    pk: int
    state: str
    name: str
    kind: str
    county: str
    city: str
    zip: str
    ori: str


class Matcher:
    """Finds the municipalities and counties that departments police, by name, kind and county.

    ``departments`` has a set of the ids of departments for each id of a jurisdiction.
    """

    def __init__(self, codes):
        self.codes = codes
        columns = ("pk", "state", "name", "key", "kind", "county")
        self.zips = defaultdict(set)
        for zip_code, area, _share in _stored_parts().filter(jurisdiction__state__in=codes):
            self.zips[area].add(zip_code)
        self.counties = {}
        self.named = defaultdict(list)
        self.within = defaultdict(list)
        for area in (Area(*row) for row in _of_states(Jurisdiction, codes).values_list(*columns)):
            if area.kind == Kind.COUNTY:
                self.counties[area.state, county_key(area.county)] = area
            else:
                self.named[area.state, fold(bare_name(area.key))].append(area)
                self.within[area.state, area.county].append(area)
        self.departments = defaultdict(set)

    def links(self):
        """Return a set of (id of a jurisdiction, id of a department)."""
        return {(area, department) for area, departments in self.departments.items() for department in departments}

    def match(self):
        """Find all links."""
        kinds = (Department.Kind.MUNICIPAL, Department.Kind.TRIBAL, *COUNTY_KINDS)
        rows = _of_states(Department, self.codes).filter(kind__in=kinds, parent=None)
        unmatched = []
        for agency in (Agency(*row) for row in rows.values_list(*Agency._fields)):
            found = self.areas_of(agency)
            for area in found:
                self.departments[area.pk].add(agency.pk)
            if not found and agency.kind == Department.Kind.MUNICIPAL:
                unmatched.append(agency)
        self._match_short_names(unmatched)
        self._share_with_cities()
        self._cross_counties()
        self._share_with_counties()

    def areas_of(self, agency):
        """Return the areas that the department's name says it polices."""
        county = self.counties.get((agency.state, county_key(agency.county)))
        if agency.ori in SERVES:
            return [area for name in SERVES[agency.ori] for area in self._served(agency, name)]
        if agency.kind in COUNTY_KINDS:
            return [county] if county else []
        if agency.kind == Department.Kind.TRIBAL:
            name = readings(agency.name, "")[0][0][0]
            return [area for area in self._near(agency, name) if area.kind == Kind.PLACE]
        for reading in readings(agency.name, agency.county):
            if found := [area for name, kind in reading for area in self._find(agency, name, kind)]:
                return found
        # "North Slope Borough Police Department"
        return [county] if county and county.key == normalize(agency.name.removesuffix(" Police Department")) else []

    def _served(self, agency, name):
        """Return the area of this name, with its parts in other counties."""
        county = self.counties.get((agency.state, county_key(name)))
        if county and county.name == name:
            return [county]
        kinds = {area.kind for area in self._find(agency, name, "")}
        areas = self.named.get((agency.state, fold(normalize(name))), ())
        return [area for area in areas if area.kind in kinds and (area.can_span_counties or _in_county(area, agency))]

    def _find(self, agency, name, kind):
        """Return the areas of this name: none, one, or a New England town and the village in it."""
        near = self._near(agency, name)
        is_known = (agency.state, county_key(agency.county)) in self.counties
        in_county = [area for area in near if _in_county(area, agency) or not is_known]
        if agency.state in NEW_ENGLAND:
            return choose(in_county, kind)
        # A city whose row is in the next county comes before the township of its name in this county.
        cities = [area for area in in_county if area.can_span_counties or area.kind in CITIES]
        crossing = [area for area in near if area.can_span_counties]
        pools = (cities, crossing, in_county, self._in_region(agency, name))
        return next((found for pool in pools if (found := choose(pool, kind))), [])

    def _near(self, agency, name):
        """Return the areas of this name that are in the department's county or in the ZIP code of its address."""
        areas = self.named.get((agency.state, fold(normalize(name))), ())
        return [area for area in areas if _in_county(area, agency) or agency.zip[:5] in self.zips[area.pk]]

    def _in_region(self, agency, name):
        """Return the only municipality of this name in the state if the department's address is near it or blank.

        The ZIP code of an address can be that of a neighbor or of PO boxes.
        """
        areas = self.named.get((agency.state, fold(normalize(name))), ())
        if len(areas) != 1 or (agency.county and not areas[0].can_span_counties):
            return []
        if not agency.zip:
            return [area for area in areas if normalize(agency.city) in ("", area.key)]
        return [area for area in areas if agency.zip[:3] in {zip_code[:3] for zip_code in self.zips[area.pk]}]

    def _match_short_names(self, agencies):
        """Match "Dania Police Department" to Dania Beach if no other department does."""
        for agency in agencies:
            name = readings(agency.name, agency.county)[0][0][0]
            longer = [area for word in OMITTED for area in self._near(agency, f"{name} {word}")]
            free = [area for area in longer if area.kind != Kind.PLACE and not self.departments.get(area.pk)]
            if len(free) == 1 and agency.ori not in SERVES:
                self.departments[free[0].pk].add(agency.pk)

    def _share_with_cities(self):
        """Give an independent or consolidated city and its county each other's departments.

        Jacksonville has no department of its own, and Davidson County is policed by Nashville's.
        """
        for areas in self._same_names():
            city = max(areas, key=lambda area: (area.name == area.county, len(self.zips[area.pk])))
            if city.kind in WHOLE_COUNTY:
                county = self.counties[city.state, county_key(city.county)]
                own = self.departments[city.pk]
                self.departments[city.pk] = own or self.departments[county.pk]
                self.departments[county.pk] = self.departments[county.pk] | own

    def _cross_counties(self):
        """Give the parts of a municipality in other counties its departments, unless they have their own."""
        for areas in self._same_names():
            linked = [area for area in areas if self.departments.get(area.pk) and area.can_span_counties]
            for area in areas:
                regions = {zip_code[:2] for zip_code in self.zips[area.pk]}
                for other in linked if area not in linked else ():
                    if regions & {zip_code[:2] for zip_code in self.zips[other.pk]}:
                        self.departments[area.pk] |= self.departments[other.pk]

    def _same_names(self):
        """Yield groups of areas with the same name and kind in a state. They may be parts of one municipality."""
        for named in self.named.values():
            alike = defaultdict(list)
            for area in named:
                alike[area.key, area.kind].append(area)
            yield from alike.values()

    def _share_with_counties(self):
        """Give a county that is one city the city's departments, as in New York."""
        for county in self.counties.values():
            cities = [area for area in self.within[county.state, county.county] if area.kind != Kind.PLACE]
            whole = cities if len(cities) == 1 and not self.zips[county.pk] else []
            for city in whole:
                self.departments[county.pk] |= self.departments[city.pk]


def _of_states(model, codes):
    return model.objects.filter(state__in=codes).order_by("pk")


def _in_county(area, agency):
    return county_key(area.county) == county_key(agency.county)


def choose(areas, kind):
    """Return those of these areas of one name and state that a department's name with this kind means most likely."""
    of_kind = defaultdict(list)
    for area in areas:
        of_kind[area.kind].append(area)
    if kind:
        return next((of_kind[each] for each in MEANT[kind] if of_kind[each]), [])
    if cities := [area for each in CITIES for area in of_kind[each]]:
        return cities
    small = [*of_kind[Kind.BOROUGH], *of_kind[Kind.VILLAGE], *of_kind[Kind.MUNICIPALITY]]
    state = areas[0].state if areas else ""
    if state in NEW_ENGLAND:
        return [*of_kind[Kind.TOWN], *small] or of_kind[Kind.PLACE]
    townships = [] if state in NAMED_TOWNSHIPS else of_kind[Kind.TOWNSHIP]
    return small or of_kind[Kind.TOWN] or townships or of_kind[Kind.PLACE]
