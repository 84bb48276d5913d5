"""Imports agency files: matches each row with a department and decides what it changes.

:mod:`policeapp.imports.engine` runs the import, and :mod:`departments.imports.rows` reads the rows.
"""

from collections import defaultdict

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policeapp.imports.engine import Importer, create, reject, skip, unchanged, update

from ..models import Department, SlugRedirect
from ..models.department import LOCATION, announce_changes
from ..models.precedence import CERTAINTY, DATE, PERSON
from ..names import core_name, normalize, slug_of
from . import jurisdictions
from .addresses import Places
from .rows import COLUMN_OF, COLUMNS, STATE_COLUMNS, AgencyReader
from .sanity import implausible_figures

FIELDS = (
    "name", "alias", "kind", "ori", "status", "chief_name", "chief_title", "street1", "street2", "city", "state", "zip",
    "county", "phone", "email", "website", "website_kind", "sworn_officers", "sworn_year", "population",
    "population_year", "population_basis", "county_population", "county_population_year", "latitude", "longitude",
    "precision",
)  # fmt: skip

# The columns that an import can be limited to. Fields that are set with another one follow it.
LIMITS = {
    column: field
    for field in FIELDS
    if field not in Department.SET_WITH and (column := COLUMN_OF.get(field, field)) in (*COLUMNS, "status")
}

# If the stored value of a field in ADDRESS counts, none of the fields in WITH_ADDRESS change. If it is a person's, the
# location doesn't either.
ADDRESS = {"street1", "city", "zip"}
WITH_ADDRESS = {"street1", "street2", "zip"}

REASONS_TO_KEEP = {
    CERTAINTY: gettext_lazy("is less certain than the stored value; it was not imported"),
    DATE: gettext_lazy("is older than the stored value; it was not imported"),
}

# Ranks: rows with an ORI come first, because they match for certain; of one agency's years, the newest comes first.
WITH_ORI, WITHOUT_ORI = 0, 1


class AgencyImporter(Importer):
    """Creates and updates departments from the rows of an agency file."""

    model = Department
    columns = COLUMNS
    required = ("name", STATE_COLUMNS)
    writes = tuple(dict.fromkeys((*FIELDS, "sources", *Department.DERIVED)))
    key_column = "ori"
    limits = tuple(LIMITS)

    def __init__(self, **options):
        super().__init__(**options)
        self.states_to_match = set()  # new departments and new names may police other places

    def begin(self, table):
        super().begin(table)
        self.with_ori = defaultdict(list)  # lines by key
        self.years = {}  # by ORI
        self.shared_sources = {}  # new departments share these dicts, because all of them are in memory until written
        self.reader = AgencyReader(table, self.notice, self.source, self.as_of)
        self.places = Places(self.table, self.notice)
        self.limited_to = {LIMITS[name] for name in self.only_fields}

    def clean(self, row):
        agency = self.reader.read(row)
        if "ori" not in agency.facts:
            return agency, (WITHOUT_ORI, 0)
        self.with_ori[agency.key].append(row.line)
        return agency, (WITH_ORI, -agency.year)

    def plan(self, rows):
        agencies = [agency for _line, agency in rows]
        self.places.load(agencies)
        self._load_departments(agencies)
        places = [self.places.find(agency) for agency in agencies]
        for (line, agency), place in zip(rows, places, strict=True):
            self.places.check(line, agency.facts, place)
            self._drop_implausible(line, agency.facts)
        found = [self._match(line, agency) for line, agency in rows]
        new = [self._new(agency) if match is None else None for agency, match in zip(agencies, found, strict=True)]
        moving = [match for (_line, agency), match in zip(rows, found, strict=True) if self._moves(agency, match)]
        self._load_slugs([department for department in new if department], moving)
        plans = []
        for (line, agency), place, match, department in zip(rows, places, found, new, strict=True):
            match = match or self._match_renamed(line, agency, department)
            if isinstance(match, Department):
                match = self._update(line, agency, match, place)
            plans.append(match or self._create(line, agency, department, place))
        return plans

    def written(self, created, updated):
        for department in updated:
            if department.has_changed("state", "slug"):
                department.redirect_old_slug()
        announce_changes(updated)
        codes = {department.state for department in (*created, *updated)}
        Department.objects.filter(state__in=codes).link_posts()
        self.states_to_match |= codes

    def finish(self):
        if self.states_to_match:
            jurisdictions.match(self.states_to_match)

    # Matching

    def _load_departments(self, agencies):
        departments = Department.objects.all()
        oris = {agency.facts["ori"] for agency in agencies if "ori" in agency.facts}
        self.by_ori = {department.ori: department for department in departments.filter(ori__in=oris).exclude(ori="")}
        self.by_key = defaultdict(list)
        # A row with an ORI and the name of its department can't mean another one.
        named = [agency.key for agency in agencies if not self._has_name(agency)]
        names, cities = {name for name, _city, _state in named}, {city[:120] for _name, city, _state in named}
        # The index of towns starts with the status.
        departments = departments.filter(status__in=Department.Status.values, city_key__in=cities)
        for department in departments.filter(name_key__in=names):
            self.by_key[department.name_key, normalize(department.city), department.state].append(department)

    def _has_name(self, agency):
        department = self.by_ori.get(agency.facts.get("ori"))
        return department is not None and department.name_key == agency.key[0]

    def _match(self, line, agency):
        """Return the row's department, None if it is new, or the plan that rejects the row."""
        if ori := agency.facts.get("ori"):
            if first := self.claim("ori", ori, line):
                if agency.year < self.years[ori]:
                    return skip(self.table.name_of("record_year"), _("is older than another row with this ORI"))
                return reject(self.table.name_of("ori"), _("is also the ORI of line %s") % first)
            self.years[ori] = agency.year
            found = self.by_ori.get(ori)
            if found and self._means_another(agency, found):
                return reject(self.table.name_of("ori"), _("belongs to another agency than this name and city"))
            found = found or self._match_without_ori(agency)
        else:
            found = self._match_by_name(line, agency)
        return self._claim(line, found) if isinstance(found, Department) else found

    def _means_another(self, agency, department):
        """Return whether the name and the city of a row contradict its ORI's department, or are those of another one.

        A department that a person renamed or moved is not compared.
        """
        name, city, _state = agency.key
        if self._has_name(agency) or any(map(department.edited_by, ("name", "city"))):
            return False
        if any(other != department for other in self.by_key.get(agency.key, ())) and city:
            return True
        words, own_words = (set(core_name(each).split()) for each in (name, department.name_key))
        own_city = normalize(department.city)
        return bool(city and own_city) and city != own_city and words.isdisjoint(own_words)

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
        if self.draft or not agency.has_staff:
            department.status = Department.Status.DRAFT
        elif "status" not in agency.facts:
            department.status = Department.Status.PUBLISHED
        return department

    def _create(self, line, agency, department, place):
        self._set_slug(line, department)
        department.sources = {
            field: self.shared_sources.setdefault(origin, origin.as_source("import"))
            for field, origin in agency.origins.items()
        }
        department.locate(lambda: place)
        department.derive()
        return create(department)

    def _update(self, line, agency, department, place):
        stated, origins = self._limited(line, agency, department), agency.origins
        location = {field: stated[field] for field in LOCATION if field in stated}
        facts = {field: value for field, value in stated.items() if field not in LOCATION}
        facts, kept = department.weigh(facts, origins, self.overwrite)
        if address := ADDRESS & set(kept):
            facts = {field: value for field, value in facts.items() if field not in WITH_ADDRESS}
        before = self._location(department)
        changed = department.apply_import(facts, origins)
        department.locate(lambda: place)
        accepted, kept_location = department.weigh(location, origins, self.overwrite)
        if PERSON not in map(kept.get, address):  # else the coordinates are those of another address
            changed |= department.apply_import(accepted, origins)
        changed |= self._report_kept(line, department, stated, origins, kept | kept_location)
        if not changed and self._location(department) == before:
            return unchanged()
        if department.has_changed("state"):
            self._set_slug(line, department)
        department.derive()
        return update(department)

    def _limited(self, line, agency, department):
        """Return the facts that the import may change."""
        facts = dict(agency.facts)
        if self.limited_to:
            leader = Department.SET_WITH
            facts = {field: value for field, value in facts.items() if leader.get(field, field) in self.limited_to}
        self._drop_implausible(line, facts, department)
        return facts

    def _drop_implausible(self, line, facts, department=None):
        for field, reason in implausible_figures(facts, department, jumps=self.overwrite).items():
            self.notice(line, self.table.name_of(field), reason)
            for name in Department.set_together(field):
                facts.pop(name, None)

    def _report_kept(self, line, department, stated, origins, kept):
        """Report the values that don't replace stored ones. Return whether the department remembers something else.

        The department remembers the values that differ from those of people.
        """
        conflicts = [
            (field, getattr(department, field), stated[field], department.person_of(field))
            for field, reason in kept.items()
            if reason == PERSON
        ]
        self.conflict(line, department.ori, department.name, conflicts)
        for field, reason in kept.items():
            if reason in REASONS_TO_KEEP and field not in Department.SET_WITH and not origins[field].guessed:
                self.notice(line, self.table.name_of(COLUMN_OF.get(field, field)), str(REASONS_TO_KEEP[reason]))
        edited = {
            field: value
            for field, value in stated.items()
            if field in kept or "other" in department.sources.get(field, {})
            if field not in Department.SITE_FACTS and department.person_of(field)
        }
        return department.remember_other(edited, origins)

    def _location(self, department):
        return department.latitude, department.longitude, department.precision, department.time_zone

    # Slugs

    def _moves(self, agency, match):
        return isinstance(match, Department) and match.state != agency.facts["state"]

    def _load_slugs(self, departments, moving):
        """Load the taken slugs among those that new departments may get. Few of them need a second choice.

        ``moving`` are departments that may move to another state, where their slugs may be taken.
        """
        self.by_slug, self.loaded_slugs, wanted = {}, set(), set()
        for department in departments:
            department.slug = slug_of(department.name, "department")
            wanted.add((department.state, department.slug))
        self._load_taken(slug for _state, slug in wanted)
        second_choices = {department.slug for department in moving}
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

    def _set_slug(self, line, department):
        """Set the first slug in the order of ``Department.free_slug()`` that neither the site nor the file has.

        A department that has a slug keeps it if it is free in its state.
        """
        for candidates in (lambda: [department.slug], department.slug_candidates, department.numbered_slugs):
            slugs = candidates()
            self._load_taken(slugs)
            for slug in slugs:
                if self._claim_slug(line, department, slug):
                    department.slug = slug
                    return

    def _claim_slug(self, line, department, slug):
        key = department.state, slug
        return key not in self.by_slug and self.claim("slug", key, line) is None
