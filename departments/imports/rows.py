"""One row of a file of agencies: what its columns may be called, and its cells as facts with their sources."""

from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext as _

from policeapp.importing import Rejected

from ..models.place import Precision
from ..names import normalise
from . import cleaning

YEARS = range(2000, 2051)

# Our names of columns and the other names they go by: those of the Department of Homeland Security's HIFLD, of the
# FBI's lists and of the Bureau of Justice Statistics' crosswalk (LEAIC) among them. The README has them as a table.
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

# The columns whose cells become a field by themselves, and the one that says where they come from.
CELLS = [
    ("address1", "street1", cleaning.street),
    ("address2", "street2", cleaning.street),
    ("phone", "phone", cleaning.phone),
    ("email", "email", cleaning.email),
    ("website", "website", cleaning.website),
    ("chief_name", "chief_name", lambda cell: cleaning.title(cleaning.text(cell))),
    ("chief_title", "chief_title", lambda cell: cleaning.title(cleaning.text(cell))),
    ("sworn_officers", "sworn_officers", lambda cell: cleaning.number(cell, most=100_000)),
    ("population", "population", cleaning.number),
    ("sworn_year", "sworn_year", cleaning.year),
    ("population_year", "population_year", cleaning.year),
]

# Which facts a `*_source` and a `*_year` column are about; all others are the record's.
GROUPS = {
    "address": ("street1", "street2", "city", "zip"),
    "phone": ("phone",),
    "geo": ("latitude", "longitude", "precision"),
    "sworn": ("sworn_officers", "sworn_year"),
    "population": ("population", "population_year"),
}
GROUP_OF = {field: group for group, fields in GROUPS.items() for field in fields}

# Publications by the codes that files have for them: their name and year. Other codes are shown as they are.
PUBLICATIONS = {
    "fbi": ("FBI", ""),
    "fbi_cde2018": ("FBI", "2018"),
    "fbi_table78_2018": ("FBI", "2018"),
    "fbi_ucr": ("FBI", ""),
    "fbi_ucr_pe": ("FBI", ""),
    "fbi_ucr_rtci": ("FBI", ""),
    "hifld": ("DHS HIFLD", ""),
    "hifld2009": ("DHS HIFLD", "2009"),
    "hifld_only": ("DHS HIFLD", "2009"),
    "hifld_cslea2008": ("BJS CSLLEA", "2008"),
    "leaic": ("BJS LEAIC", ""),
    "leaic2012": ("BJS LEAIC", "2012"),
    "leaic_local_gov": ("BJS LEAIC", "2012"),
    "zip_centroid": ("Middle of the ZIP code", ""),
    "county_centroid": ("Middle of the county", ""),
}

# How exact a position is, by the code of its source or the word for it.
PRECISIONS = {
    "hifld": Precision.BUILDING, "hifld2009": Precision.BUILDING, "building": Precision.BUILDING,
    "rooftop": Precision.BUILDING, "address": Precision.BUILDING, "fbi_cde2018": Precision.TOWN,
    "town": Precision.TOWN, "city": Precision.TOWN, "city_centroid": Precision.TOWN, "zip": Precision.ZIP,
    "zip_centroid": Precision.ZIP, "county": Precision.COUNTY, "county_centroid": Precision.COUNTY,
}  # fmt: skip

LONGEST = {
    "name": 200, "city": 100, "street1": 120, "street2": 120, "county": 100, "email": 254, "website": 300,
    "chief_name": 120, "chief_title": 60,
}  # fmt: skip
PO_BOX = ("po box", "p o box", "post office box")


class Agency(NamedTuple):
    """What a row says.

    ``facts`` are values of a department's fields, only those that the row has; ``county`` is a tuple of names, since
    an agency may span several. ``origins`` are ``(source, as of)`` by group of facts. ``key`` is the normalised name,
    the normalised city and the state, by which a row without an ORI is found.
    """

    facts: dict
    origins: dict
    key: tuple


class Reader:
    """Makes an :class:`Agency` of a row, or raises :class:`Rejected`.

    ``notice(line, column, reason)`` is told of each cell that is left out; ``source`` and ``as_of`` are for facts whose
    row does not say.
    """

    def __init__(self, table, notice, source="", as_of=""):
        self.table, self.notice, self.source, self.as_of = table, notice, source, as_of
        self.cells = [cell for cell in CELLS if cell[0] in table.found]
        self.activity = next((column for column in ("active", "status") if column in table.found), None)

    def header(self, column):
        """What the file calls the column, or we if it has none."""
        return self.table.header[self.table.found[column]] if column in self.table.found else column

    def read(self, row):
        values = row.values
        state = self._state(values)
        name = cleaning.name(values["name"])
        if not normalise(name):
            raise Rejected(self.header("name"), _("is missing"))
        if len(name) > LONGEST["name"]:
            raise Rejected(self.header("name"), _("is too long"))
        facts = {"name": name, "state": state}
        self._take(row, facts, "ori", "ori", cleaning.ori)
        if "ori" not in facts:
            self._take(row, facts, "ori7", "ori", cleaning.ori)
        self._take(row, facts, "city", "city", cleaning.city, state)
        self._take(row, facts, "zip", "zip", cleaning.zip_code, state, values.get("zip4", ""))
        self._take(row, facts, "county", "county", cleaning.counties)
        for column, field, clean in self.cells:
            self._take(row, facts, column, field, clean)
        if "street2" in facts:
            second = facts.pop("street2")
            first = facts.setdefault("street1", second)
            # Files that were merged have an address twice, "111 2nd Street East" and "111 2nd St E".
            if not (first[0].isdigit() and first.split()[:2] == second.split()[:2]) and first != second:
                facts["street2"] = second
        city = facts.get("city", "")
        self._take(row, facts, "type", "kind", cleaning.kind, name, city)
        if "kind" not in facts:
            facts["kind"] = cleaning.kind("", name, city)
        facts |= self._position(row, facts)
        if self.activity:
            facts["status"] = "published" if cleaning.is_active(values[self.activity]) else "draft"
        origins = self._origins(values)
        for figure, group in (("sworn_officers", "sworn"), ("population", "population")):
            if figure not in facts:
                facts.pop(f"{group}_year", None)
            elif f"{group}_year" not in facts and (year := origins[group][1][:4]):
                facts[f"{group}_year"] = int(year)
        return Agency(facts, origins, (normalise(name)[:250], normalise(city), state))

    def _take(self, row, facts, column, field, clean, *also):
        """Clean the row's cell into the facts, or leave it out and say why."""
        cell = row.values.get(column)
        if not cell:
            return
        try:
            value = clean(cell, *also)
        except ValueError as problem:
            self.notice(row.line, self.header(column), str(problem))
            return
        if isinstance(value, str) and len(value) > LONGEST.get(field, 1000):
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

    def _position(self, row, facts):
        """Latitude, longitude and precision, if the row's coordinates can be right."""
        said = {}
        self._take(row, said, "lat", "lat", cleaning.degrees)
        self._take(row, said, "lon", "lon", cleaning.degrees)
        if len(said) < 2 or not any(said.values()):
            return {}
        point, mended = cleaning.position(said["lat"], said["lon"], facts["state"])
        if mended:
            self.notice(row.line, self.header("lat"), mended)
        if not point:
            return {}
        how = row.values.get("precision") or row.values.get("geo_source") or ""
        precision = PRECISIONS.get(how.casefold())
        if not precision:
            # Nobody says: that of the building where the row has its street, else hardly more than the town's.
            street = normalise(facts.get("street1", ""))
            precision = Precision.BUILDING if street and not street.startswith(PO_BOX) else Precision.TOWN
        return {"latitude": point[0], "longitude": point[1], "precision": precision.value}

    def _origins(self, values):
        """``{group: (source, as of)}`` from the row's columns, else from the command line."""
        found = {}
        record = values.get("record_source") or self.source, values.get("record_year", "")
        for group in ("record", *GROUPS):
            own, year = values.get(f"{group}_source"), values.get(f"{group}_year")
            said = (own, year or "") if own else (record[0], year or record[1])
            source, as_of = publication(*said)
            found[group] = source, as_of or self.as_of
        return found


@lru_cache(maxsize=1000)
def publication(code, year):
    """``(source, as of)`` of what a file has in a `*_source` and a `*_year` column."""
    code, year = cleaning.text(code), cleaning.text(year)
    source, as_of = PUBLICATIONS.get(code.casefold(), (code, ""))
    return source[:200], year if cleaning.YEAR.match(year) else as_of
