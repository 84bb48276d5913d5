"""Imports agency files: matches each row with a department and decides what it changes.

:mod:`policeapp.imports.engine` runs the import, and :mod:`departments.imports.rows` reads the rows.
"""

import re
from collections import Counter, defaultdict
from typing import NamedTuple

from django.utils.translation import gettext as _

from policeapp.imports.engine import Importer, create, reject, unchanged, update

from ..geo.points import Point, miles_between
from ..models import Department, Place, SlugRedirect
from ..models.department import announce_changes
from ..names import normalize, slug_of
from .rows import COLUMNS, GROUPS, AgencyReader

FIELDS = (
    "name", "alias", "kind", "ori", "status", "chief_name", "chief_title", "street1", "street2", "city", "state", "zip",
    "county", "phone", "email", "website", "sworn_officers", "sworn_year", "population", "population_year",
    "latitude", "longitude", "precision",
)  # fmt: skip
LOCATION = ("latitude", "longitude", "precision")

# If a file conflicts with an edited field in ADDRESS, none of the fields in WITH_ADDRESS change.
ADDRESS = {"street1", "city", "zip"}
WITH_ADDRESS = {"street1", "street2", "zip", *LOCATION}

GROUP_OF = {field: group for group, fields in GROUPS.items() for field in fields}
FAR_MILES = 50  # the largest towns don't extend that far from their center
WITH_ORI, WITHOUT_ORI = 0, 1  # ranks: rows with an ORI come first, because they match for certain


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


class AgencyImporter(Importer):
    """Creates and updates departments from the rows of an agency file."""

    model = Department
    columns = COLUMNS
    required = ("name", ("state", "state_postal_abbr", "state_name"))
    writes = tuple(dict.fromkeys((*FIELDS, "sources", *Department.DERIVED)))
    key_column = "ori"

    def begin(self, table):
        super().begin(table)
        self.with_ori = defaultdict(list)  # lines by key
        self.shared_sources = {}  # new departments share these dicts, because all of them are in memory until written
        self.reader = AgencyReader(table, self.notice, self.source, self.as_of)
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
            self._check_place(line, agency.facts, place)
        found = [self._match(line, agency) for line, agency in rows]
        new = [self._new(agency) if match is None else None for agency, match in zip(agencies, found, strict=True)]
        self._load_slugs([department for department in new if department])
        plans = []
        for (line, agency), place, match, department in zip(rows, places, found, new, strict=True):
            match = match or self._match_renamed(line, agency, department)
            if isinstance(match, Department):
                match = self._update(line, agency, match, place)
            plans.append(match or self._create(line, agency, department, place))
        return plans

    def written(self, created, updated):
        announce_changes(updated)
        Department.objects.filter(state__in={department.state for department in (*created, *updated)}).link_posts()

    # Places

    def _load_places(self, agencies):
        zips = {zip_code[:5] for agency in agencies if (zip_code := agency.facts.get("zip"))}
        self.zips = {place.zip: place for place in place_rows(Place.objects.filter(zip__in=zips).exclude(zip=""))}
        towns = {agency.key[1:] for agency in agencies}
        found = Place.objects.filter(zip="", key__in={key for key, _state in towns} - {""})
        found = found.filter(state__in={state for _key, state in towns}).order_by("zip_codes", "-pk")
        # The last of several towns with one name is the most likely.
        self.towns = {(place.key, place.state): place for place in place_rows(found)}

    def _place(self, agency):
        """Return the place that ``Department.find_place()`` would find, without a query."""
        place = self.zips.get(agency.facts.get("zip", "")[:5])
        return place if place and place.state == agency.facts["state"] else self.towns.get(agency.key[1:])

    def _check_place(self, line, facts, place):
        """Choose one of several counties, use its usual spelling, and report locations that are implausible."""
        if "county" in facts:
            expected = county_key(place.county) if place else ""
            names = [self.counties.get((facts["state"], county_key(name)), name) for name in facts["county"]]
            facts["county"] = next((name for name in names if county_key(name) == expected), names[0])
            if len(names) > 1:
                self.notice(line, self.reader.header("county"), _("names several counties; only one was imported"))
        zip_place = self.zips.get(facts.get("zip", "")[:5])
        if zip_place and zip_place.state != facts["state"]:
            self.notice(line, self.reader.header("zip"), _("is in another state; it was imported anyway"))
        if place and "latitude" in facts:
            point = Point(facts["latitude"], facts["longitude"])
            if miles_between(point, place.point) > FAR_MILES:
                reason = _("is over 50 miles from the ZIP code or town; it was imported anyway")
                self.notice(line, self.reader.header("lat"), reason)

    # Matching

    def _load_departments(self, agencies):
        departments = Department.objects.all()
        oris = {agency.facts["ori"] for agency in agencies if "ori" in agency.facts}
        self.by_ori = {department.ori: department for department in departments.filter(ori__in=oris).exclude(ori="")}
        self.by_key = defaultdict(list)
        names = {agency.key[0] for agency in agencies if agency.facts.get("ori") not in self.by_ori}
        for department in departments.filter(name_key__in=names):
            self.by_key[department.name_key, normalize(department.city), department.state].append(department)

    def _match(self, line, agency):
        """Return the row's department, None if it is new, or the plan that rejects the row."""
        if ori := agency.facts.get("ori"):
            if first := self.claim("ori", ori, line):
                return reject(self.reader.header("ori"), _("is also the ORI of line %s") % first)
            found = self.by_ori.get(ori) or self._match_without_ori(agency)
        else:
            found = self._match_by_name(line, agency)
        return self._claim(line, found) if isinstance(found, Department) else found

    def _claim(self, line, department):
        first = self.claim("department", department.pk, line)
        return reject("", _("is the same agency as line %s") % first) if first else department

    def _match_without_ori(self, agency):
        """Return the only department with this name, city and state if it has no ORI and no other row claims it."""
        candidates = self.by_key.get(agency.key, ())
        is_unique = len(candidates) == 1 and len(self.with_ori[agency.key]) == 1
        return candidates[0] if is_unique and agency.key[1] and not candidates[0].ori else None

    def _match_by_name(self, line, agency):
        if first := self.claim("name", agency.key, line):
            return reject("", _("is the same agency as line %s: same name, city and state") % first)
        lines = self.with_ori[agency.key]
        candidates = self.by_key.get(agency.key, ())
        if len(lines) > 1 or len(candidates) > 1:
            return reject("", _("matches several agencies with this name, city and state; add its ORI"))
        if lines:
            return reject("", _("is the same agency as line %s: same name, city and state") % lines[0])
        return candidates[0] if candidates else None

    def _match_renamed(self, line, agency, department):
        """Return the department of a row without an ORI if an editor has changed its name or city after an import.

        Its slug still contains the old name and city.
        """
        if department.ori:
            return None
        name, city, state = agency.key
        for slug in department.slug_candidates():
            other = self.by_slug.get((state, slug))
            if other and not other.ori and any(
                other.edited_by(field).startswith("user:") for field in ("name", "city")
            ):  # fmt: skip
                if other.name_key == name or normalize(other.city) == city:
                    return self._claim(line, other)
        return None

    # Plans

    def _new(self, agency):
        department = Department(**agency.facts)
        if self.draft or "status" not in agency.facts:
            department.status = Department.Status.DRAFT if self.draft else Department.Status.PUBLISHED
        return department

    def _create(self, line, agency, department, place):
        department.slug = self._free_slug(line, department)
        department.sources = {
            field: self.shared_sources.setdefault(
                (source, as_of), {"source": source, "as_of": as_of, "set_by": "import"}
            )
            for field, (source, as_of) in sources_of(agency, [*agency.facts, "status"]).items()
        }
        department.locate(lambda: place)
        department.derive()
        return create(department)

    def _update(self, line, agency, department, place):
        facts = dict(agency.facts)
        if not self.overwrite and (conflicts := department.conflicts_with(facts)):
            self.conflict(line, department.ori, department.name, conflicts)
            edited = {field for field, *_values in conflicts}
            edited |= WITH_ADDRESS if edited & ADDRESS else set()
            facts = {field: value for field, value in facts.items() if field not in edited}
        sources = sources_of(agency, facts)
        location = {field: facts.pop(field) for field in LOCATION if field in facts}
        before = self._location(department)
        changed = department.apply_import(facts, sources)
        department.locate(lambda: place)
        changed |= department.apply_import(location, sources)
        if not changed and self._location(department) == before:
            return unchanged()
        department.derive()
        return update(department)

    def _location(self, department):
        return department.latitude, department.longitude, department.precision, department.time_zone

    # Slugs

    def _load_slugs(self, departments):
        """Load the taken slugs among those that new departments may get. Few of them need a second choice."""
        self.by_slug, self.loaded_slugs, wanted = {}, set(), set()
        for department in departments:
            department.slug = slug_of(department.name, "department")
            wanted.add((department.state, department.slug))
        self._load_taken(slug for _state, slug in wanted)
        second_choices = set()
        for department in departments:
            key = department.state, department.slug
            if key not in wanted or key in self.by_slug or ("slug", key) in self.claimed:
                second_choices.update(department.slug_candidates())
            wanted.discard(key)
        self._load_taken(second_choices)

    def _load_taken(self, slugs):
        slugs = set(slugs) - self.loaded_slugs
        if not slugs:
            return
        self.loaded_slugs |= slugs
        redirects = SlugRedirect.objects.filter(slug__in=slugs).values_list("state", "slug")
        self.by_slug |= dict.fromkeys(redirects)
        departments = Department.objects.filter(slug__in=slugs)
        self.by_slug |= {(other.state, other.slug): other for other in departments}

    def _free_slug(self, line, department):
        """Return the first slug in the order of ``Department.free_slug()`` that neither the site nor the file has."""
        for candidates in (lambda: [department.slug], department.slug_candidates, department.numbered_slugs):
            slugs = candidates()
            self._load_taken(slugs)
            for slug in slugs:
                if self._claim_slug(line, department, slug):
                    return slug

    def _claim_slug(self, line, department, slug):
        key = department.state, slug
        return key not in self.by_slug and self.claim("slug", key, line) is None


def sources_of(agency, fields):
    """Return ``{field: (source, as_of)}``. Facts about this site have no publication as their source."""
    return {
        field: ("", "") if field in Department.SITE_FACTS else agency.sources[GROUP_OF.get(field, "record")]
        for field in fields
    }


def county_key(name):
    """Return a county's name in a comparable form: "saintlouis" for "St. Louis County" and "SAINT LOUIS"."""
    words = normalize(name).split()
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
    """Return ``{(state, county_key): name}`` in the spelling of places with the most capitals and punctuation."""
    names = {}
    for state, county in Place.objects.order_by().values_list("state", "county").distinct():
        name = re.sub(" (County|Parish|Municipio)$", "", re.sub(" city$", " City", county))
        names.setdefault((state, county_key(county)), Counter())[name] = sum(not letter.islower() for letter in name)
    return {key: spellings.most_common(1)[0][0] for key, spellings in names.items() if key[1]}
