"""Models of departments and of the places to search near."""

from .department import Department
from .jurisdiction import Jurisdiction, ZipPart
from .place import Place, Precision
from .profile import DepartmentSpecialization, Division, Specialization, SpecialUnit
from .roles import Role
from .slugs import SlugRedirect

__all__ = [
    "Department",
    "DepartmentSpecialization",
    "Division",
    "Jurisdiction",
    "Place",
    "Precision",
    "Role",
    "SlugRedirect",
    "SpecialUnit",
    "Specialization",
    "ZipPart",
]
