"""The cells of a list of openings made into our values: days, pay, hours, kinds and places to apply.

Nothing here guesses more than it says: what is not understood is a ``ValueError``, whose message goes on after the
name of the column and does not quote the cell, so that rows with the same fault can be counted.
"""

import re
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from django.utils.translation import gettext as _

from departments.cleaning import email, website
from departments.names import normalise

from ..models import Job, JobKind, Schedule

# Days. strptime and not a library that guesses: 2/30/2026 must not become a day of March.

DAY_FORMATS = (
    "%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y",
    "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y",
)  # fmt: skip
TIME_FORMATS = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p", "%I %p")
DAY_AND_TIME = re.compile(
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? +)?"
    r"(?P<day>\S.*?)"
    r"(?:(?:T|,? +(?:at +)?)(?P<time>\d{1,2}(?::\d\d){0,2} ?[ap]\.?m\.?|\d{1,2}:\d\d(?::\d\d)?)(?:\.\d+)?"
    r"(?P<zone>Z|[+-]\d\d:?\d\d)?)?",
    re.IGNORECASE,
)
NO_DAY = {
    "", "until filled", "open until filled", "untilfilled", "continuous", "ongoing", "on going", "rolling", "open",
    "no deadline", "none", "na", "n a", "tbd",
}  # fmt: skip
# What databases write for "never".
NEVER = 9999


@lru_cache(maxsize=10_000)
def day_and_time(text, zone):
    """``(date, time)`` of a cell such as "2026-06-16T00:00:00.000", "16-JUL-2026", "7/16/2026 5:00 PM" (months come
    first) or "July 16, 2026"; ``(None, None)`` for a blank, "until filled" and the like.

    Midnight is how exports write a day without a time. A time with an offset from UTC becomes the zone's own.
    """
    if normalise(text) in NO_DAY:
        return None, None
    parts = DAY_AND_TIME.fullmatch(" ".join(text.split()))
    day = _first(DAY_FORMATS, " ".join(re.sub(r"\bsept\b", "sep", parts["day"].lower()).translate(PLAIN).split()))
    if day is None:
        raise ValueError(_("is not a day, which is written 2026-07-16 or 7/16/2026"))
    at = None
    if parts["time"]:
        at = _first(TIME_FORMATS, re.sub(r" ?([ap])\.?m\.?$", r" \1m", parts["time"].lower()))
        if at is None:
            raise ValueError(_("has a time of day that is none"))
    if day.year == NEVER:
        return None, None
    _in_this_century(day)
    if at is None or at.time() == time.min:
        return day.date(), None
    moment = datetime.combine(day, at.time())
    if parts["zone"]:
        moment = _in_zone(moment, parts["zone"], zone)
    _in_this_century(moment)
    return moment.date(), moment.time()


def _in_zone(moment, offset, zone):
    try:
        there = datetime.strptime(offset.upper().replace("Z", "+0000"), "%z").tzinfo
    except ValueError as problem:
        raise ValueError(_("has a time of day that is none")) from problem
    return moment.replace(tzinfo=there).astimezone(zone)


def _in_this_century(day):
    if not 2000 <= day.year <= 2100:
        raise ValueError(_("is not in this century"))


PLAIN = str.maketrans({",": " ", ".": " "})


def _first(formats, text):
    for form in formats:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


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

# Dollars a year beyond which a figure must be a mistake, such as a yearly pay marked hourly.
PLAUSIBLE = (1_000, 1_000_000)
# Without a period, what can be nothing but dollars a year or an hour.
SURELY_YEARLY, SURELY_HOURLY = 15_000, 150


def pay(lowest, highest, frequency):
    """``(pay_min, pay_max, pay_period)`` of three cells: ``Decimal`` dollars, None where nothing is said.

    Zero is nothing. Two amounts in the wrong order change places. ``ValueError`` for what is no amount, an unknown
    period, none where the amount could be of several, and an amount that cannot be meant.
    """
    amounts = [_amount(lowest), _amount(highest)]
    if None not in amounts:
        amounts.sort()
    said = [amount for amount in amounts if amount]
    period = _PERIOD_OF.get(normalise(frequency))
    if not said:
        return None, None, period or Job.PayPeriod.YEAR
    if not period:
        if frequency.strip():
            raise ValueError(_("has a period of pay that nobody knows here"))
        if min(said) >= SURELY_YEARLY:
            period = Job.PayPeriod.YEAR
        elif max(said) <= SURELY_HOURLY:
            period = Job.PayPeriod.HOUR
        else:
            raise ValueError(_("does not say whether it is by the year, the month or the hour"))
    if any(not PLAUSIBLE[0] <= amount * Job.PERIODS_A_YEAR[period] <= PLAUSIBLE[1] for amount in said):
        raise ValueError(_("cannot be meant, for its period"))
    return *amounts, period


def _amount(text):
    """ "$52,110.00" as a ``Decimal`` of cents; None for a blank and for zero."""
    plain = re.sub(r"[\s,$]|usd", "", text.lower())
    thousands = plain.endswith("k")
    try:
        amount = Decimal(plain.removesuffix("k") or 0)
        amount = (amount * 1000 if thousands else amount).quantize(Decimal("0.01"))
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or amount < 0:
        raise ValueError(_("is not an amount of dollars"))
    return amount or None


# Hours, positions

SCHEDULES = {
    Schedule.FULL_TIME: {"f", "ft", "full", "full time", "fulltime", "regular full time", "permanent full time"},
    Schedule.PART_TIME: {"p", "pt", "part", "part time", "parttime", "per diem", "regular part time"},
    Schedule.SEASONAL: {"s", "seasonal", "summer", "temporary seasonal"},
}
_SCHEDULE_OF = {word: schedule for schedule, words in SCHEDULES.items() for word in words}


def schedule(text, title):
    """Full time, part time or seasonal: as the cell says, else as the title does ("P/T Clerk"), else full time."""
    words = normalise(text)
    if words:
        if words not in _SCHEDULE_OF:
            raise ValueError(_("is neither full time nor part time nor seasonal"))
        return _SCHEDULE_OF[words]
    if re.search(r"\b(part time|p t)\b", normalise(title)):
        return Schedule.PART_TIME
    return Schedule.SEASONAL if re.search(r"\b(seasonal|summer)\b", normalise(title)) else Schedule.FULL_TIME


def positions(text):
    """How many are wanted, 1 to 10,000; 1 for a blank."""
    plain = re.sub(r"\.0+$", "", text.strip().replace(",", ""))
    if not plain:
        return 1
    if not re.fullmatch("[0-9]{1,5}", plain) or not 1 <= int(plain) <= 10_000:
        raise ValueError(_("is not a number of positions"))
    return int(plain)


# Kinds. Each rule is a pattern of the normalised title (small letters, no punctuation); the first that fits decides.

RANK = "lieutenant|captain|major|commander|lieutenant colonel|colonel|undersheriff|chief deputy"
OFFICER = (
    "(police|patrol|peace|public safety|campus|conservation|game) officer|patrol(man|woman)|trooper"
    "|police (recruit|trainee)|deputy sheriff|sheriffs deputy|deputy constable|deputy marshal|game warden"
)
# A clerk is a clerk, also in the office of a chief.
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
_KIND_OF = {normalise(text.replace("_", " ")): kind for kind in JobKind for text in (kind.value, str(kind.label))}


def kind(text, title, *also):
    """The kind of an opening: as its cell says, else by its title, else by what else is said of it, else "other".

    ``text`` is one of our kinds or its name in English.
    """
    if text.strip():
        if (words := normalise(text)) not in _KIND_OF:
            raise ValueError(_("is none of the kinds: %s") % ", ".join(JobKind.values))
        return _KIND_OF[words]
    for said in (title, *also):
        for found, pattern in _RULES:
            if pattern.search(normalise(said)):
                return found
    return JobKind.OTHER


# How to apply

EMAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")  # as long as its parts may be
WEB = re.compile(r"(?:https?://|\bwww\.)[^\s<>()\[\]\"“”‘’]+", re.IGNORECASE)
# A sentence that names an address for something else than applying.
NOT_TO_APPLY = re.compile(
    r"question|concern|informa|accommodat|inquir|assistan|learn more|visit us|benefit|forgive|do not|don't|don’t",
    re.IGNORECASE,
)
END_OF_ADDRESS = ".,;:!?'*"


def where_to_apply(text):
    """``(web address, e-mail address)`` of a text on how to apply, one of which is "".

    Both are "" unless the text names exactly one address, and names it for applying and not for questions.
    """
    emails = {found.rstrip(END_OF_ADDRESS) for found in EMAIL.findall(text)}
    pages = {found.rstrip(END_OF_ADDRESS) for found in WEB.findall(EMAIL.sub(" ", text))}
    if len(emails | pages) != 1:
        return "", ""
    (address,) = emails | pages
    if any(address in sentence and NOT_TO_APPLY.search(sentence) for sentence in re.split(r"(?<=[.!?])\s+", text)):
        return "", ""
    return ("", email(address)) if emails else (website(address), "")
