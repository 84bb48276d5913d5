"""Reads one row of an agency file: the names of its columns, and its cells as facts with their sources."""

from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext as _

from policeapp.imports.engine import Rejected

from ..models import Precision
from ..models.location import is_mailbox
from ..models.sources import publication
from ..names import normalize
from . import cleaning
from .agency_names import readable

YEARS = range(2000, 2051)

# The columns and their other names, such as those of the Department of Homeland Security's HIFLD, the FBI's lists and
# the Bureau of Justice Statistics' crosswalk (LEAIC).
COLUMNS = {
    "ori": ["ori9", "ori_code", "ori_number", "agency_ori", "originating_agency_identifier"],
    "ori7": [],
    "name": ["agency_name", "agency", "department", "department_name", "pub_agency_name"],
    "type": ["kind", "agency_type", "agency_type_name", "agcytype"],
    "state": ["state_abbr", "state_abbreviation", "state_code", "st", "address_state"],
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
    "chief_name": ["chief", "agency_head", "head_of_agency"],
    "chief_title": ["title_of_head", "head_title"],
    "lat": ["latitude"],
    "lon": ["longitude", "lng", "long"],
    "precision": ["geo_precision"],
    "sworn_officers": ["sworn", "officers", "number_of_officers", "total_officers", "full_time_sworn", "ftsworn"],
    "population": ["population_served", "pop"],
    "active": ["is_active", "fbi_active", "agency_status", *(f"fbi_active_{year}" for year in YEARS)],
    "status": [],
    **{f"{group}_source": [] for group in ("record", "address", "phone", "geo", "sworn", "population")},
    **{f"{group}_year": [] for group in ("record", "address", "phone", "geo", "sworn", "population")},
}

# The columns that become one field each: the column, the field and the function that cleans the cell.
CELLS = [
    ("address1", "street1", cleaning.street),
    ("address2", "street2", cleaning.street),
    ("phone", "phone", cleaning.phone),
    ("email", "email", cleaning.email),
    ("website", "website", cleaning.website),
    ("chief_name", "chief_name", lambda cell: cleaning.title(cleaning.text(cell))),
    ("chief_title", "chief_title", lambda cell: cleaning.title(cleaning.text(cell))),
    ("sworn_officers", "sworn_officers", lambda cell: cleaning.number(cell, maximum=100_000)),
    ("population", "population", cleaning.number),
    ("sworn_year", "sworn_year", cleaning.year),
    ("population_year", "population_year", cleaning.year),
]

# The fields that each pair of columns ``*_source`` and ``*_year`` describes. All others are in the group "record".
GROUPS = {
    "address": ("street1", "street2", "city", "zip"),
    "phone": ("phone",),
    "geo": ("latitude", "longitude", "precision"),
    "sworn": ("sworn_officers", "sworn_year"),
    "population": ("population", "population_year"),
}
GROUP_OF = {field: group for group, fields in GROUPS.items() for field in fields}

# The precision of a location, by its name or by the code of its source.
PRECISIONS = {
    "hifld": Precision.BUILDING, "hifld2009": Precision.BUILDING, "building": Precision.BUILDING,
    "rooftop": Precision.BUILDING, "address": Precision.BUILDING, "fbi_cde2018": Precision.TOWN,
    "town": Precision.TOWN, "city": Precision.TOWN, "city_centroid": Precision.TOWN, "zip": Precision.ZIP,
    "zip_centroid": Precision.ZIP, "county": Precision.COUNTY, "county_centroid": Precision.COUNTY,
}  # fmt: skip

MAX_LENGTHS = {
    "name": 200, "city": 100, "street1": 120, "street2": 120, "county": 100, "email": 254, "website": 300,
    "chief_name": 120, "chief_title": 60,
}  # fmt: skip


class Agency(NamedTuple):
    """The data of a row.

    ``facts`` is ``{field of Department: value}``, without missing values. Its ``county`` is a tuple, because agencies
    may span several counties. ``sources`` is ``{group: (source, as of)}``. ``key`` is the normalized name, the
    normalized city and the state, to match rows without an ORI.
    """

    facts: dict
    sources: dict
    key: tuple


class AgencyReader:
    """Reads rows of a table.

    It calls ``notice(line, column, reason)`` for each cell that it ignores. ``source`` and ``as_of`` are the source of
    facts in rows that don't state one.
    """

    def __init__(self, table, notice, source="", as_of=""):
        self.table, self.notice, self.source, self.as_of = table, notice, source, as_of
        self.cells = [cell for cell in CELLS if cell[0] in table.found]
        self.status_column = next((column for column in ("active", "status") if column in table.found), None)

    def header(self, column):
        """Return the column's name in the file, or our name if the file doesn't have it."""
        return self.table.header[self.table.found[column]] if column in self.table.found else column

    def read(self, row):
        """Return the row as an :class:`Agency`, or raise :class:`Rejected`."""
        values = row.values
        state = self._state(values)
        name = cleaning.name(values["name"])
        if not normalize(name):
            raise Rejected(self.header("name"), _("is missing"))
        if len(name) > MAX_LENGTHS["name"]:
            raise Rejected(self.header("name"), _("is too long"))
        facts = {"name": name, "state": state}
        self._add(row, facts, "ori", "ori", cleaning.ori)
        if "ori" not in facts:
            self._add(row, facts, "ori7", "ori", cleaning.ori)
        self._add(row, facts, "city", "city", cleaning.city, state)
        self._add(row, facts, "zip", "zip", cleaning.zip_code, state, values.get("zip4", ""))
        self._add(row, facts, "county", "county", cleaning.counties)
        for column, field, clean in self.cells:
            self._add(row, facts, column, field, clean)
        if "street2" in facts:
            second = facts.pop("street2")
            first = facts.setdefault("street1", second)
            # Merged files contain an address twice, such as "111 2nd Street East" and "111 2nd St E".
            if not (first[0].isdigit() and first.split()[:2] == second.split()[:2]) and first != second:
                facts["street2"] = second
        city = facts.get("city", "")
        self._add(row, facts, "type", "kind", cleaning.kind, name, city)
        if "kind" not in facts:
            facts["kind"] = cleaning.kind("", name, city)
        facts["name"] = readable(name, facts["kind"], state)
        if facts["name"] != name:
            facts["alias"] = name
        facts |= self._location(row, facts)
        if self.status_column:
            facts["status"] = "published" if cleaning.is_active(values[self.status_column]) else "draft"
        sources = self._sources(values)
        for figure, group in (("sworn_officers", "sworn"), ("population", "population")):
            if figure not in facts:
                facts.pop(f"{group}_year", None)
            elif f"{group}_year" not in facts and (year := sources[group][1][:4]):
                facts[f"{group}_year"] = int(year)
        return Agency(facts, sources, (normalize(facts["name"])[:250], normalize(city), state))

    def _add(self, row, facts, column, field, clean, *arguments):
        """Clean a cell and add it to the facts, or report why it is ignored."""
        cell = row.values.get(column)
        if not cell:
            return
        try:
            value = clean(cell, *arguments)
        except ValueError as problem:
            self.notice(row.line, self.header(column), str(problem))
            return
        if isinstance(value, str) and len(value) > MAX_LENGTHS.get(field, 1000):
            self.notice(row.line, self.header(column), _("is too long"))
        elif value not in ("", None, ()):
            facts[field] = value

    def _state(self, values):
        for column in ("state", "state_postal_abbr", "state_name"):
            if cell := cleaning.text(values.get(column, "")):
                try:
                    return cleaning.state(cell)
                except ValueError as problem:
                    raise Rejected(self.header(column), str(problem)) from None
        raise Rejected(self.header("state"), _("is missing"))

    def _location(self, row, facts):
        """Return latitude, longitude and precision, or {} if the row has no plausible coordinates."""
        degrees = {}
        self._add(row, degrees, "lat", "lat", cleaning.degrees)
        self._add(row, degrees, "lon", "lon", cleaning.degrees)
        if len(degrees) < 2 or not any(degrees.values()):
            return {}
        point, correction = cleaning.location(degrees["lat"], degrees["lon"], facts["state"])
        if correction:
            self.notice(row.line, self.header("lat"), correction)
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
        """Return ``{group: (source, as of)}`` from the row's columns, or else from the import's options."""
        found = {}
        record = values.get("record_source") or self.source, values.get("record_year", "")
        for group in ("record", *GROUPS):
            own, year = values.get(f"{group}_source"), values.get(f"{group}_year")
            source, as_of = source_of(*((own, year or "") if own else (record[0], year or record[1])))
            found[group] = source, as_of or self.as_of
        return found


@lru_cache(maxsize=1000)
def source_of(name, year):
    """Return ``(source, as of)`` from the cells of a ``*_source`` and a ``*_year`` column."""
    (source, as_of), year = publication(cleaning.text(name)), cleaning.text(year)
    return source[:200], year if cleaning.YEAR.match(year) else as_of
