"""Models of departments and of the places to search near."""

from .department import Department
from .place import Place, Precision
from .profile import DepartmentSpecialization, Division, Specialization, SpecialUnit
from .slugs import SlugRedirect

__all__ = [
    "Department",
    "DepartmentSpecialization",
    "Division",
    "Place",
    "Precision",
    "SlugRedirect",
    "SpecialUnit",
    "Specialization",
]
