"""Functions that clean the cells of agency files. Missing values become "" or None.

They raise ``ValueError`` with a reason for the report if a cell is invalid.
"""

import re
from contextlib import contextmanager
from functools import lru_cache
from math import nan

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from policeapp.web.email_addresses import normalize as normalize_email

from .. import phones
from ..fields import add_scheme, validate_url
from ..geo import states
from ..models.figures import MAX_PEOPLE
from ..names import normalize, without_county_word

MISSING = {
    "", "-", "--", "---", ".", "?", "n/a", "#n/a", "na", "n.a.", "none", "null", "nil", "nan", "unknown", "unk", "tbd",
    "not available", "not applicable", "not provided", "not reported", "not specified", "no data", "blank", "missing",
    "(blank)", "0000",
}  # fmt: skip
# -1, -9, -999.0, and 888888888 and 999999999 in the crosswalks of the Bureau of Justice Statistics.
MISSING_NUMBER = re.compile(r"(-[1-9]|-8{2,}|-9{2,}|8{7,}|9{7,})(\.0+)?\Z", re.ASCII)
NO_STREET = {"mobile unit", "mobile", "no address", "no street address", "no physical address", "various"}


@contextmanager
def reasons():
    """Turn a ``ValidationError`` of a model's validator into a ``ValueError``."""
    try:
        yield
    except ValidationError as error:
        raise ValueError(" ".join(error.messages)) from None


@lru_cache(maxsize=10_000)
def is_missing(text):
    """Return whether the text means a missing value, such as "N/A" or "-999"."""
    return text.casefold() in MISSING or bool(MISSING_NUMBER.match(text))


def text(cell):
    """Return the text in one line, with single spaces; "" if it is missing."""
    cell = " ".join(cell.split())
    return "" if is_missing(cell) else cell


# Capital letters

# Words that stay in capitals. Words without a vowel stay in capitals too, except those in CAPITALIZED.
ABBREVIATIONS = set(
    """
    AFB AIDS APD ATF BART BIA BLM CIA CISD CID CSI CSU CUNY DEA DEP DHS DOC DOJ DOT DPS DUI DWI EMS EMT FAA FBI HIDTA
    HSI IRS ISD ISP JBSA LAPD LAUSD MARTA MBTA MCAS MSU MTA NASA NATO NE NIH NJIT NOPD NW NYPD NYU PD PO RTA SE SEPTA
    SRO SUNY SW SWAT TVA UAB UC UCLA UNC UNLV UPD US USA USAF USC USD USDA USMC VA VFW WMATA YMCA
    """.split()
)
ROMAN = {"II", "III", "IV", "VI", "VII", "VIII", "IX", "XI", "XII", "XIII", "XIV", "XV"}
CAPITALIZED = set(
    """
    BCH BLD BLDG BLVD BR BRG BX BYP CNTR CNTY CT CTR CTRL CTY CYN DPT DR DRS DVSN FL FLR FT FWY GLN GRV HBR HGTS HTS HWY
    JCT JR LK LN LT MC MPLS MR MRS MS MT MTN NTL PH PKWY PKY PL PLZ PT RD RDG RDS RM RT SCH SGT SHF SHRF SPG SPGS SQ SR
    ST STR STS SVCS TPKE TR TRL TWP VLG VLY WM
    """.split()
)
LOWERCASE = {"of", "the", "and", "for", "at", "in", "on", "by", "to", "or", "du", "qui"}
# Names with a capital letter inside, in the spelling that most places with that name use.
CAMEL_CASE = {
    name.upper(): name
    for name in """
    DeForest DeKalb DeLand DeLeon DeQueen DeRidder DeSoto DeWitt DuPage DuPont LaBelle LaFollette LaGrange LaMoure
    LaPlace LaPorte LaSalle LaVergne LaVernia LeClaire LeSueur MacArthur MacDill MacGregor MacKenzie O'odham
    d'Alene d’Alene
    """.split()
}
WORD = re.compile(r"(?:[A-Z]\.){2,}|[^\W_]+(?:['’][^\W_]+)*")
ORDINAL = re.compile(r"(\d+)(ST|ND|RD|TH)\Z")
ELIDED = re.compile(r"([DLOS])(['’])([A-Z]{2,})\Z")  # O'Fallon, D'Iberville, L'Anse, S'Klallam
VOWEL = re.compile("[AEIOUY]")


def title(cell):
    """Return text in all capitals or all lower case with only initials in capitals.

    "ST. LOUIS COUNTY SHERIFF'S OFFICE" becomes "St. Louis County Sheriff's Office". Text in mixed case is returned
    unchanged, because its case is intended.
    """
    if (cell != cell.upper() or not any(map(str.isalpha, cell))) and (cell != cell.lower() or cell.upper() == cell):
        return cell
    cell = cell.upper()
    return WORD.sub(lambda match: _word(match[0], cell, match.start()), cell)


def _word(word, cell, start):
    before = cell[:start].rstrip()
    if word in CAMEL_CASE:
        return CAMEL_CASE[word]
    if before and before[-1] not in "(:;/&" and word.lower() in LOWERCASE:
        return word.lower()
    if match := ORDINAL.match(word):
        return match[1] + match[2].lower()
    if (
        word in ABBREVIATIONS
        or word in ROMAN
        or any(not letter.isalpha() and letter not in "'’" for letter in word)  # U.S., K9, 12A
        or (1 < len(word) <= 6 and word.isalpha() and not VOWEL.search(word) and word not in CAPITALIZED)
        or (word in states.STATES and before.endswith(","))
        or (word == "SO" and cell.endswith(" SO"))
    ):
        return word
    if match := ELIDED.match(word):
        return f"{match[1]}{match[2]}{_name(match[3])}"
    return _name(word)


def _name(word):
    if len(word) > 4 and word.startswith("MC") and word[2:].isalpha():
        return f"Mc{word[2:].capitalize()}"
    return word.capitalize()


# Names of agencies and places

SHERIFFS = re.compile(r"\b([Ss]heriff)s (?=(?:[Oo]ffice|[Dd]ep|[Pp]olice|[Dd]ivision|[Pp]atrol))")
TWICE = re.compile(r"\b(Police Department|Sheriff's Office|Sheriff's Department|Department of Public Safety)(?: \1)+\b")


def name(cell):
    """Clean an agency's name: "WESTPORT POLICE DEPARTMENT:" becomes "Westport Police Department"."""
    cell = title(text(cell).strip(" :;,"))
    return TWICE.sub(r"\1", SHERIFFS.sub(r"\1's ", cell))


@lru_cache(maxsize=10_000)
def city(cell, state=""):
    """Clean a town's name and remove the state after a comma. Return "" if the cell has only the state's code."""
    cell = text(cell).strip(" :;,")
    town, comma, after_comma = cell.rpartition(",")
    if comma and (found := states.find(after_comma)) and found.code == state:
        cell = town.strip()
    return "" if cell.upper() == state else title(cell)


COUNTY_SEPARATOR = re.compile(r"[;|/]|,(?! *(?:county|parish|municipio)\b)", re.IGNORECASE)
INDEPENDENT_CITY = re.compile(r"( city)? \(city\)\Z", re.IGNORECASE)
SAINT = re.compile(r"\bSt (?=[A-Z])")


@lru_cache(maxsize=10_000)
def counties(cell):
    """Return the names of all counties in the cell as a tuple, without the word "County"."""
    found = []
    for part in COUNTY_SEPARATOR.split(cell):
        name = INDEPENDENT_CITY.sub(" City", title(without_county_word(text(part))))
        found += [SAINT.sub("St. ", name)] if name else []
    return tuple(found)


def state(cell):
    """Return the code of a state from its name or code."""
    found = states.find(cell)
    if not found:
        raise ValueError(_("“%s” is not a state") % cell)
    return found.code


@lru_cache(maxsize=1_000)
def street(cell):
    cell = text(cell).strip(" :;,")
    return "" if cell.casefold() in NO_STREET else title(cell)


# Numbers and codes

ZIP = re.compile(r"(\d{5})(?:[- ]?(\d{4}))?\Z", re.ASCII)
# States with ZIP codes that start with 0, which spreadsheets remove. New York has 06390.
LEADING_ZERO = {"CT", "MA", "ME", "NH", "NJ", "NY", "PR", "RI", "VI", "VT"}


def zip_code(cell, state, four=""):
    """Clean a ZIP code: in Connecticut, "6880" becomes "06880" and "068801234" becomes "06880-1234".

    ``four`` are the last four digits if they have a column of their own.
    """
    cell = text(cell).removesuffix(".0")
    if 3 <= len(cell) <= 5 and len(four) == 4 and four.isdecimal():
        cell = f"{cell}-{four}"
    first, dash, last = cell.partition("-")
    if state in LEADING_ZERO and first.isdecimal():
        first = first.zfill(9 if len(first) > 5 else 5) if 3 <= len(first) <= 4 or len(first) in (7, 8) else first
    match = ZIP.match(first + dash + last)
    if not cell or (match and match[1] in ("00000", "99999")):
        return ""
    if not match:
        raise ValueError(_("is not a ZIP code"))
    return match[1] + (f"-{match[2]}" if match[2] and match[2] != "0000" else "")


def ori(cell):
    """Clean an ORI. Add the two zeros that crime reports leave out: "CT00158" becomes "CT0015800"."""
    cell = text(cell).upper().replace(" ", "").replace("-", "")
    if len(cell) == 7 and cell[:2].isalpha() and cell.isalnum():
        cell += "00"
    if cell and not (len(cell) == 9 and cell.isascii() and cell.isalnum()):
        raise ValueError(_("is not an ORI, which has nine letters and digits"))
    return cell if cell.strip("0") else ""


def phone(cell):
    """Clean a phone number. Ten equal digits are a placeholder."""
    cell = text(cell)
    if not cell or len(set(filter(str.isdigit, cell))) == 1:
        return ""
    with reasons():
        return phones.clean(cell)


THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(?=\.|\Z)", re.ASCII)


def without_commas(text):
    """Remove the commas between thousands. Raise ``ValueError`` for other commas: "12,5" may mean 12.5 or 125."""
    if "," in text and not THOUSANDS.match(text):
        raise ValueError(_("has a comma that doesn't separate thousands"))
    return text.replace(",", "")


def number(cell, maximum=MAX_PEOPLE):
    """Return a whole number from 0 to the maximum, or None if it is missing.

    Commas between thousands and a decimal zero are allowed. Three decimals are not: "1.000" may mean 1 or 1,000.
    """
    cell = without_commas(text(cell))
    if not cell:
        return None
    whole, _point, decimals = cell.partition(".")
    if not whole.isdecimal() or decimals.strip("0") or len(decimals) > 2:
        raise ValueError(_("is not a whole number"))
    value = int(whole) if len(whole) < 20 else maximum + 1
    if value > maximum:
        raise ValueError(_("is not a plausible number"))
    return value


YEAR = re.compile(r"(?:\d{1,2}/\d{1,2}/)?((?:19|20)\d\d)(?:\.0|[-/].*)?\Z", re.ASCII)

ISO_DATE = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\Z", re.ASCII)


def year(cell):
    """Return the year of a year or date (2018, 2018-12-31, 12/31/2018), or None if it is missing."""
    cell = text(cell)
    if not cell or cell.strip("0.") == "":
        return None
    match = YEAR.match(cell)
    if not match:
        raise ValueError(_("is not a year"))
    return int(match[1])


@lru_cache(maxsize=1_000)
def year_or_date(cell):
    """Return a date in ISO 8601 as it is, the year of other dates and of years, or "" for anything else."""
    if ISO_DATE.match(cell):
        return cell
    match = YEAR.match(cell)
    return match[1] if match else ""


def degrees(cell):
    """Return a coordinate in degrees, or None if it is missing."""
    cell = text(cell)
    if not cell:
        return None
    try:
        value = float(cell)
    except ValueError:
        value = nan
    if not -180 <= value <= 180:
        raise ValueError(_("is not a number of degrees"))
    return value


def location(latitude, longitude, state):
    """Return ``((latitude, longitude), notice)``, with None instead of the pair if it is not in the state.

    A longitude without its sign and swapped coordinates are corrected if the result is in the state. ``notice`` is a
    text about the correction or the error, or "".
    """
    if latitude == longitude == 0:
        return None, ""
    if states.contains(state, latitude, longitude):
        return (latitude, longitude), ""
    for point, correction in (
        ((latitude, -longitude), _("added the missing minus sign to the longitude")),
        ((longitude, latitude), _("swapped latitude and longitude")),
    ):
        if states.contains(state, *point):
            return point, correction
    return None, _("is not in the state")


def email(cell):
    """Clean an email address."""
    cell = text(cell)
    try:
        return normalize_email(cell) if cell else ""
    except ValidationError:
        raise ValueError(_("is not an email address")) from None


def website(cell):
    """Clean a website's URL. Without a scheme, assume https."""
    url = text(cell)
    if "@" in url and "/" not in url:
        raise ValueError(_("is an email address"))
    url = add_scheme(url)
    with reasons():
        if url:
            validate_url(url)
    return url


TRUE = {"1", "1.0", "y", "yes", "t", "true"}
ACTIVE = TRUE | {"a", "active", "open", "published", "x"}


def is_true(cell):
    return cell.casefold() in TRUE


def is_active(cell):
    return cell.casefold() in ACTIVE


def code(cell):
    """Return one of our codes, such as "parent_government" for "Parent government". The model checks it."""
    return normalize(text(cell)).replace(" ", "_")
