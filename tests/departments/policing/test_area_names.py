"""The names of municipalities and counties in sentences."""

import pytest

from departments.models import Jurisdiction
from departments.policing import area_names


@pytest.mark.parametrize(
    ("state", "name", "kind", "written"),
    [
        ("NY", "New York", "city", "New York City"),
        ("ID", "Boise City", "city", "Boise"),
        ("GA", "Athens-Clarke County", "consolidated city-county", "Athens"),
        ("MI", "Village of Grosse Pointe Shores", "village", "Grosse Pointe Shores"),
        ("NJ", "City of Orange", "township", "Orange Township"),
        ("PA", "Richland", "township", "Richland Township"),
        ("CT", "Westport", "town", "Westport"),
    ],
)
def test_a_sentence_has_the_name_that_people_use(state, name, kind, written):
    jurisdiction = Jurisdiction(state=state, name=name, kind=kind, county="Any County")
    jurisdiction.derive()
    assert area_names.name_of(jurisdiction) == written
