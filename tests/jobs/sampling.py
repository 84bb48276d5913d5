"""Helpers for tests of the sample data."""

import json
from io import StringIO

from django.conf import settings
from django.core.management import call_command

from departments.models import Department, Division, Place, SlugRedirect, Specialization, SpecialUnit
from departments.models.profile import DepartmentSpecialization
from jobs.models import Job, Requirements
from policeapp.models import User

SAMPLES = json.loads((settings.BASE_DIR / "fixtures" / "sample.json").read_text(encoding="utf-8"))
MODELS = (
    *(Place, Department, Division, SpecialUnit, Specialization, DepartmentSpecialization, SlugRedirect),
    *(Job, Requirements, User),
)


def run(command):
    """Return the command's output."""
    output = StringIO()
    call_command(command, stdout=output)
    return output.getvalue()


def everything():
    """Return all rows of all tables of the site."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in MODELS}
