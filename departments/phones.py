"""Phone numbers: validation and one format."""

import re

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

REGION = "US"
# The usual formats. Parsing with the library takes 100 microseconds a number, which adds up in national files.
COMMON_FORMAT = re.compile(r"\(?([2-9]\d\d)\)?[-. ]?(\d{3})[-. ]?(\d{4})\Z", re.ASCII)


def _parse(text):
    try:
        number = phonenumbers.parse(text, REGION)
    except NumberParseException:
        return None
    # The library also accepts local numbers without an area code. Those work only inside that area.
    possible = phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
    return number if possible else None


def validate(text):
    """Raise ``ValidationError`` unless the text is a possible U.S. or international phone number."""
    if _parse(text) is None:
        raise ValidationError(
            _("Enter a phone number such as 203-341-6000. You can add an extension, such as “ext. 5”.")
        )


def normalize(text):
    """Return a U.S. number as 203-341-6000, or 203-341-6000 ext. 5. Other text is returned unchanged."""
    if match := COMMON_FORMAT.match(text):
        return "-".join(match.groups())
    number = _parse(text)
    if number is None or number.country_code != 1:
        return text
    digits = phonenumbers.national_significant_number(number)
    extension = f" ext. {number.extension}" if number.extension else ""
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}{extension}"


def tel_url(text):
    """Return the number's ``tel:`` URL (RFC 3966), or "" if the text is not a phone number."""
    number = _parse(text)
    return phonenumbers.format_number(number, PhoneNumberFormat.RFC3966) if number else ""
