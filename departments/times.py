"""Dates and times as people type them, and local times as instants. Clocks skip some local times and repeat others."""

import re
from datetime import UTC, date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _

# The dates that the site accepts. Dates outside this range are typing errors.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)

# strptime instead of a library that guesses, because 2/30/2026 must not become a date in March.
DAY_FORMATS = (
    "%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y",
    "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y",
)  # fmt: skip
WEEKDAY = re.compile(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[.,]* +")
TIME_FORMATS = ("%I:%M %p", "%I %p", "%I:%M:%S %p", "%H:%M", "%H:%M:%S", "%H:%M:%S.%f")
HALF_OF_DAY = re.compile(r" ?([ap])\.?(?: ?m\.?)?\Z")  # "pm", "p.m.", "p"
NOON_OR_MIDNIGHT = re.compile(r"(?:12(?::00)? ?)?(noon|midnight)\Z")
MILITARY = re.compile(r"\A([0-9]{2})([0-9]{2})(?: ?(?:hours|hrs|h))?\Z")
MINUTE = timedelta(minutes=1)


def parse_day(text):
    """Return the date of a text such as "7/16/2026" (month first), "2026-07-16", "16-JUL-2026" or "July 16, 2026".

    Raise ``ValidationError`` for other texts.
    """
    text = " ".join(text.lower().split())
    text = text[match.end() :] if (match := WEEKDAY.match(text)) else text
    words = re.sub(r"\bsept\b", "sep", re.sub("[.,]", " ", text)).split()
    if day := _parse_with(DAY_FORMATS, " ".join(words)):
        return day.date()
    raise ValidationError(_("Enter a date such as 7/16/2026, 2026-07-16 or July 16, 2026."))


def parse_time(text):
    """Return the ``time`` of a text such as "5:00 PM", "5 p.m.", "17:00", "1700" or "noon".

    Raise ``ValidationError`` for other texts, and for "midnight", which is the start of a day for some people and the
    end for others.
    """
    text = " ".join(text.lower().split())
    if match := NOON_OR_MIDNIGHT.match(text):
        if match[1] == "noon":
            return time(12)
        raise ValidationError(
            _("Midnight can be the start or the end of a day. Enter 12:00 AM for the start or 11:59 PM for the end.")
        )
    text = MILITARY.sub(r"\1:\2", HALF_OF_DAY.sub(r" \1m", text))
    if at := _parse_with(TIME_FORMATS, text):
        return at.time()
    raise ValidationError(_("Enter a time such as 5:00 PM, 17:00 or noon."))


def _parse_with(formats, text):
    """Return the ``datetime`` of the first format that fits, or None."""
    for each in formats:
        try:
            return datetime.strptime(text, each)
        except ValueError:
            continue
    return None


def is_allowed(day):
    return FIRST_DAY <= day <= LAST_DAY


def instant(day, at, zone):
    """Return the instant of a local time, in UTC.

    A time that clocks skip is the instant at which they skip it, and of a time that they repeat the first one counts.
    So a later local time is never an earlier instant. Forms and imports refuse such times, but a department can move
    to another time zone.
    """
    first, second = _both_readings(day, at, zone)
    if first <= second:
        return first
    after = _next_plain(day, at, zone)
    return _both_readings(after.date(), after.time(), zone)[0]


def validate_local_time(day, at, zone):
    """Raise ``ValidationError`` if the clocks in the time zone skip or repeat this time of the day.

    Ignore days that are not allowed.
    """
    if not is_allowed(day):
        return
    first, second = _both_readings(day, at, zone)
    if first == second:
        return
    if first > second:
        text = _("%(time)s does not exist on %(day)s in %(place)s time, because clocks move ahead. Enter %(next)s.")
    else:
        text = _("%(time)s comes twice on %(day)s in %(place)s time, because clocks move back. Enter %(next)s.")
    params = {
        "time": date_format(at, "g:i A"),
        "day": date_format(day, "F j, Y"),
        "place": zone.key.rpartition("/")[2].replace("_", " "),
        "next": date_format(_next_plain(day, at, zone), "g:i A"),
    }
    raise ValidationError(text % params)


def _both_readings(day, at, zone):
    """Return the instants of a local time before and after a change of the clocks; usually they are equal.

    The first is later for a time that is skipped, and earlier for one that is repeated (PEP 495).
    """
    local = datetime.combine(day, at, zone)
    return [local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]


def _next_plain(day, at, zone):
    """Return the next local time, to the minute and without a zone, that clocks neither skip nor repeat."""
    local = datetime.combine(day, at).replace(second=0, microsecond=0)
    while True:
        local += MINUTE
        first, second = _both_readings(local.date(), local.time(), zone)
        if first == second:
            return local
