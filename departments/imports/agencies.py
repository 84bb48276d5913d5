"""The national roster: which row of a file is which department, and what it changes.

The machine around it is :mod:`policeapp.importing`; a row is read in :mod:`departments.agencies`.
"""

import re
from collections import Counter, defaultdict
from typing import NamedTuple

from django.utils.translation import gettext as _

from jobs.models import sync_from_departments
from policeapp.importing import Importer, create, reject, unchanged, update

from ..geo.points import Point, miles_between
from ..models import Department, FormerAddress, Place
from ..names import normalise, slug_of
from .rows import COLUMNS, GROUPS, Reader

FIELDS = (
    "name", "kind", "ori", "status", "chief_name", "chief_title", "street1", "street2", "city", "state", "zip",
    "county", "phone", "email", "website", "sworn_officers", "sworn_year", "population", "population_year",
    "latitude", "longitude", "precision",
)  # fmt: skip
POSITION = ("latitude", "longitude", "precision")

# Where a file contradicts what a person said of the address, all of it stays the person's.
ADDRESS = {"street1", "city", "zip"}
WITH_ADDRESS = {"street1", "street2", "zip", *POSITION}

GROUP_OF = {field: group for group, fields in GROUPS.items() for field in fields}
FAR_MILES = 50  # farther from the middle of its town than the largest towns reach
WITH_ORI, WITHOUT_ORI = 0, 1  # ranks: a row that says its ORI is certain, and goes first


class Spot(NamedTuple):
    """Of a Place, what an import needs: a model's object for each would cost more than all else."""

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


def spots(places):
    return map(Spot._make, places.values_list(*Spot._fields))


class RosterImporter(Importer):
    """Rows of agencies become departments, by the rules that the README states under "Import departments"."""

    model = Department
    columns = COLUMNS
    required = ("name", ("state", "state_postal_abbr", "state_name"))
    writes = tuple(dict.fromkeys((*FIELDS, "sources", *Department.DERIVED)))
    key_column = "ori"

    def begin(self, table):
        super().begin(table)
        self.with_ori = defaultdict(list)  # lines by key
        self.origins = {}  # shared by all new departments, because they stay in memory until they are written
        self.reader = Reader(table, self.notice, self.source, self.as_of)
        self.counties = county_names()

    def clean(self, row):
        agency = self.reader.read(row)
        if "ori" not in agency.facts:
            return agency, WITHOUT_ORI
        self.with_ori[agency.key].append(row.line)
        return agency, WITH_ORI

    def plan(self, rows):
        agencies = [agency for _line, agency in rows]
        self._load_places(agencies)
        self._load_departments(agencies)
        places = [self._place(agency) for agency in agencies]
        for (line, agency), place in zip(rows, places, strict=True):
            self._settle(line, agency.facts, place)
        found = [self._match(line, agency) for line, agency in rows]
        new = [self._new(agency) if match is None else None for agency, match in zip(agencies, found, strict=True)]
        self._load_addresses([department for department in new if department])
        plans = []
        for (line, agency), place, match, department in zip(rows, places, found, new, strict=True):
            match = match or self._renamed(line, agency, department)
            if isinstance(match, Department):
                match = self._update(line, agency, match, place)
            plans.append(match or self._create(line, agency, department, place))
        return plans

    def written(self, created, updated):
        """The openings of a department go with its name and its time zone."""
        changed = [one.pk for one in updated if one.changed("time_zone", "search_text", "status")]
        if changed:
            sync_from_departments(changed)

    # Where it is

    def _load_places(self, agencies):
        zips = {zip_code[:5] for agency in agencies if (zip_code := agency.facts.get("zip"))}
        self.zips = {place.zip: place for place in spots(Place.objects.filter(zip__in=zips).exclude(zip=""))}
        towns = {agency.key[1:] for agency in agencies}
        found = Place.objects.filter(zip="", key__in={key for key, _state in towns} - {""})
        found = found.filter(state__in={state for _key, state in towns}).order_by("zip_codes", "-pk")
        self.towns = {(place.key, place.state): place for place in spots(found)}  # the last is the likeliest

    def _place(self, agency):
        """What ``Located.address_place`` would find: the ZIP code's place if that is in the state, else the town."""
        place = self.zips.get(agency.facts.get("zip", "")[:5])
        return place if place and place.state == agency.facts["state"] else self.towns.get(agency.key[1:])

    def _settle(self, line, facts, place):
        """Decide what only other places tell: the county among several, its spelling, what lies far away."""
        if "county" in facts:
            here = county_key(place.county) if place else ""
            names = [self.counties.get((facts["state"], county_key(name)), name) for name in facts["county"]]
            facts["county"] = next((name for name in names if county_key(name) == here), names[0])
            if len(names) > 1:
                self.notice(line, self.reader.header("county"), _("names several counties, and one is kept"))
        other = self.zips.get(facts.get("zip", "")[:5])
        if other and other.state != facts["state"]:
            self.notice(line, self.reader.header("zip"), _("is of another state, and is kept"))
        if place and "latitude" in facts:
            there = Point(facts["latitude"], facts["longitude"])
            if miles_between(there, place.point) > FAR_MILES:
                self.notice(
                    line, self.reader.header("lat"), _("is over 50 miles from its ZIP code or town, and is kept")
                )

    # Which department it is

    def _load_departments(self, agencies):
        departments = Department.objects.all()
        oris = {agency.facts["ori"] for agency in agencies if "ori" in agency.facts}
        self.by_ori = {department.ori: department for department in departments.filter(ori__in=oris).exclude(ori="")}
        self.by_key = defaultdict(list)
        names = {agency.key[0] for agency in agencies if agency.facts.get("ori") not in self.by_ori}
        # With the status, because the indexes of names begin with it.
        for department in departments.filter(status__in=Department.Status.values, name_key__in=names):
            self.by_key[department.name_key, normalise(department.city), department.state].append(department)

    def _match(self, line, agency):
        """The department that the row is about, None for a new one, or the Plan that rejects the row."""
        if ori := agency.facts.get("ori"):
            if first := self.claim("ori", ori, line):
                return reject(self.reader.header("ori"), _("is the ORI of line %s too") % first)
            found = self.by_ori.get(ori) or self._without_ori(agency)
        else:
            found = self._by_name(line, agency)
        return self._claim(line, found) if isinstance(found, Department) else found

    def _claim(self, line, department):
        first = self.claim("department", department.pk, line)
        return reject("", _("is the same agency as line %s") % first) if first else department

    def _without_ori(self, agency):
        """A department of that name, city and state that has no ORI yet, if nothing else has them."""
        twins = self.by_key.get(agency.key, ())
        alone = len(twins) == 1 and len(self.with_ori[agency.key]) == 1
        return twins[0] if alone and agency.key[1] and not twins[0].ori else None

    def _by_name(self, line, agency):
        if first := self.claim("name", agency.key, line):
            return reject("", _("is the same agency as line %s: the same name, city and state") % first)
        lines = self.with_ori[agency.key]
        twins = self.by_key.get(agency.key, ())
        if len(lines) > 1 or len(twins) > 1:
            return reject("", _("may be several agencies of that name, city and state: it needs its ORI"))
        if lines:
            return reject("", _("is the same agency as line %s: the same name, city and state") % lines[0])
        return twins[0] if twins else None

    def _renamed(self, line, agency, department):
        """For a row without an ORI: the department that a person gave another name or city since it was imported.

        Its address still tells the old ones.
        """
        if department.ori:
            return None
        name, city, state = agency.key
        for slug in department.named_slugs():
            other = self.by_slug.get((state, slug))
            if other and not other.ori and any(
                other.set_by_person(field).startswith("user:") for field in ("name", "city")
            ):  # fmt: skip
                if other.name_key == name or normalise(other.city) == city:
                    return self._claim(line, other)
        return None

    # What becomes of it

    def _new(self, agency):
        department = Department(**agency.facts)
        if self.draft or "status" not in agency.facts:
            department.status = Department.Status.DRAFT if self.draft else Department.Status.PUBLISHED
        return department

    def _create(self, line, agency, department, place):
        department.slug = self._address(line, department)
        department.sources = {
            field: self.origins.setdefault((source, as_of), {"source": source, "as_of": as_of, "set_by": "import"})
            for field, (source, as_of) in origins_of(agency, [*agency.facts, "status"]).items()
        }
        department.locate(lambda: place)
        department.derive()
        return create(department)

    def _update(self, line, agency, department, place):
        facts = dict(agency.facts)
        if not self.overwrite and (disputes := department.disputes(facts)):
            self.conflict(line, department.ori, department.name, disputes)
            kept = {field for field, *_said in disputes}
            kept |= WITH_ADDRESS if kept & ADDRESS else set()
            facts = {field: value for field, value in facts.items() if field not in kept}
        origins = origins_of(agency, facts)
        position = {field: facts.pop(field) for field in POSITION if field in facts}
        was = self._where(department)
        changed = department.take(facts, origins)
        department.locate(lambda: place)
        changed |= department.take(position, origins)
        if not changed and self._where(department) == was:
            return unchanged()
        department.derive()
        return update(department)

    def _where(self, department):
        return department.latitude, department.longitude, department.precision, department.time_zone

    # Its address

    def _load_addresses(self, departments):
        """Who has the addresses that these would get. Most get the first, so that the others are seldom asked for."""
        self.by_slug, self.asked, wanted = {}, set(), set()
        for department in departments:
            department.slug = slug_of(department.name, "department")
            wanted.add((department.state, department.slug))
        self._ask_for(slug for _state, slug in wanted)
        crowded = set()
        for department in departments:
            address = department.state, department.slug
            if address not in wanted or address in self.by_slug or ("slug", address) in self.claimed:
                crowded.update(department.named_slugs())
            wanted.discard(address)
        self._ask_for(crowded)

    def _ask_for(self, slugs):
        slugs = set(slugs) - self.asked
        if not slugs:
            return
        self.asked |= slugs
        former = FormerAddress.objects.filter(slug__in=slugs).values_list("state", "slug")
        self.by_slug |= dict.fromkeys(former)
        known = Department.objects.filter(slug__in=slugs)
        self.by_slug |= {(other.state, other.slug): other for other in known}

    def _address(self, line, department):
        """The first of the addresses that ``Department.free_slug`` tries that neither the site nor the file has."""
        for some in (lambda: [department.slug], department.named_slugs, department.numbered_slugs):
            slugs = some()
            self._ask_for(slugs)
            for slug in slugs:
                if self._take_address(line, department, slug):
                    return slug

    def _take_address(self, line, department, slug):
        address = department.state, slug
        return address not in self.by_slug and self.claim("slug", address, line) is None


def origins_of(agency, fields):
    """``{field: (source, as of)}``; who publishes a department here is no publication."""
    return {
        field: ("", "") if field in Department.OURS else agency.origins[GROUP_OF.get(field, "record")]
        for field in fields
    }


def county_key(name):
    """The letters that tell counties apart: "St. Louis County" and "SAINT LOUIS" are "saintlouis"."""
    words = normalise(name).split()
    while len(words) > 1 and words[-1] in (
        "county",
        "parish",
        "municipio",
        "borough",
        "area",
        "census",
        "municipality",
    ):
        words.pop()
    return "".join(words)


def county_names():
    """``{(state, county_key): name}`` as the places spell it; the best spelling has the most capitals and points."""
    names = {}
    for state, county in Place.objects.order_by().values_list("state", "county").distinct():
        name = re.sub(" (County|Parish|Municipio)$", "", re.sub(" city$", " City", county))
        names.setdefault((state, county_key(county)), Counter())[name] = sum(not letter.islower() for letter in name)
    return {key: spellings.most_common(1)[0][0] for key, spellings in names.items() if key[1]}
