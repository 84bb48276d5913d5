"""Normalized names for sorting and matching. They are computed in Python, so that both databases agree."""

import re
import unicodedata
from functools import lru_cache

from django.utils.text import slugify
from django.utils.translation import gettext as _

# Abbreviations that people and files use. Whole words only.
ABBREVIATIONS = {
    "dept": "department",
    "ft": "fort",
    "hts": "heights",
    "intl": "international",
    "isd": "independent school district",
    "mt": "mount",
    "pd": "police department",
    "so": "sheriffs office",
    "spgs": "springs",
    "st": "saint",
    "ste": "sainte",
    "telecommunicator": "dispatcher",
    "telecommunicators": "dispatcher",
    "twp": "township",
    "univ": "university",
}
# Words of a search that also find other forms of the word.
OTHER_FORMS = {"correctional": ["correction"], "tribe": ["tribe", "tribal"], "tribes": ["tribe", "tribal"]}
DIRECTIONS = {"n": "north", "e": "east", "s": "south", "w": "west"}
# Words in the names of many departments. They don't help to tell departments apart.
GENERIC_WORDS = frozenset("police department sheriff sheriffs office public safety bureau of the and at".split())
# Words that say that a name is that of an agency, and not only of its town, county or university.
AGENCY_WORDS = frozenset(
    """
    agency attorney authority bureau commission constable constables control corrections department division enforcement
    investigation marshal marshals office patrol police prosecutor protection ranger rangers safety security service
    services sheriff sheriffs task troopers unit warden wardens
    """.split()
)
# Words that don't continue a name.
NAME_ENDS = GENERIC_WORDS | set("county dept highway jobs louisiana parish pd po so state usa zip".split())
# A name with one of these words is written with or without a blank: "De Kalb" or "DeKalb", "O'Fallon" or "O Fallon".
PARTICLES = frozenset("d de des du el l la le mac mc o".split())
TOWN_PREFIX = re.compile(r"(city|town|township|village|borough|county) of ")
COUNTY_WORD = re.compile(r",? (county|parish|municipio)\Z", re.IGNORECASE)
APOSTROPHES = re.compile("['’`ʻ]")
NOT_WORDS = re.compile(r"[\W_]+")


# Names of at most this many characters are cached, because names of towns and counties repeat in an import. Longer
# texts don't repeat and would fill the cache.
MAX_CACHED_LENGTH = 60


def normalize(text):
    """Return text in lower case, without accents and punctuation, and with one spelling for each name.

    "St. John's PD" becomes "saint johns police department", "N. Las Vegas" becomes "north las vegas", and "De Kalb"
    becomes "dekalb".
    """
    return _normalize_cached(text) if len(text) <= MAX_CACHED_LENGTH else _normalize(text)


def _normalize(text):
    words = []
    for word in _words(text):
        is_dispatcher = words[-1:] == ["911"] and word in ("operator", "operators")
        _append(words, "dispatcher" if is_dispatcher else word)
    return " ".join(words)


def _append(words, word):
    """Append a word to the list, joined with the particles and after the direction that it continues.

    The "o" of "c/o" is no particle.
    """
    while words and words[-1] in PARTICLES and _continues_name(word) and words[-2:] != ["c", "o"]:
        word = words.pop() + word
    if words and words[-1] in DIRECTIONS and _continues_name(word):
        _append(words, DIRECTIONS[words.pop()])
    words.append(ABBREVIATIONS.get(word, word))


def _continues_name(word):
    """Return whether the word belongs to the name that "La" or "N." begins: not in "Baton Rouge LA police"."""
    return len(word) > 1 and word.isalpha() and word not in NAME_ENDS


_normalize_cached = lru_cache(maxsize=5_000)(_normalize)


def _words(text):
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return NOT_WORDS.sub(" ", APOSTROPHES.sub("", text.casefold())).split()


def name_key(name):
    """Return the normalized name of a department as the database stores it, for sorting and matching."""
    return normalize(name)[:250]


def core_name(name):
    """Return a normalized name without generic words, or the whole name if all its words are generic.

    "town of westport police department" becomes "westport", and "los angeles county sheriffs office" becomes
    "los angeles county".
    """
    bare = TOWN_PREFIX.sub("", name)
    return " ".join(word for word in bare.split() if word not in GENERIC_WORDS) or name


def is_bare(name):
    """Return whether a name is only that of a place or an institution, such as "Anchorage"."""
    return AGENCY_WORDS.isdisjoint(normalize(name).split())


def word_prefixes(word):
    """Return prefixes that find a word whether it is singular or plural.

    "officers" becomes ["officer"], and "deputies" becomes ["deputies", "deputy"].

    Source: the S-stemmer of D. Harman, "How Effective is Suffixing?", JASIS 42 (1), 1991, adapted to prefix search:
    the words of the searched text need no stemming.
    """
    if word in OTHER_FORMS:
        return OTHER_FORMS[word]
    if len(word) > 4 and word.endswith("ies") and word[-4] not in "ae":
        return [word, f"{word[:-3]}y"]
    if len(word) > 3 and word.endswith("s") and word[-2] not in "us":
        return [word[:-1]]
    if len(word) > 3 and word.endswith("y") and word[-2] not in "aeiou":
        return [word, f"{word[:-1]}ies"]
    return [word]


def searched_words(text):
    """Return the :func:`word_prefixes` of each word of a search.

    A title needs no "911" to be found as "911 dispatcher".
    """
    words = normalize(text).split()
    if "911" in words and any(word.startswith("dispatch") for word in words):
        words.remove("911")
    return [word_prefixes(word) for word in words]


def name_prefixes(text):
    """Return the normalized prefixes that a partly typed name can mean; [] if it has fewer than two letters.

    The last word may be incomplete: "st" becomes ["saint", "st"], which also finds "stamford".
    """
    whole = normalize(text)
    *words, last = _words(text) or [""]
    unfinished = " ".join([*normalize(" ".join(words)).split(), last])
    return [prefix for prefix in dict.fromkeys([whole, unfinished]) if len(prefix) > 1]


def slug_of(text, fallback):
    """Return a slug of at most 100 characters, or ``fallback`` if the text has no Latin letter or digit."""
    return slugify(APOSTROPHES.sub("", text).replace("/", " "))[:100].strip("-") or fallback


def without_county_word(county):
    """Return the name that a county is stored with: "Fairfield" for "Fairfield County"."""
    return COUNTY_WORD.sub("", county)


def slug_of_county(county):
    """Return the slug of a county's name, with or without the word County; "" if it is blank."""
    return slug_of(without_county_word(county), "")


def county_label(county, state):
    """Return the county's full name as its state writes it: "Fairfield County" or "Orleans Parish"."""
    if not county or state in {"AK", "DC", "PR", "GU", "VI", "AS", "MP"} or county.endswith(" Planning Region"):
        return county
    # Most are cities outside any county, such as Baltimore City. These are counties.
    if county.endswith(" City") and (county, state) not in {("Charles City", "VA"), ("James City", "VA")}:
        return county
    return _("%s Parish") % county if state == "LA" else _("%s County") % county
