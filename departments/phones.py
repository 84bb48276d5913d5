"""Phone numbers: one format that keeps what was written, and the number to dial."""

import re
from typing import NamedTuple

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from phonenumbers import Leniency, PhoneNumber, PhoneNumberFormat, PhoneNumberMatcher, ValidationResult

MAX_LENGTH = 80
REGION, COUNTRY_CODE = "US", 1

# The usual formats, and the format of :func:`clean`. The library takes 100 microseconds a number, which adds up in
# national files.
COMMON_FORMAT = re.compile(
    r"\(?(\d{3})\)?[-. ]?(\d{3})[-. ]?(\d{4})(?: ext\. (?P<extension>\d+))?(?: \((?P<note>[^()]+)\))?\Z", re.ASCII
)
# Letters instead of digits, such as 1-800-577-TIPS or 1-800-CALL-FBI. It matches numbers without letters too.
VANITY = re.compile(
    r"(?<!\w)(?:\+?1[-. ]?)?\(?[2-9]\d\d\)?[-. ]?(?:\d{3}[-. ]?\w{4}|(?:\w-?){7})(?<!-)(?!\w)", re.ASCII
)
WORD = re.compile(r"[A-Za-z]{3}")
# The numbering plan of North America: https://www.nanpa.com/numbering (area codes, central office codes).
AREA_AND_EXCHANGE = re.compile(r"(?!.11)[2-9][0-8]\d[2-9]\d\d", re.ASCII)
TOLL_FREE = {"800", "833", "844", "855", "866", "877", "888"}
LABELS = {"phone", "ph", "telephone", "tel", "call"}  # they say only that a number follows


class Phone(NamedTuple):
    number: PhoneNumber
    note: str = ""


def clean(text):
    """Return a text such as "203-341-6000 ext. 5 (non-emergency)".

    Words around the number and letters instead of digits become the note, so that nothing is lost. Raise
    ``ValidationError`` if there is no number that can exist, and if the result is longer than ``MAX_LENGTH``.
    """
    phone = _parse(text)
    if phone is None:
        raise ValidationError(
            _("Enter a phone number such as 203-341-6000. You can add an extension or a note, such as “ext. 5 (desk)”.")
        )
    number, note = phone
    digits = phonenumbers.national_significant_number(number)
    written = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    if number.country_code != COUNTRY_CODE:
        written = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    written += f" ext. {number.extension}" if number.extension else ""
    written += f" ({note})" if note else ""
    if len(written) > MAX_LENGTH:
        raise ValidationError(_("Shorten the note after the phone number."))
    return written


def tel_url(text):
    """Return the number's ``tel:`` URL (RFC 3966), or "" if the text has no phone number."""
    phone = _parse(text)
    return phonenumbers.format_number(phone.number, PhoneNumberFormat.RFC3966) if phone else ""


def _parse(text):
    """Return the first number in the text as a :class:`Phone`, or None."""
    # Without invisible characters, such as the marks around a number that a phone has copied.
    text = "".join(letter for letter in " ".join(text.split()) if letter.isprintable())
    if match := COMMON_FORMAT.match(text):
        number = PhoneNumber(COUNTRY_CODE, int("".join(match.groups()[:3])), match["extension"])
        phone, before = Phone(number, match["note"] or ""), ""
    elif (match := VANITY.search(text)) and WORD.search(match[0]):
        before, after = text[: match.start()], text[match.end() :]
        digits = phonenumbers.convert_alpha_characters_in_number(match[0])
        phone = Phone(phonenumbers.parse(digits, REGION), _note(before, match[0], after))
    elif match := next(iter(PhoneNumberMatcher(text, REGION, Leniency.POSSIBLE)), None):
        before, after = text[: match.start], text[match.end :]
        phone = Phone(match.number, _note(before, after))
    else:
        return None
    # Digits before the number are another number with a mistake.
    return None if re.search(r"\d{3}", before) or not _can_exist(phone.number) else phone


def _note(*parts):
    parts = (re.sub(r"[()\s]+", " ", part).strip(" :;,/|.–—-") for part in parts)
    return ", ".join(part for part in parts if part and part.casefold() not in LABELS)


def _can_exist(number):
    """Return whether the number can be assigned: no local number, no 911, no placeholder, no number of a film."""
    # The library also accepts local numbers without an area code. Those work only inside that area.
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return False
    if number.country_code != COUNTRY_CODE:
        return True
    digits = phonenumbers.national_significant_number(number)
    area, exchange = digits[:3], digits[3:6]
    return (
        bool(AREA_AND_EXCHANGE.match(digits))
        and not (exchange.endswith("11") and area not in TOLL_FREE)
        and not digits[3:].startswith("55501")
        and len(set(digits)) > 1
    )
