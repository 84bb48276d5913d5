"""Convert the cells of a list of openings to values: dates, pay, schedules, job types and how to apply.

A cell that can't be converted raises ``ValueError``. The message continues a sentence that begins with the column's
name. It doesn't quote the cell, so that rows with the same error can be counted.
"""

import re
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from django.utils.translation import gettext as _

from departments.imports.cleaning import email, reasons, website, without_commas
from departments.names import normalize
from departments.times import is_allowed, parse_day, parse_time, validate_local_time

from ..models import Job, JobKind, Schedule
from ..models.pay import is_plausible_pay

# Dates

DAY_AND_TIME = re.compile(
    r"(?P<day>\S.*?)"
    r"(?:(?:T|,? +(?:at +)?)(?P<time>\d{1,2}(?::\d\d){0,2} ?[ap]\.?(?: ?m\.?)?|\d{1,2}:\d\d(?::\d\d)?"
    r"|(?:12(?::00)? ?)?(?:noon|midnight)|\d{4} ?(?:hours|hrs|h))(?:\.\d+)?"
    r"(?P<zone>Z|[+-]\d\d:?\d\d)?)?",
    re.IGNORECASE,
)
NO_DATE = {
    "", "until filled", "open until filled", "untilfilled", "continuous", "ongoing", "on going", "rolling", "open",
    "no deadline", "none", "na", "n a", "tbd",
}  # fmt: skip
# Databases use this year for "never".
NEVER_YEAR = 9999


@lru_cache(maxsize=10_000)
def day_and_time(text, zone):
    """Return ``(date, time or None)``; ``(None, None)`` for a blank cell, "until filled" and similar texts.

    Accepts texts such as "2026-06-16T00:00:00.000", "16-JUL-2026", "7/16/2026 5:00 PM" (month first) and
    "July 16, 2026". Exports write a date without a time as midnight, so midnight means no time. A time with an offset
    from UTC is converted to ``zone``.
    """
    if normalize(text) in NO_DATE:
        return None, None
    parts = DAY_AND_TIME.fullmatch(" ".join(text.split()))
    with reasons():
        day = parse_day(parts["day"])
        at = parse_time(parts["time"]) if parts["time"] else time.min
    if day.year == NEVER_YEAR:
        return None, None
    _check_century(day)
    if at == time.min:
        return day, None
    moment = datetime.combine(day, at)
    if parts["zone"]:
        moment = _convert_to_zone(moment, parts["zone"], zone)
    _check_century(moment.date())
    with reasons():
        validate_local_time(moment.date(), moment.time(), zone)
    return moment.date(), moment.time()


def _convert_to_zone(moment, offset, zone):
    try:
        offset_zone = datetime.strptime(offset.upper().replace("Z", "+0000"), "%z").tzinfo
    except ValueError as error:
        raise ValueError(_("has an invalid time")) from error
    return moment.replace(tzinfo=offset_zone).astimezone(zone)


def _check_century(day):
    if not is_allowed(day):
        raise ValueError(_("must be a date between 2000 and 2100"))


# Pay

PERIODS = {
    Job.PayPeriod.HOUR: {"hour", "hourly", "hr", "h", "per hour", "an hour"},
    Job.PayPeriod.DAY: {"day", "daily", "per diem", "per day", "d", "a day"},
    Job.PayPeriod.WEEK: {"week", "weekly", "wk", "w", "per week", "a week"},
    Job.PayPeriod.TWO_WEEKS: {
        "two weeks", "biweekly", "bi weekly", "every two weeks", "fortnightly", "per pay period", "pay period",
    },
    Job.PayPeriod.MONTH: {"month", "monthly", "mo", "m", "per month", "a month"},
    Job.PayPeriod.YEAR: {"year", "yearly", "annual", "annually", "yr", "y", "a", "per year", "per annum", "a year"},
}  # fmt: skip
_PERIOD_OF = {word: period for period, words in PERIODS.items() for word in {*words, period.replace("_", " ")}}

# Without a period, amounts from the first on are yearly and amounts up to the second are hourly.
SURELY_YEARLY, SURELY_HOURLY = 15_000, 150


def pay(lowest, highest, frequency):
    """Return ``(pay_min, pay_max, pay_period)``: ``Decimal`` dollars, None if blank or zero, and a ``PayPeriod``.

    Amounts in the wrong order are swapped. Raise ``ValueError`` for an invalid amount, an unknown period, a missing
    period if the amount doesn't make it clear, and an implausible amount.
    """
    amounts = [_amount(lowest), _amount(highest)]
    if None not in amounts:
        amounts.sort()
    stated = [amount for amount in amounts if amount]
    period = _PERIOD_OF.get(normalize(frequency))
    if not stated:
        return None, None, period or Job.PayPeriod.YEAR
    if not period:
        if frequency.strip():
            raise ValueError(_("has an unknown pay period"))
        if min(stated) >= SURELY_YEARLY:
            period = Job.PayPeriod.YEAR
        elif max(stated) <= SURELY_HOURLY:
            period = Job.PayPeriod.HOUR
        else:
            raise ValueError(_("doesn't state whether the pay is yearly, monthly or hourly"))
    if not all(is_plausible_pay(amount, period) for amount in stated):
        raise ValueError(_("is not plausible for its pay period"))
    return *amounts, period


# "52.110" may mean 52.11 or 52,110. Lists of hourly pay have four decimals.
THREE_DECIMALS = re.compile(r"\.\d{3}k?\Z")


def _amount(text):
    """Convert a text such as "$52,110.00" to a ``Decimal`` with cents; None if blank or zero."""
    plain = re.sub(r"[\s$]|usd", "", text.lower())
    thousands = plain.endswith("k")
    plain = without_commas(plain)
    if THREE_DECIMALS.search(plain):
        raise ValueError(_("is not an amount in dollars"))
    try:
        amount = Decimal(plain.removesuffix("k") or 0)
        amount = (amount * 1000 if thousands else amount).quantize(Decimal("0.01"))
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or amount < 0:
        raise ValueError(_("is not an amount in dollars"))
    return amount or None


# Hours, positions

SCHEDULES = {
    Schedule.FULL_TIME: {"f", "ft", "full", "full time", "fulltime", "regular full time", "permanent full time"},
    Schedule.PART_TIME: {"p", "pt", "part", "part time", "parttime", "per diem", "regular part time"},
    Schedule.SEASONAL: {"s", "seasonal", "summer", "temporary seasonal"},
}
_SCHEDULE_OF = {word: schedule for schedule, words in SCHEDULES.items() for word in words}


def schedule(text, title):
    """Return a ``Schedule`` from the cell, else from a title such as "P/T Clerk", else full time."""
    words = normalize(text)
    if words:
        if words not in _SCHEDULE_OF:
            raise ValueError(_("must be full time, part time or seasonal"))
        return _SCHEDULE_OF[words]
    if re.search(r"\b(part time|p t)\b", normalize(title)):
        return Schedule.PART_TIME
    return Schedule.SEASONAL if re.search(r"\b(seasonal|summer)\b", normalize(title)) else Schedule.FULL_TIME


def positions(text):
    """Return the number of positions, 1 to 10,000; 1 if blank."""
    plain = re.sub(r"\.0{1,2}$", "", without_commas(text.strip()))
    if not plain:
        return 1
    if not re.fullmatch("[0-9]{1,5}", plain) or not 1 <= int(plain) <= 10_000:
        raise ValueError(_("is not a number of positions"))
    return int(plain)


# Job types. Each rule is a pattern for the normalized title (lowercase, no punctuation). The first match decides.

RANK = "lieutenant|captain|major|commander|lieutenant colonel|colonel|undersheriff|chief deputy"
OFFICER = (
    "(police|patrol|peace|public safety|campus|conservation|game) officer|patrol(man|woman)|trooper"
    "|police (recruit|trainee)|deputy sheriff|sheriffs deputy|deputy constable|deputy marshal|game warden"
)
# Civilian titles come before ranks: a clerk in a chief's office is still a clerk.
CIVILIAN = (
    "account(ant|ing)|administrat(ive|or)|aides?|analysts?|animal control|architects?|assistants?(?= to|$)|attorneys?"
    "|auditors?|bookkeeper|buyer|chemists?|civilian|clerks?|clerical|coordinators?|counsel|criminalists?"
    "|crossing guards?|custodia[nl]|developers?|electrician|engineers?|intern(e|s|ship)?|janitor|librarian|mechanics?"
    "|paralegals?|parking enforcement|payroll|plumber|procurement|programmers?|receptionist|records|scientists?"
    "|secretar(y|ies)|specialists?|speechwriter|stenographer|technicians?|transcriber|(victim|witness) advocates?"
    "|(stock|social) workers?|writer"
)
KINDS = [
    (
        JobKind.DISPATCHER,
        r"\b(dispatch\w*|call ?takers?|telecommunicators?|(911|e911|emergency) operators?"
        r"|(police|public safety|emergency) communications? (technician|operator|officer|specialist)s?)\b",
    ),
    (JobKind.CADET, r"\b(police|sheriffs?|public safety) (cadet|explorer)s?\b|\bcadet program|^(cadet|explorer)s?$"),
    (JobKind.CIVILIAN, rf"\b({CIVILIAN})\b"),
    (JobKind.RESERVE, rf"\b(reserve|auxiliary|volunteer) ({OFFICER}|officers?|deput(y|ies))"),
    (
        JobKind.CORRECTIONS,
        r"\b((correction(s|al)?|detention|jail) (officer|sergeant)s?|(detention|jail) deput(y|ies)|jailers?)\b",
    ),
    (JobKind.COMMAND, rf"^((police|deputy|assistant|interim|patrol|county|state) )*({RANK})\b(?! crimes?| case)"),
    (JobKind.COMMAND, r"^((deputy|assistant|interim) )*(chief of police|police chief|police commissioner)"),
    (JobKind.COMMAND, r"^((deputy|assistant|interim) )*chief$|^((assistant|interim) )*sheriff$"),
    (JobKind.LATERAL, rf"^(?=.*\b({OFFICER}))(?=.*\b(laterals?|certified)\b)(?!.*\b(non|not|un) certified)"),
    (JobKind.ENTRY_LEVEL, rf"\b({OFFICER})s?\b"),
]
_RULES = [(kind, re.compile(pattern)) for kind, pattern in KINDS]
_KIND_OF = {normalize(text.replace("_", " ")): kind for kind in JobKind for text in (kind.value, str(kind.label))}


def kind(text, title, *other_texts):
    """Return a ``JobKind`` from the cell, else from the title, else from the other texts, else "other".

    ``text`` is the value or the English label of a ``JobKind``.
    """
    if text.strip():
        if (words := normalize(text)) not in _KIND_OF:
            raise ValueError(_("must be one of these job types: %s") % ", ".join(JobKind.values))
        return _KIND_OF[words]
    for candidate in (title, *other_texts):
        for found, pattern in _RULES:
            if pattern.search(normalize(candidate)):
                return found
    return JobKind.OTHER


# How to apply

EMAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")  # RFC limits: 64 and 63 characters a part
WEB = re.compile(r"(?:https?://|\bwww\.)[^\s<>()\[\]\"“”‘’]+", re.IGNORECASE)
# Sentences with these words give a URL or an email address for something other than applying.
NOT_TO_APPLY = re.compile(
    r"question|concern|informa|accommodat|inquir|assistan|learn more|visit us|benefit|forgive|do not|don't|don’t",
    re.IGNORECASE,
)
TRAILING_PUNCTUATION = ".,;:!?'*"


def where_to_apply(text):
    """Return ``(URL, email address)`` from a text on how to apply; at least one of them is "".

    Both are "" unless the text contains exactly one URL or email address, and gives it for applying.
    """
    emails = {match.rstrip(TRAILING_PUNCTUATION) for match in EMAIL.findall(text)}
    pages = {match.rstrip(TRAILING_PUNCTUATION) for match in WEB.findall(EMAIL.sub(" ", text))}
    if len(emails | pages) != 1:
        return "", ""
    (found,) = emails | pages
    if any(found in sentence and NOT_TO_APPLY.search(sentence) for sentence in re.split(r"(?<=[.!?])\s+", text)):
        return "", ""
    return ("", email(found)) if emails else (website(found), "")
