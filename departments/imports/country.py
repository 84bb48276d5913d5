"""Loads the directory that ships with the site: ``fixtures/agencies.csv`` and ``fixtures/specializations.csv``."""

import csv
from hashlib import file_digest

from django.conf import settings
from django.core.management import call_command
from django.db.models import Q

from policeapp.imports import uploads
from policeapp.imports.engine import ImportRun
from policeapp.imports.models import Import
from policeapp.imports.tables import Table

from ..models import Department, Specialization
from ..names import slug_of
from .agencies import AgencyImporter

AGENCIES = settings.BASE_DIR / "fixtures" / "agencies.csv"
AGENCIES_AS_OF = "2025"  # the year of the lists that its names and types come from
SPECIALIZATIONS = settings.BASE_DIR / "fixtures" / "specializations.csv"
WESTPORT = {"state": "CT", "slug": "westport-police-department"}


def load_westport():
    """Load the Westport Police Department, unless it exists with any slug or ORI. Return whether it was loaded."""
    former = {f"slug_redirects__{name}": value for name, value in WESTPORT.items()}
    if Department.objects.filter(Q(**WESTPORT) | Q(ori="CT0015800") | Q(**former)).exists():
        return False
    call_command("loaddata", "westport", verbosity=0)
    return True


def load_specializations():
    """Add what is missing of the national list of specializations. Return the number of specializations added.

    An explanation that an administrator has written stays as it is.
    """
    with open(SPECIALIZATIONS, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = Specialization.objects.in_bulk(field_name="slug")
    new = []
    for row in rows:
        slug = slug_of(row["name"], "")
        if slug not in known:
            new.append(Specialization(**row, slug=slug))
        elif not known[slug].explanation:
            Specialization.objects.filter(slug=slug).update(explanation=row["explanation"])
    Specialization.objects.bulk_create(new)
    return len(new)


def load_agencies(progress):
    """Import the agencies, unless this file was imported before. Return the report, or None if there was nothing to do.

    The import is in the admin's list of imports, with its conflicts. ``progress`` is that of :class:`ImportRun`.
    """
    with open(AGENCIES, "rb") as file:
        checksum = file_digest(file, "sha256").hexdigest()
    if Import.objects.filter(checksum=checksum).exclude(applied_at=None).exists():
        return None
    loaded = Import(kind=Import.Kind.DEPARTMENTS, file_name=AGENCIES.name, checksum=checksum)
    with Table(AGENCIES, AgencyImporter.columns, AgencyImporter.required) as table:
        run = ImportRun(AgencyImporter(as_of=AGENCIES_AS_OF), table, progress)
        run.prepare()
        uploads.save_results(loaded, run, run.apply())
    loaded.save()
    loaded.finish()
    return loaded.report
