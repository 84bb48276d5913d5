"""Database constraints reject invalid data, whichever program writes it."""

from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from departments.models import (
    Department,
    DepartmentSpecialization,
    Division,
    Place,
    SlugRedirect,
    Specialization,
    SpecialUnit,
)
from tests.factories import list_specializations, make_department, make_division, make_place, make_unit

POSITION = {"latitude": 41.1, "longitude": -73.4, "x": 0.2, "y": -0.7, "z": 0.6, "precision": "building"}


@contextmanager
def refused():
    with pytest.raises(IntegrityError), transaction.atomic():
        yield


def insert(*rows):
    """Insert a row without Python's validation and derived fields."""
    type(rows[0]).objects.bulk_create(rows)


def test_key_columns_are_compared_byte_by_byte(db):
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, Department._meta.db_table)
    (column,) = [column for column in columns if column.name == "name_key"]
    # SQLite compares bytes by default. PostgreSQL's default depends on the server.
    assert (column.collation or "BINARY") == {"sqlite": "BINARY", "postgresql": "C"}[connection.vendor]


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""},
        {"slug": ""},
        {"slug": "Westport-PD"},
        {"status": "hidden"},
        {"status": ""},
        {"kind": "militia"},
        {"state": "XX"},
        {"state": ""},
        {"state": "ct"},
        {"sworn_officers": None, "sworn_year": 2020},
        {"sworn_officers": 64, "sworn_year": 1899},
        {"sworn_officers": 64, "sworn_year": 2101},
        {"population": None, "population_year": 2020},
        {"population": 28000, "population_year": 1899},
        {"population": 28000, "population_year": 2101},
        {"sworn_officers": -1},
        {"population": -1},
    ],
)
def test_an_invalid_department_is_rejected(db, values):
    department = make_department()
    with refused():
        Department.objects.filter(pk=department.pk).update(**values)


@pytest.mark.parametrize(
    "values",
    [
        {"latitude": None},
        {"longitude": None},
        {"x": None},
        {"y": None},
        {"z": None},
        {"precision": ""},
        {"precision": "galaxy"},
        {"latitude": 90.1},
        {"latitude": -90.1},
        {"longitude": 180.1},
        {"longitude": -180.1},
    ],
)
def test_half_a_location_is_rejected(db, values):
    department = make_department(at=(41.1, -73.4))
    with refused():
        Department.objects.filter(pk=department.pk).update(**POSITION | values)


@pytest.mark.parametrize("part", list(POSITION))
def test_a_single_part_of_a_location_is_rejected(db, part):
    department = make_department()
    with refused():
        Department.objects.filter(pk=department.pk).update(**{part: POSITION[part]})


@pytest.mark.parametrize(
    "values",
    [
        {"sworn_officers": 64, "sworn_year": 2020, "population": 28000, "population_year": 2020},
        {"sworn_officers": 64, "sworn_year": None},
        {"sworn_officers": 0, "population": 0},
        POSITION,
        {"latitude": 90, "longitude": -180, "x": 0, "y": 0, "z": 1, "precision": "county"},
        {"state": "GU", "status": "draft"},
    ],
)
def test_a_valid_department_is_accepted(db, values):
    department = make_department()
    Department.objects.filter(pk=department.pk).update(**values)
    assert Department.objects.filter(pk=department.pk, **values).exists()


def test_a_slug_is_unique_in_its_state(db):
    make_department(slug="westport")
    with refused():
        insert(Department(name="Second", slug="westport", state="CT"))
    insert(Department(name="Second", slug="westport", state="MA"))


def test_an_ori_is_unique(db):
    make_department(ori="CT0015800")
    with refused():
        insert(Department(name="Second", slug="second", state="MA", ori="CT0015800"))
    insert(*(Department(name=name, slug=name, state="CT") for name in ("without", "either")))


def test_a_redirect_is_unique(db):
    insert(SlugRedirect(state="CT", slug="wpd", department=make_department()))
    with refused():
        insert(SlugRedirect(state="CT", slug="wpd", department=make_department("Another")))
    insert(SlugRedirect(state="MA", slug="wpd", department=make_department("A third")))


@pytest.mark.parametrize(("model", "make"), [(Division, make_division), (SpecialUnit, make_unit)])
def test_names_of_divisions_and_units_are_unique_in_a_department(db, model, make):
    department = make_department()
    make(department, "Patrol")
    with refused():
        insert(model(department=department, name="Patrol"))
    insert(model(department=make_department("Another"), name="Patrol"))


def test_a_department_lists_a_specialization_once(db):
    department = make_department()
    list_specializations(department, "K-9 Unit")
    with refused():
        insert(DepartmentSpecialization(department=department, specialization=Specialization.objects.get()))


def test_names_and_slugs_of_specializations_are_unique(db):
    insert(Specialization(name="K-9 Unit", slug="k-9-unit"))
    with refused():
        insert(Specialization(name="K-9 Unit", slug="dogs"))
    with refused():
        insert(Specialization(name="K9 Unit", slug="k-9-unit"))


def test_a_specialization_in_use_cannot_be_deleted(db):
    list_specializations(make_department(), "K-9 Unit")
    with pytest.raises(ProtectedError):
        Specialization.objects.get().delete()


def test_zip_codes_are_unique(db):
    make_place(zip="06880")
    with refused():
        make_place("Norwalk", zip="06880")
    make_place("Westport")
    make_place("Westport", county="Another County")
    assert Place.objects.count() == 3
