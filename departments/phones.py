"""Telephone numbers: checked, and written one way."""

import re

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

REGION = "US"
# How nearly all are written. The library takes a hundred microseconds for one, which national files have by thousands.
PLAIN = re.compile(r"\(?([2-9]\d\d)\)?[-. ]?(\d{3})[-. ]?(\d{4})\Z", re.ASCII)


def _parse(text):
    try:
        number = phonenumbers.parse(text, REGION)
    except NumberParseException:
        return None
    # Without its area code a number is possible too, but only from within the area.
    possible = phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
    return number if possible else None


def validate(text):
    """``ValidationError`` unless the text is a possible telephone number of the United States' plan or abroad."""
    if _parse(text) is None:
        raise ValidationError(
            _("This is not a telephone number. Write it like 203-341-6000, with “ext. 5” if need be.")
        )


def tidy(text):
    """The number as 203-341-6000, with " ext. 5" where it has an extension; what is no number stays as it was."""
    if plain := PLAIN.match(text):
        return "-".join(plain.groups())
    number = _parse(text)
    if number is None or number.country_code != 1:
        return text
    digits = phonenumbers.national_significant_number(number)
    extension = f" ext. {number.extension}" if number.extension else ""
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}{extension}"


def link(text):
    """The ``tel:`` address of the number (RFC 3966), or "" when it is none."""
    number = _parse(text)
    return phonenumbers.format_number(number, PhoneNumberFormat.RFC3966) if number else ""
