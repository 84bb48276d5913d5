"""What the formats have in common: dates, salaries and places as the columns of a list of openings have them."""

import re
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from departments.names import normalize

from ..cleaning import PERIODS

AMOUNT = r"\$?\s*(\d[\d,]*(?:\.\d+)?k?)\b"
PERIOD = r"(?:(?:per|an|a|/|each)\s*)?(?P<period>[a-z-]+(?:\s?weeks?)?)"
SALARY = re.compile(
    rf"(?:usd|us)?\s*{AMOUNT}(?:\s*(?:-|–|—|to|and)\s*(?:usd)?\s*{AMOUNT})?\s*(?:usd)?\s*(?:{PERIOD})?\W*",
    re.IGNORECASE,
)
_WORDS = {word for words in PERIODS.values() for word in words}
# A time at the end of a day says no more than the day.
END_OF_DAY = re.compile(r"[T ]23:59(:\d\d(\.\d+)?)?(?=Z|[+-]|$)")


def day(text):
    """Return a date, with a time if it has one that matters, as the importer reads it. Other texts are unchanged.

    Feeds write dates like emails ("Fri, 20 Nov 2026 10:00:00 GMT"), other sites in ISO 8601.
    """
    text = " ".join(str(text).split())
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return _without_end_of_day(text)
    return _without_end_of_day(moment.isoformat())


def date_only(text):
    """Return a date without its time, as stated there. The time of a publication is not that of an opening."""
    return re.sub(r"(?<=\d)[T ]\d.*", "", day(text)) if re.match(r"\d{4}-\d\d-\d\d", day(text)) else day(text)


def _without_end_of_day(text):
    """Return the date alone for the last minute of a day, in whatever time zone it is stated."""
    return text[:10] if END_OF_DAY.search(text[10:]) else text


def salary(text):
    """Return the columns of a salary such as "$20 per hour" or "$52,000 - $60,000 a year"; else the text as it is."""
    text = " ".join(text.split())
    found = SALARY.fullmatch(text)
    period = normalize(found["period"] or "") if found else ""
    if not found or (period and period not in _WORDS):
        return {"salary_text": text} if text else {}
    return {"salary_from": found[1], "salary_to": found[2] or "", "salary_frequency": period}


def place(*parts):
    """Return an address on one line from its parts, leaving out blank and repeated ones."""
    return ", ".join(dict.fromkeys(" ".join(str(part).split()) for part in parts if part and str(part).strip()))


def number(url):
    """Return the part of a page's URL that identifies it, as the number of an opening that has none."""
    parts = urlsplit(url)
    return (parts.path + (f"?{parts.query}" if parts.query else ""))[-100:]


def schedule(text):
    """Return "full time", "part time" or "seasonal" if a text such as "Regular - Full Time" says so, else ""."""
    words = normalize(str(text))
    if "part time" in words or "parttime" in words:
        return "part time"
    return next((found for found in ("seasonal", "full time") if found in words.replace("fulltime", "full time")), "")


def as_dict(value):
    return value if isinstance(value, dict) else {}


def as_list(value):
    """Return a list: in JSON, some values are a list only if there are several."""
    return value if isinstance(value, list) else [value] if value else []
