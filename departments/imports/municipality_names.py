"""Which municipalities a department polices, by its name."""

import re
from functools import lru_cache

from ..names import normalize, without_county_word

# Departments whose name doesn't say it, by ORI: joint departments with their members, and those that serve a county.
SERVES = {
    "CA0211700": ["Corte Madera", "Larkspur", "San Anselmo"],  # Central Marin
    "DCMPD0000": ["Washington"],
    "GA1340100": ["McRae-Helena"],
    "GM0010000": ["Territory of Guam"],
    "HI0020000": ["Honolulu", "Honolulu County"],
    "KS0810000": ["Leonardville", "Manhattan", "Ogden", "Randolph", "Riley", "Riley County"],
    "MN0020300": ["Centerville", "Circle Pines", "Lexington"],  # Centennial Lakes
    "MN0130900": ["Chisago City", "Lindstrom"],  # Lakes Area
    "MN0270700": ["Excelsior", "Greenwood", "Shorewood", "Tonka Bay"],  # South Lake Minnetonka
    "MN0273700": ["Independence", "Maple Plain"],  # West Hennepin
    "NC0600100": ["Charlotte", "Mecklenburg County"],
    "NJ0040800": ["Camden"],  # Camden County's department serves the city
    "NM0150100": ["Los Alamos", "White Rock", "Los Alamos County"],
    "NV0020100": ["Las Vegas", "Clark County"],
    "NY0303000": ["New York"],
    "OH0130100": [],  # Batavia is the village inside Batavia Township
    "OK0490200": ["Pryor Creek"],
    "OK0750100": ["New Cordell"],
    "PA0412800": [],  # Lycoming Regional does not serve Lycoming Township
    "PA0450800": ["East Stroudsburg", "Stroud", "Stroudsburg"],  # Stroud Area
    "PA0580100": ["Susquehanna Depot"],
    "TX1012400": ["Bunker Hill Village", "Hunters Creek Village", "Piney Point Village"],  # Memorial Villages
    "UT0021700": ["Garland", "Tremonton"],
    "UT0031000": ["Hyde Park", "North Logan"],  # North Park
    "UT0250900": ["Alpine", "Highland"],  # Lone Peak
    "WI0371300": ["Schofield", "Weston"],  # Everest
    "WI0450400": ["Kimberly", "Little Chute"],  # Fox Valley
    "WI0570300": ["Prairie du Sac", "Sauk City"],  # Sauk Prairie
    "WI0651100": ["Fontana-on-Geneva Lake"],
}

# The kind of municipality that a word means, most likely first: a "township" of Wisconsin is a town.
CITIES = ("city", "independent city", "consolidated city-county")
MEANT = {
    "city": CITIES,
    "town": ("town", "township"),
    "township": ("township", "town"),
    "village": ("village",),
    "borough": ("borough",),
    "boro": ("borough",),
}
# Words that a department leaves out of the name of its town, as Dania Beach's does.
OMITTED = ("beach", "village", "city", "by the sea")

AGENCY_BEFORE = re.compile(r"metropolitan ")
AGENCY_AFTER = re.compile(
    r" (?:police department|police bureau|bureau of police|department of public safety|police|metropolitan|metro|"
    r"area regional|regional|tribal|agency)\Z"
)
NAMES_KIND = re.compile(rf"(.+) ({'|'.join(MEANT)})")
KIND_NAMED = re.compile(rf"({'|'.join(MEANT)}) of (.+)")
BOTH_KINDS = re.compile(r"(.+) (town|township) and (village|borough)")
PARTS = re.compile(r"\s*(?:/|-|\band\b)\s*")
BEFORE_NAME = re.compile(r"(?:the )?(?:(?:city|village|town) of )?")
COUNTY_GOVERNMENT = re.compile(r" (?:city and borough|municipality)\Z")


def bare_name(key):
    """Return the normalized name of a municipality without its kind: "orange" for "city of orange"."""
    return BEFORE_NAME.sub("", key, count=1)


def fold(key):
    """Return a normalized name in the form that is compared: "the dalles" becomes "dalles"."""
    return key.removeprefix("the ").replace("borough", "boro").replace(" ", "")


@lru_cache(maxsize=5_000)
def county_key(county):
    """Return the name of a county, with or without that word, in the form that is compared."""
    return fold(COUNTY_GOVERNMENT.sub("", normalize(without_county_word(county))))


def readings(department_name, county):
    """Return the ways to read the name of a department, best first. Each is a list of (normalized name, kind).

    A kind that the name doesn't give is "". ``county`` is the department's, whose name can stand behind the town's.

    "Manchester Township Police Department" becomes [[("manchester township", "")], [("manchester", "township")]], and
    "Dawson/Boyd Police Department" becomes [[("dawson boyd", "")], [("dawson", ""), ("boyd", "")]].
    """
    text = department_name.split(", ")[0]
    core = _core(text, county)
    found = [[(core, "")]]
    if match := BOTH_KINDS.fullmatch(core):
        found.append([(match[1], match[2]), (match[1], match[3])])
    if kind := _name_and_kind(core):
        found.append([kind])
    parts = [_core(part, county) for part in PARTS.split(text)]
    if len(parts) > 1 and all(parts):
        found.append([_name_and_kind(part) or (part, "") for part in parts])
    return found


def _core(text, county):
    """Return the normalized name without the words for an agency and without its county."""
    core = normalize(text)
    if county:
        core = f" {core} ".replace(f" {normalize(county)} county ", " ").strip()
    core = AGENCY_BEFORE.sub("", core) if AGENCY_BEFORE.match(core) else core
    while (shorter := AGENCY_AFTER.sub("", core)) != core:
        core = shorter
    return core


def _name_and_kind(core):
    if match := KIND_NAMED.fullmatch(core):
        return match[2], match[1]
    if match := NAMES_KIND.fullmatch(core):
        return match[1], match[2]
    return None
