"""Models of departments and of the places to search near."""

from .department import Department
from .place import Place, Precision
from .profile import DepartmentSpecialization, Division, Specialization, SpecialUnit
from .slugs import FormerAddress

__all__ = [
    "Department",
    "DepartmentSpecialization",
    "Division",
    "FormerAddress",
    "Place",
    "Precision",
    "SpecialUnit",
    "Specialization",
]
