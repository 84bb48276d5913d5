"""Phone numbers as people type them."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from departments import phones
from tests.factories import make_department


@pytest.mark.parametrize(
    ("typed", "written", "link"),
    [
        ("203-341-6000", "203-341-6000", "tel:+1-203-341-6000"),
        ("(203) 341-6000", "203-341-6000", "tel:+1-203-341-6000"),
        ("203.341.6000", "203-341-6000", "tel:+1-203-341-6000"),
        ("2033416000", "203-341-6000", "tel:+1-203-341-6000"),
        ("+1 203 341 6000", "203-341-6000", "tel:+1-203-341-6000"),
        ("1-203-341-6000", "203-341-6000", "tel:+1-203-341-6000"),
        ("203-341-6000 x5", "203-341-6000 ext. 5", "tel:+1-203-341-6000;ext=5"),
        ("203-341-6000 ext. 512", "203-341-6000 ext. 512", "tel:+1-203-341-6000;ext=512"),
        ("1-800-CALL-FBI", "800-225-5324", "tel:+1-800-225-5324"),
        ("+44 20 7946 0958", "+44 20 7946 0958", "tel:+44-20-7946-0958"),
    ],
)
def test_numbers_are_normalized_and_linked(typed, written, link):
    phones.validate(typed)
    assert phones.normalize(typed) == written
    assert phones.tel_url(typed) == link
    assert phones.tel_url(written) == link


@pytest.mark.parametrize(
    "typed",
    ["", "ask at the desk", "911", "12345", "203-341-60000000", "203-341-6000 or 6001", "\0", "☎", "-"],
)
def test_text_that_is_not_a_number_is_rejected_and_unchanged(typed):
    with pytest.raises(ValidationError, match="Enter a phone number"):
        phones.validate(typed)
    assert phones.normalize(typed) == typed
    assert phones.tel_url(typed) == ""


def test_a_number_needs_an_area_code():
    with pytest.raises(ValidationError, match="Enter a phone number"):
        phones.validate("341-6000")
    assert phones.normalize("341-6000") == "341-6000"
    assert phones.tel_url("341-6000") == ""


@given(st.text(max_size=40) | st.text(alphabet="0123456789-+().x ext", max_size=40))
def test_any_text_is_handled(typed):
    try:
        phones.validate(typed)
    except ValidationError:
        assert phones.tel_url(typed) == ""
    else:
        assert phones.tel_url(typed).startswith("tel:+")
    written = phones.normalize(typed)
    assert phones.normalize(written) == written


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
