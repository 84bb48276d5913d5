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
from ..names import normalize

MISSING = {
    "", "-", "--", "---", ".", "?", "n/a", "#n/a", "na", "n.a.", "none", "null", "nil", "nan", "unknown", "unk", "tbd",
    "not available", "not applicable", "not provided", "not reported", "no data", "blank", "missing", "(blank)", "0000",
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


COUNTY_WORD = re.compile(r",? (county|parish|municipio)\Z", re.IGNORECASE)
INDEPENDENT_CITY = re.compile(r"( city)? \(city\)\Z", re.IGNORECASE)
SAINT = re.compile(r"\bSt (?=[A-Z])")


@lru_cache(maxsize=10_000)
def counties(cell):
    """Return the names of all counties in the cell as a tuple, without the word "County"."""
    found = []
    for part in re.split("[;|/]", cell):
        name = INDEPENDENT_CITY.sub(" City", title(COUNTY_WORD.sub("", text(part))))
        found += [SAINT.sub("St. ", name)] if name else []
    return tuple(found)


def state(cell):
    """Return the code of a state from its name or code."""
    found = states.find(STATE_CODES.get(cell.upper().strip(), cell.replace(".", "")))
    if not found:
        raise ValueError(_("“%s” is not a state") % cell)
    return found.code


# The FBI's code for Nebraska is NB. The others are common ways to write a state.
STATE_CODES = {"NB": "NE", "WASHINGTON DC": "DC", "WASHINGTON D.C.": "DC", "VIRGIN ISLANDS": "VI", "CNMI": "MP"}


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


def number(cell, minimum=0, maximum=400_000_000):
    """Return a whole number, or None if it is missing. Commas and a decimal zero are allowed."""
    cell = text(cell).replace(",", "")
    if not cell:
        return None
    whole, _point, decimals = cell.partition(".")
    if not whole.isdecimal() or decimals.strip("0"):
        raise ValueError(_("is not a whole number"))
    value = int(whole) if len(whole) < 20 else maximum + 1
    if not minimum <= value <= maximum:
        raise ValueError(_("is not a plausible number"))
    return value


YEAR = re.compile(r"(?:\d{1,2}/\d{1,2}/)?((?:19|20)\d\d)(?:\.0|[-/].*)?\Z", re.ASCII)


def year(cell):
    """Return the year of a year or date (2018, 2018-12-31, 12/31/2018), or None if it is missing."""
    cell = text(cell)
    if not cell or cell.strip("0.") == "":
        return None
    match = YEAR.match(cell)
    if not match:
        raise ValueError(_("is not a year"))
    return int(match[1])


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
    url = add_scheme(text(cell))
    with reasons():
        if url:
            validate_url(url)
    return url


ACTIVE = {"1", "1.0", "y", "yes", "t", "true", "a", "active", "open", "published", "x"}


def is_active(cell):
    return cell.strip().casefold() in ACTIVE


# Agency types

# The names of types in publications, normalized.
KINDS = {
    "municipal": "city;town;village;municipal police;local police department;local police;police department;police",
    "sheriff": "county;sheriffs office;sheriffs department;sheriff office;sheriff department;county sheriff",
    "county_police": "county police department;county law enforcement",
    "state_police": "state police;highway patrol;primary state law enforcement agency;state law enforcement agency",
    "state_other": "other state agency;state agency;state",
    "campus": "university or college;university;college;campus police;university police;college police",
    "school_district": "school;school police;public school;public school district;independent school district",
    "transit_airport_port": "transit;airport;port;railroad;transportation;airport police;transit police",
    "tribal": "tribal agency;tribal police;tribal law enforcement;indian",
    "park_wildlife": "park;parks;wildlife;natural resources;conservation;park police;fish and wildlife",
    "constable_marshal": "constable;marshal;constable or marshal;marshals office",
    "federal": "federal agency;federal law enforcement",
    "other": "special jurisdiction;other agency;special police",
}
KIND_BY_NAME = {alias: kind for kind, aliases in KINDS.items() for alias in [normalize(kind), *aliases.split(";")]}

# Patterns that recognize an agency's type in its normalized name. The first match counts.
NAME_PATTERNS = {
    "sheriff": r"\bsheriffs?\b",
    "tribal": r"\b(tribal|tribes?|pueblo of|rancheria|indian (community|reservation)|band of|nation police)\b",
    "state_police": r"\b(state police|highway patrol|state patrol|state troopers)\b",
    "school_district": r"\b([cu]?isd|school district|public schools|board of education|school police)\b",
    "transit_airport_port": r"\b(airport|aviation|transit|port authority|railroad|railway)\b",
    "campus": r"\b(university|college) (of|at|police|public safety|department of public|campus|security)\b|\bcampus\b",
    "park_wildlife": r"\b(wildlife|natural resources|state parks?|parks (police|department)|park (rangers?|district)"
    r"|game wardens?|(fish|game) and|forest preserve)\b",
    "constable_marshal": r"\b(constables?|marshals?)\b",
    "county_police": r"\bcounty police\b",
    "municipal": r"\bpolice\b",
}
HARBOR_TOWN = re.compile(r"\bharbors?\b.*\bpolice department$")


def kind(cell, name, city=""):
    """Return the agency's kind from the cell, made more specific or corrected by its name and city.

    Some files derive the type from words in the name. They mistake a town called Marshall for a marshal, and Oak Harbor
    and the sheriff of Grays Harbor County for ports. Raise ``ValueError`` for an unknown type.
    """
    cell, name, city = normalize(text(cell)), normalize(name), normalize(city)
    known = KIND_BY_NAME.get(cell)
    if cell and not known:
        raise ValueError(_("is an unknown agency type"))
    if known in (None, "other"):
        return "municipal" if city and name == f"{city} police department" else kind_from_name(name) or "other"
    if re.match(r"state (police|patrol)\b", name):
        return "state_police"
    if cell == "county" and "police" in name and "sheriff" not in name:
        return "county_police"
    if known in ("constable_marshal", "transit_airport_port"):
        if "sheriff" in name:
            return "sheriff"
        marshal = re.search(NAME_PATTERNS["constable_marshal"], name)
        if "police" in name and (HARBOR_TOWN.search(name) if known == "transit_airport_port" else not marshal):
            return "municipal"
    return known


def kind_from_name(name):
    """Return the kind that a normalized name contains, or ""."""
    return next((kind for kind, pattern in NAME_PATTERNS.items() if re.search(pattern, name)), "")
