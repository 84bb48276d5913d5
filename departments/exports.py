"""Departments as CSV, with the columns that the import of departments reads, and the file of all departments."""

import os
import zipfile
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db.models import Prefetch
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from policeapp.imports.engine import batches
from policeapp.imports.tables import csv_chunks
from policeapp.web.routes import absolute_url

from .imports.rows import COLUMN_OF, GROUPS
from .models import Department, DepartmentSpecialization

# The facts that have a column, with a description of each for the data dictionary.
FACTS = {
    "ori": _("The nine-character identifier that the FBI assigned."),
    "name": _("The name."),
    "kind": _("The type of agency, such as municipal or sheriff."),
    "street1": _("The street address. Most are of 2012."),
    "street2": _("The second line of the address."),
    "city": _("The city of the address."),
    "state": _("The postal code of the state or territory."),
    "zip": _("The ZIP code."),
    "county": _("The county, without the word “County”."),
    "phone": _("The phone number. Most are of 2009."),
    "email": _("The email address."),
    "website": _("The website."),
    "website_kind": _("Whose website it is: agency, parent_government or institution."),
    "chief_name": _("The name of the chief, sheriff or director."),
    "chief_title": _("The title of that person."),
    "latitude": _("Degrees north."),
    "longitude": _("Degrees east, so negative."),
    "precision": _("What the location is the middle of: building, zip, town or county."),
    "sworn_officers": _("Full-time sworn officers. Don't add them up: headquarters and posts overlap."),
    "sworn_year": _("The year of the number of officers."),
    "population": _("The number of people that the department serves."),
    "population_year": _("The year of the population."),
    "population_basis": _("Which people the population counts: fbi_jurisdiction, local_government or whole_county."),
    "county_population": _("For sheriffs and county police: all people in the county."),
    "county_population_year": _("The year of the county population."),
}
# The first known fact of a group stands for its source.
SOURCES = {"record": ("name",), **GROUPS}
FIELDS = (*FACTS, "slug", "sources")
# {publication: (publisher, license)}
LICENSES = {
    "FBI": (_("Federal Bureau of Investigation: lists of agencies and of their employees"), _("public domain")),
    "DHS HIFLD": (_("Department of Homeland Security: locations of law enforcement agencies"), _("public domain")),
    "BJS CSLLEA": (_("Bureau of Justice Statistics: census of law enforcement agencies"), _("public domain")),
    "BJS LEAIC": (_("Bureau of Justice Statistics: identifiers of law enforcement agencies"), _("public domain")),
    "Census Bureau": (_("Census Bureau: places, counties and their populations"), _("public domain")),
    "CISA .gov registry": (_("Cybersecurity and Infrastructure Security Agency: .gov domains"), "CC0 1.0"),
    "NCES IPEDS": (_("National Center for Education Statistics: colleges and universities"), _("public domain")),
}


class Column(NamedTuple):
    """A column, and what it contains for the data dictionary."""

    name: str
    text: str


def columns():
    """Return the columns of the file in their order."""
    facts = [Column(COLUMN_OF.get(fact, fact), text) for fact, text in FACTS.items()]
    sources = [Column(f"{group}_source", _("Where these come from: %s.") % _names(group)) for group in SOURCES]
    years = [Column(f"{group}_year", _("The year or date of that source.")) for group in _dated_groups()]
    more = [
        Column("specializations", _("Specializations, separated by semicolons.")),
        Column("page", _("The department's page on this site.")),
    ]
    return [*facts, *sources, *years, *more]


def _names(group):
    named = ["all others"] if group == "record" else [COLUMN_OF.get(fact, fact) for fact in SOURCES[group]]
    return ", ".join(named)


def _dated_groups():
    """Return the groups whose facts have no column for their year."""
    return [group for group in SOURCES if f"{group}_year" not in FACTS]


def csv_of(ids):
    """Yield the parts of a CSV file of the departments with these ids, in their order."""
    return csv_chunks([column.name for column in columns()], (_rows(batch) for batch in batches(ids)))


def _rows(ids):
    """Return the rows of departments. Two queries."""
    listed = Prefetch("listed_specializations", DepartmentSpecialization.objects.with_names())
    departments = Department.objects.published().only(*FIELDS).prefetch_related(listed).in_bulk(ids)
    return [_row(departments[pk]) for pk in ids if pk in departments]


def _row(department):
    facts = {fact: getattr(department, fact) for fact in FACTS}
    facts["chief_title"] = facts["chief_name"] and facts["chief_title"]
    published = department.published_sources()
    origins = {
        group: next((published[fact] for fact in facts_of if fact in published), None)
        for group, facts_of in SOURCES.items()
    }
    return [
        *facts.values(),
        *(origin and origin.source for origin in origins.values()),
        *(origins[group] and origins[group].as_of for group in _dated_groups()),
        "; ".join(row.specialization.name for row in department.listed_specializations.all()),
        absolute_url(department.get_absolute_url()),
    ]


def archive():
    """Return the path of the file of all departments. It may not exist yet."""
    return Path(settings.MEDIA_ROOT, "downloads", "departments.zip")


def write_archive():
    """Write the file of all departments: a CSV file, and a text with the data dictionary and the licenses.

    It replaces the former one when it is complete. Return the number of departments.
    """
    path = archive()
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}.tmp")
    ids = list(Department.objects.published().by_name().values_list("pk", flat=True))
    try:
        with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as file:
            with file.open("departments.csv", "w") as table:
                for chunk in csv_of(ids):
                    table.write(chunk)
            file.writestr("README.txt", readme(len(ids)))
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    return len(ids)


def readme(number):
    """Return the text that explains the file."""
    context = {"number": number, "day": timezone.now().date(), "columns": columns(), "licenses": LICENSES}
    return render_to_string("departments/archive.txt", context | {"url": absolute_url("/data/")})
