"""Phone numbers as people type them."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from departments import phones
from departments.imports import cleaning
from departments.imports.cleaning import is_missing
from departments.models import Department
from tests.factories import make_department

# What people type, the text that is stored and shown, and the number that the link dials.
NUMBERS = [
    ("203-341-6000", "203-341-6000", "tel:+1-203-341-6000"),
    ("(203) 341-6000", "203-341-6000", "tel:+1-203-341-6000"),
    ("203.341.6000", "203-341-6000", "tel:+1-203-341-6000"),
    ("2033416000", "203-341-6000", "tel:+1-203-341-6000"),
    ("+1 203 341 6000", "203-341-6000", "tel:+1-203-341-6000"),
    ("1-203-341-6000", "203-341-6000", "tel:+1-203-341-6000"),
    ("tel:+1-203-341-6000", "203-341-6000", "tel:+1-203-341-6000"),
    ("203-341-6000 x5", "203-341-6000 ext. 5", "tel:+1-203-341-6000;ext=5"),
    ("203-341-6000 ext. 512", "203-341-6000 ext. 512", "tel:+1-203-341-6000;ext=512"),
    ("+44 20 7946 0958", "+44 20 7946 0958", "tel:+44-20-7946-0958"),
    ("203 341 6000 (non-emergency)", "203-341-6000 (non-emergency)", "tel:+1-203-341-6000"),
    ("Front desk: 203-341-6000", "203-341-6000 (Front desk)", "tel:+1-203-341-6000"),
    ("203-341-6000, ext. 5 (desk)", "203-341-6000 ext. 5 (desk)", "tel:+1-203-341-6000;ext=5"),
    ("(203) 341-6000 option 2", "203-341-6000 (option 2)", "tel:+1-203-341-6000"),
    ("203-341-6000 or 6001", "203-341-6000 (or 6001)", "tel:+1-203-341-6000"),
    ("203-341-6000 / 203-341-6001", "203-341-6000 (203-341-6001)", "tel:+1-203-341-6000"),
    ("203-341-6000; fax 203.341.6001", "203-341-6000 (fax 203.341.6001)", "tel:+1-203-341-6000"),
    ("1-800-CALL-FBI", "800-225-5324 (1-800-CALL-FBI)", "tel:+1-800-225-5324"),
    ("1-800-577-TIPS", "800-577-8477 (1-800-577-TIPS)", "tel:+1-800-577-8477"),
    ("Tips: 800-577-tips (24 hours)", "800-577-8477 (Tips, 800-577-tips, 24 hours)", "tel:+1-800-577-8477"),
    ("1-800-411-7246", "800-411-7246", "tel:+1-800-411-7246"),
    ("\u202a(203) 341-6000\u202c", "203-341-6000", "tel:+1-203-341-6000"),
    ("203-341-6000\u200b", "203-341-6000", "tel:+1-203-341-6000"),
]
NO_NUMBERS = [
    "ask at the desk", "911", "12345", "203-341-60000000", "\0", "☎", "-", "341-6000", "1-800-577-TIPSLINE",
    # Numbers that cannot exist: placeholders, local services, the numbers of films.
    "000-000-0000", "123-456-7890", "999-999-9999", "222-222-2222", "203-123-4567", "203-911-6000", "911-341-6000",
    "203-555-0100", "(203) 555-0199 (desk)",
    # A number before the first valid one.
    "911 or 203-341-6000", "203-341-600 / 203-341-6001",
]  # fmt: skip
PHONE = Department._meta.get_field("phone")


@pytest.mark.parametrize(("typed", "written", "link"), NUMBERS)
def test_numbers_get_one_format_and_lose_nothing(typed, written, link):
    for clean in (phones.clean, cleaning.phone, lambda text: PHONE.clean(text, None)):
        assert clean(typed) == clean(written) == written
    assert phones.tel_url(typed) == phones.tel_url(written) == link


@pytest.mark.parametrize("typed", NO_NUMBERS)
def test_text_without_a_number_that_can_exist_is_an_error(typed):
    with pytest.raises(ValidationError, match="Enter a phone number such as 203-341-6000"):
        PHONE.clean(typed, None)
    assert phones.tel_url(typed) == ""


@pytest.mark.parametrize("cell", NO_NUMBERS)
def test_imports_refuse_the_same_numbers_or_take_them_for_missing(cell):
    try:
        assert cleaning.phone(cell) == "" and (is_missing(cell) or len(set(cell.replace("-", ""))) == 1)
    except ValueError as problem:
        assert "Enter a phone number such as 203-341-6000" in str(problem)


def test_a_note_that_is_too_long_is_an_error():
    with pytest.raises(ValidationError, match="Shorten the note after the phone number."):
        PHONE.clean("1-800-577-TIPS " + "x" * 60, None)


@given(st.text(max_size=60) | st.text(alphabet="0123456789-+().,/ xextABC", max_size=40))
def test_any_text_is_handled(typed):
    try:
        written = phones.clean(typed)
    except ValidationError as error:
        assert phones.tel_url(typed) == "" or "Shorten" in error.messages[0]
    else:
        assert phones.clean(written) == written
        assert phones.tel_url(written) == phones.tel_url(typed)
        assert phones.tel_url(typed).startswith("tel:+")


def test_the_profile_shows_the_note_and_links_the_number(client, db):
    department = make_department(phone=phones.clean("1-800-577-TIPS (tip line)"))
    html = client.get(department.get_absolute_url()).content.decode()
    assert '<a class="phone" href="tel:+1-800-577-8477">800-577-8477 (1-800-577-TIPS, tip line)</a>' in html


def test_a_stored_text_without_a_number_is_not_a_link(client, db):
    department = make_department(phone="ask at the desk")
    html = client.get(department.get_absolute_url()).content.decode()
    assert "ask at the desk" in html and 'href=""' not in html


def test_a_department_stores_the_normalized_number(db):
    department = make_department()
    department.phone = "(203) 341 6000"
    department.full_clean()
    assert department.phone == "203-341-6000"


def test_a_department_with_an_invalid_number_is_rejected(db):
    department = make_department()
    department.phone = "call Bob"
    with pytest.raises(ValidationError) as refused:
        department.full_clean()
    assert list(refused.value.message_dict) == ["phone"]
