"""Reads one row of an agency file: the names of its columns, and its cells as facts with their sources."""

from functools import lru_cache
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from policeapp.imports.engine import Rejected

from ..models import Department, Precision
from ..models.figures import MAX_OFFICERS
from ..models.location import is_mailbox
from ..models.sources import Origin, publication
from ..names import name_key, normalize
from . import agency_types, cleaning, formats
from .agency_names import readable

# The fields that each pair of columns ``*_source`` and ``*_year`` describes. All others are in the group "record".
GROUPS = {
    "address": ("street1", "street2", "city", "zip"),
    "phone": ("phone",),
    "geo": ("latitude", "longitude", "precision"),
    "sworn": ("sworn_officers", "sworn_year"),
    "population": ("population", "population_year", "population_basis"),
    "county_population": ("county_population", "county_population_year"),
    "website": ("website", "website_kind"),
}
GROUP_OF = {field: group for group, fields in GROUPS.items() for field in fields}
GROUP_OF |= {field: field for field in Department.SITE_FACTS}

# A column for each year, such as fbi_active_2018. The newest one counts.
ACTIVE_IN = {f"fbi_active_{year}": year for year in range(2000, 2051)}

# The columns and their other names, such as those of the Department of Homeland Security's HIFLD, the FBI's lists and
# the Bureau of Justice Statistics' crosswalk (LEAIC).
COLUMNS = {
    "ori": ["ori9", "ori_code", "ori_number", "agency_ori", "originating_agency_identifier"],
    "ori7": [],
    "name": ["agency_name", "agency", "department", "department_name", "pub_agency_name"],
    "type": ["kind", "agency_type", "agency_type_name", "agcytype"],
    "unit": ["pub_agency_unit"],
    "name_flag": [],
    "state": ["st", "address_state"],
    "state_abbr": ["state_abbreviation", "state_code"],
    "state_postal_abbr": [],
    "state_name": [],
    "city": ["city_name", "town", "address_city"],
    "county": ["county_name", "counties"],
    "address1": ["address", "street", "street1", "street_address", "address_line_1", "address_str1", "mailing_address"],
    "address2": ["street2", "address_line_2", "address_str2"],
    "zip": ["zip_code", "zip5", "postal_code", "address_zip"],
    "zip4": ["plus4", "zip_plus4"],
    "phone": ["telephone", "phone_number", "telephone_number", "main_phone", "tel"],
    "email": ["e_mail", "email_address"],
    "website": ["web", "web_site", "url", "homepage", "web_address"],
    "website_kind": [],
    "chief_name": ["chief", "agency_head", "head_of_agency"],
    "chief_title": ["title_of_head", "head_title"],
    "lat": ["latitude"],
    "lon": ["longitude", "lng", "long"],
    "precision": ["geo_precision"],
    "sworn_officers": [
        "sworn",
        "officers",
        "number_of_officers",
        "total_officers",
        "full_time_sworn",
        "ftsworn",
        "officer_ct",
    ],
    "population": ["population_served", "pop"],
    "population_basis": [],
    "county_population": [],
    "active": ["is_active", "fbi_active", "agency_status"],
    **{column: [] for column in ACTIVE_IN},
    "status": [],
    "reports_no_staff": [],
    "is_sub_facility": [],
    "superseded_by": [],
    **{f"{group}_source": [] for group in ("record", *GROUPS)},
    **{f"{group}_year": ["data_year"] if group == "record" else [] for group in ("record", *GROUPS)},
}

# The columns that become one field each: the column, the field and the function that cleans the cell.
CELLS = [
    ("address1", "street1", cleaning.street),
    ("address2", "street2", cleaning.street),
    ("phone", "phone", cleaning.phone),
    ("email", "email", cleaning.email),
    ("website", "website", cleaning.website),
    ("website_kind", "website_kind", cleaning.code),
    ("chief_name", "chief_name", lambda cell: cleaning.title(cleaning.text(cell))),
    ("chief_title", "chief_title", lambda cell: cleaning.title(cleaning.text(cell))),
    ("sworn_officers", "sworn_officers", lambda cell: cleaning.number(cell, MAX_OFFICERS)),
    ("population", "population", cleaning.number),
    ("sworn_year", "sworn_year", cleaning.year),
    ("population_year", "population_year", cleaning.year),
    ("population_basis", "population_basis", cleaning.code),
    ("county_population", "county_population", cleaning.number),
    ("county_population_year", "county_population_year", cleaning.year),
]


# The precision of a location, by its name or by the code of its source.
PRECISIONS = {
    "hifld": Precision.BUILDING, "hifld2009": Precision.BUILDING, "building": Precision.BUILDING,
    "rooftop": Precision.BUILDING, "address": Precision.BUILDING, "fbi_cde2018": Precision.TOWN,
    "ipeds_hd2024": Precision.TOWN, "census_place": Precision.TOWN, "town": Precision.TOWN, "city": Precision.TOWN,
    "city_centroid": Precision.TOWN, "zip": Precision.ZIP, "zip_centroid": Precision.ZIP, "county": Precision.COUNTY,
    "county_centroid": Precision.COUNTY,
}  # fmt: skip

# The model's fields, whose validators and choices hold for imports too.
MODEL_FIELDS = {field.name: field for field in Department._meta.fields}
NEEDED = ("name", "state", "kind", "status")
# The columns that are named differently from their fields.
COLUMN_OF = {
    "kind": "type", "street1": "address1", "street2": "address2", "latitude": "lat", "longitude": "lon",
}  # fmt: skip
STATE_COLUMNS = ("state", "state_abbr", "state_postal_abbr", "state_name")


class Agency(NamedTuple):
    """The data of a row.

    ``facts`` is ``{field of Department: value}``, without missing values. Its ``county`` is a tuple, because agencies
    may span several counties. ``sources`` is ``{group of fields: Origin}``; rows with the same sources share one dict.
    ``guessed`` are the fields that the row doesn't state. ``key`` is the normalized name, the normalized city and the
    state, to match rows without an ORI. ``year`` is the year of the row, or 0. ``has_staff`` is False if the source
    says that the agency has no employees: it is not worth a page.
    """

    facts: dict
    sources: dict
    guessed: tuple
    key: tuple
    year: int = 0
    has_staff: bool = True

    @property
    def origins(self):
        """``{field: Origin}`` of the facts and the status."""
        found = {field: self.sources[GROUP_OF.get(field, "record")] for field in (*self.facts, "status")}
        return found | {field: found[field]._replace(guessed=True) for field in self.guessed}


class AgencyReader:
    """Reads rows of a table.

    It calls ``notice(line, column, reason)`` for each cell that it ignores. ``source`` and ``as_of`` are the source of
    facts in rows that don't state one.
    """

    def __init__(self, table, notice, source="", as_of=""):
        self.table, self.notice, self.as_of = table, notice, as_of
        self.format = formats.recognize(table.header)
        self.source = source or self.format.source
        self.shared_sources = {}  # all rows are in memory until they are written
        self.cells = [cell for cell in CELLS if cell[0] in table.found]
        newest = max((column for column in ACTIVE_IN if column in table.found), default="status")
        self.status_column = next((column for column in ("active", newest) if column in table.found), None)

    def read(self, row):
        """Return the row as an :class:`Agency`, or raise :class:`Rejected` or ``Skipped``."""
        values = row.values
        formats.skip_other_rows(values, self.table.name_of)
        state = self._state(values)
        name, guessed_name = self._name(values, state)
        facts, guessed = {"name": name, "state": state}, ["name"] if guessed_name else []
        self._add(row, facts, "ori", "ori", cleaning.ori)
        if "ori" not in facts:
            self._add(row, facts, "ori7", "ori", cleaning.ori)
        self._add(row, facts, "city", "city", cleaning.city, state)
        self._add(row, facts, "zip", "zip", cleaning.zip_code, state, values.get("zip4", ""))
        self._add(row, facts, "county", "county", cleaning.counties)
        for column, field, clean in self.cells:
            self._add(row, facts, column, field, clean)
        self._drop_repeated_street(facts)
        self._add_kind(row, facts, guessed)
        self._add_alias(facts, guessed)
        facts |= self._location(row, facts)
        has_staff = not cleaning.is_true(values.get("reports_no_staff", ""))
        status = self._status(values)
        if status == "draft" or (status and has_staff):
            facts["status"] = status
        sources = self._sources(values)
        self._add_years(facts, sources)
        self._check(row, facts)
        sources = self.shared_sources.setdefault(tuple(sources.values()), sources)
        key = name_key(facts["name"]), normalize(facts.get("city", "")), state
        return Agency(facts, sources, tuple(guessed), key, int(sources["record"].as_of[:4] or 0), has_staff)

    def _name(self, values, state):
        """Return ``(name, whether it is guessed)``."""
        name = cleaning.name(values["name"])
        if not normalize(name):
            raise Rejected(self.table.name_of("name"), _("is missing"))
        guessed = False
        if self.format.bare_names:
            unit = cleaning.name(values.get("unit", ""))
            name, guessed = formats.complete_name(name, unit, values.get("type", ""), state)
        return name, guessed

    def _add(self, row, facts, column, field, clean, *arguments):
        """Clean a cell and add it to the facts, or report why it is ignored."""
        cell = row.values.get(column)
        if not cell:
            return
        try:
            value = clean(cell, *arguments)
        except ValueError as problem:
            self.notice(row.line, self.table.name_of(column), str(problem))
            return
        if value in ("", None, ()):
            return
        if value or not (self.format.bare_names and field in ("sworn_officers", "population")):
            facts[field] = value

    def _drop_repeated_street(self, facts):
        """Merged files contain an address twice, such as "111 2nd Street East" and "111 2nd St E"."""
        if "street2" in facts:
            second = facts.pop("street2")
            first = facts.setdefault("street1", second)
            if not (first[0].isdigit() and first.split()[:2] == second.split()[:2]) and first != second:
                facts["street2"] = second

    def _add_kind(self, row, facts, guessed):
        """Add the agency type of the row, or one that its name contains."""
        name, city = facts["name"], facts.get("city", "")
        self._add(row, facts, "type", "kind", agency_types.kind, name, city)
        if "kind" not in facts:
            facts["kind"] = agency_types.kind("", name, city)
            guessed.append("kind")
        elif not agency_types.is_stated(row.values["type"]):
            guessed.append("kind")

    def _add_alias(self, facts, guessed):
        """Make the name readable, and keep the source's form as another name."""
        name = facts["name"]
        facts["name"] = readable(name, facts["kind"], facts["state"])
        if facts["name"] != name:
            facts["alias"] = name
            guessed.append("name")

    def _add_years(self, facts, sources):
        """Add the years of figures without one from their sources, and drop what describes a missing value."""
        for figure, group in (
            ("sworn_officers", "sworn"),
            ("population", "population"),
            ("county_population", "county_population"),
        ):
            if figure in facts and f"{group}_year" not in facts and (year := sources[group].as_of[:4]):
                facts[f"{group}_year"] = int(year)
        if self.format.bare_names and "population" in facts:
            facts["population_basis"] = Department.PopulationBasis.FBI_JURISDICTION.value
        for field, leader in Department.SET_WITH.items():
            if leader not in facts:
                facts.pop(field, None)

    def _check(self, row, facts):
        """Drop and report the values that the model refuses. Reject the row if it can't do without one."""
        for field, value in list(facts.items()):
            if problem := problem_of(field, value):
                column = self.table.name_of(COLUMN_OF.get(field, field))
                if field in NEEDED:
                    raise Rejected(column, problem)
                self.notice(row.line, column, problem)
                for name in Department.set_together(field):
                    facts.pop(name, None)

    def _status(self, values):
        """Return the status of a row, or None if the file doesn't state it."""
        if not self.status_column:
            return None
        return "published" if cleaning.is_active(values[self.status_column]) else "draft"

    def _state(self, values):
        for column in STATE_COLUMNS:
            if cell := cleaning.text(values.get(column, "")):
                try:
                    return cleaning.state(cell)
                except ValueError as problem:
                    raise Rejected(self.table.name_of(column), str(problem)) from None
        raise Rejected(self.table.name_of("state"), _("is missing"))

    def _location(self, row, facts):
        """Return latitude, longitude and precision, or {} if the row has no plausible coordinates."""
        degrees = {}
        self._add(row, degrees, "lat", "lat", cleaning.degrees)
        self._add(row, degrees, "lon", "lon", cleaning.degrees)
        if len(degrees) < 2 or not any(degrees.values()):
            return {}
        point, correction = cleaning.location(degrees["lat"], degrees["lon"], facts["state"])
        if correction:
            self.notice(row.line, self.table.name_of("lat"), correction)
        if not point:
            return {}
        stated = row.values.get("precision") or row.values.get("geo_source") or ""
        precision = PRECISIONS.get(stated.casefold())
        if not precision:
            # Assume the building if the row has a street address, else the town.
            street = facts.get("street1", "")
            precision = Precision.BUILDING if street and not is_mailbox(street) else Precision.TOWN
        return {"latitude": point[0], "longitude": point[1], "precision": precision.value}

    def _sources(self, values):
        """Return ``{group: Origin}`` from the row's columns, or else from the import's options.

        Facts about this site have no publication as their source, only its date.
        """
        found = {}
        record = values.get("record_source") or self.source, values.get("record_year", "")
        for group in ("record", *GROUPS):
            own, year = values.get(f"{group}_source"), values.get(f"{group}_year")
            if group == "county_population":
                own = own or "census"  # agencies don't count a county's people
            source, as_of = source_of(*((own, year or "") if own else (record[0], year or record[1])))
            found[group] = Origin(source, as_of or self.as_of)
        as_of = ACTIVE_IN.get(self.status_column) or found["record"].as_of
        return found | dict.fromkeys(Department.SITE_FACTS, Origin("", str(as_of)))


@lru_cache(maxsize=20_000)
def problem_of(field, value):
    """Return why the model refuses a value for a field, or "". ``value`` may be a tuple of values."""
    try:
        for each in value if isinstance(value, tuple) else (value,):
            MODEL_FIELDS[field].clean(each, None)
    except ValidationError as problem:
        # The validator's message says how long the value is, so it would differ from row to row.
        is_long = problem.error_list[0].code == "max_length"
        return _("is too long") if is_long else " ".join(problem.messages)
    return ""


@lru_cache(maxsize=1000)
def source_of(name, year):
    """Return ``(source, as of)`` from the cells of a ``*_source`` and a ``*_year`` column."""
    # A record of two publications, such as "hifld_only+fbi_2025", has its name and ORI from the last one.
    source, as_of = publication(cleaning.text(name).rpartition("+")[2])
    return source[:200], cleaning.year_or_date(cleaning.text(year)) or as_of
