"""Models of departments and of the places to search near."""

from ..claims.models import Claim, Invitation
from ..corrections.models import Correction, Report
from .department import Department
from .jurisdiction import Jurisdiction, ZipPart
from .place import Place, Precision
from .profile import DepartmentSpecialization, Division, Specialization, SpecialUnit, divisions_and_units
from .roles import Role
from .slugs import SlugRedirect

__all__ = [
    "Claim",
    "Correction",
    "Department",
    "DepartmentSpecialization",
    "Division",
    "Invitation",
    "Jurisdiction",
    "Place",
    "Precision",
    "Report",
    "Role",
    "SlugRedirect",
    "SpecialUnit",
    "Specialization",
    "ZipPart",
    "divisions_and_units",
]
