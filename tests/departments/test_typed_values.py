"""Values as people type them: the model, with it the admin's forms, and imports accept and refuse the same."""

import pytest
from django.core.exceptions import ValidationError

from departments.imports import cleaning
from departments.models import Department
from departments.models.figures import MAX_OFFICERS
from jobs.imports import cleaning as job_cleaning
from jobs.models import Job
from tests.admin import errors_of, save, saved
from tests.factories import make_department

URLS = {
    "https://www.example.org/jobs?x=1": "https://www.example.org/jobs?x=1",
    "http://example.org": "http://example.org",
    "www.example.org": "https://www.example.org",
    "example.org/police": "https://example.org/police",
    "javascript:alert(1)": None,
    "javascript://example.org/%0Aalert(1)": None,
    "ftp://example.org": None,
    "https://example.org@evil.example": None,
    "https://user:password@example.org": None,
    "chief@example.org": None,
    "mailto:chief@example.org": None,
    "https://": None,
    "see below": None,
    "https://[::1": None,
}
EMAILS = {
    "chief@example.org": "chief@example.org",
    "Ann Chief <chief@example.org>": None,
    "chief@example.org, desk@example.org": None,
    "mailto:chief@example.org": None,
    "chief at example.org": None,
}
ZIP_CODES = {
    "06880": "06880",
    "06880-1234": "06880-1234",
    "00000": None,
    "99999": None,
    "99999-9999": None,
    "O6880": None,
    "068801": None,
}
ORIS = {"CT0015800": "CT0015800", "ct0015800": "CT0015800", "000000000": None, "CT001580?": None, "CT1": None}
NUMBERS = {"0": 0, "64": 64, "-5": None, "100001": None, "many": None}
POSITIONS = {"1": 1, "10000": 10_000, "0": None, "10001": None, "-1": None, "several": None, "1.5": None}
YEARS = {"2018": 2018, "1900": 1900, "18": None, "3018": None, "1850": None, "soon": None}

# The field, the importer's function, and texts with their values; None if the text is refused.
VALUES = [
    (Department, "website", cleaning.website, URLS),
    (Job, "apply_url", job_cleaning.website, URLS),
    (Department, "email", cleaning.email, EMAILS),
    (Job, "apply_email", job_cleaning.email, EMAILS),
    (Department, "zip", lambda cell: cleaning.zip_code(cell, "CT"), ZIP_CODES),
    (Department, "ori", cleaning.ori, ORIS),
    (Department, "sworn_officers", lambda cell: cleaning.number(cell, MAX_OFFICERS), NUMBERS),
    (Department, "sworn_year", cleaning.year, YEARS),
    (Job, "positions", job_cleaning.positions, POSITIONS),
]
CASES = [
    pytest.param(model, field, clean, text, value, id=f"{field}-{text}")
    for model, field, clean, values in VALUES
    for text, value in values.items()
]


@pytest.mark.parametrize(("model", "field", "clean", "text", "value"), CASES)
def test_models_forms_and_imports_agree(model, field, clean, text, value):
    model_field = model._meta.get_field(field)
    for typed in (lambda: text, lambda: model_field.formfield().clean(text)):
        try:
            cleaned = model_field.clean(typed(), model())
        except ValidationError:
            cleaned = None
        assert cleaned == value or (field == "ori" and cleaned.upper() == value)
    assert imported(clean, text) == value


def imported(clean, text):
    """Return the value of a cell, or None if the importer refuses it or takes it for a placeholder."""
    try:
        value = clean(text)
    except ValueError:
        return None
    return None if value == "" else value


@pytest.mark.parametrize("text", ["Fairfield", "Fairfield County", "Fairfield county", "Fairfield Municipio"])
def test_a_county_is_stored_without_the_word(db, text):
    department = make_department(county=text)
    department.full_clean()
    assert (department.county, *cleaning.counties(text)) == ("Fairfield", "Fairfield")


LOCATIONS = [
    ("41.14", "-73.36", True),
    ("0", "0", False),
    ("41.14", "73.36", False),
    ("-73.36", "41.14", False),
    ("25.76", "-80.19", False),
]


@pytest.mark.parametrize(("latitude", "longitude", "is_valid"), LOCATIONS)
def test_a_location_outside_the_state_is_an_error_at_the_latitude(alice, own, latitude, longitude, is_valid):
    response = save(alice, own, latitude=latitude, longitude=longitude)
    assert saved(response) == is_valid
    if not is_valid:
        message = "This location is not in Connecticut. Check the order and the minus sign of the longitude."
        assert errors_of(response) == {"latitude": [message]}
    point, notice = cleaning.location(float(latitude), float(longitude), "CT")
    assert (point == (float(latitude), float(longitude)) and not notice) == is_valid


def test_a_location_stays_in_the_state_when_the_state_changes(db):
    department = make_department(at=(41.14, -73.36))
    department.state = "FL"
    with pytest.raises(ValidationError) as refused:
        department.full_clean()
    assert list(refused.value.message_dict) == ["latitude"]
