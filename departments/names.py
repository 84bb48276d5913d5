"""Names made comparable: one spelling for sorting and matching, computed in Python so that both engines agree."""

import re
import unicodedata
from functools import lru_cache

from django.utils.text import slugify
from django.utils.translation import gettext as _

# Short forms that people and files use, written out. Whole words only.
SHORT_FORMS = {
    "dept": "department",
    "ft": "fort",
    "mt": "mount",
    "pd": "police department",
    "so": "sheriffs office",
    "st": "saint",
    "ste": "sainte",
    "twp": "township",
    "univ": "university",
}
# What nearly every agency has in its name, so that it tells none from another.
GENERIC = frozenset("police department sheriff sheriffs office public safety bureau of the and".split())
KIND_OF_TOWN = re.compile(r"(city|town|township|village|borough|county) of ")
APOSTROPHES = re.compile("['’`ʻ]")
NOT_WORDS = re.compile(r"[\W_]+")


def normalise(text):
    """Lower case, without accents and punctuation, short forms written out: "St. John's PD" is
    "saint johns police department"."""
    return _normalise_again(text) if len(text) <= NAME else _normalise(text)


def _normalise(text):
    return " ".join(SHORT_FORMS.get(word, word) for word in _words(text))


# The names of towns and counties come again and again while a file is imported; whole texts do not, and would fill the
# memory.
NAME = 60
_normalise_again = lru_cache(maxsize=5_000)(_normalise)


def _words(text):
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return NOT_WORDS.sub(" ", APOSTROPHES.sub("", text.casefold())).split()


def core(key):
    """What tells a normalised name from others: "westport" of "town of westport police department", "los angeles
    county" of "los angeles county sheriffs office". All of it where nothing does."""
    bare = KIND_OF_TOWN.sub("", key)
    return " ".join(word for word in bare.split() if word not in GENERIC) or key


def beginnings(word):
    """How a word may begin in a text, the word being typed in the singular or the plural: "officers" is found by
    "officer", and "deputies" by "deputies" and "deputy".

    The S-stemmer of D. Harman, "How Effective is Suffixing?", JASIS 42 (1), 1991, for words that are sought by their
    beginning: what it would cut from the text need not be.
    """
    if len(word) > 4 and word.endswith("ies") and word[-4] not in "ae":
        return [word, f"{word[:-3]}y"]
    if len(word) > 3 and word.endswith("s") and word[-2] not in "us":
        return [word[:-1]]
    if len(word) > 3 and word.endswith("y") and word[-2] not in "aeiou":
        return [word, f"{word[:-1]}ies"]
    return [word]


def prefixes(text):
    """What the normalised names that a person is typing may begin with: the last word need not be complete, so that
    "st" is the beginning of "saint" and of "stamford". None for less than two letters."""
    whole = normalise(text)
    *words, last = _words(text) or [""]
    unfinished = " ".join([*normalise(" ".join(words)).split(), last])
    return [prefix for prefix in dict.fromkeys([whole, unfinished]) if len(prefix) > 1]


def slug_of(text, fallback):
    """The text as a slug of at most 100 characters; ``fallback`` when no Latin letter or digit is in it."""
    return slugify(APOSTROPHES.sub("", text).replace("/", " "))[:100].strip("-") or fallback


def county_label(county, state):
    """The county's name with the word for it that its state uses: "Fairfield County", "Orleans Parish"."""
    if not county or state in {"AK", "DC", "PR", "GU", "VI", "AS", "MP"} or county.endswith(" City"):
        return county
    return _("%s Parish") % county if state == "LA" else _("%s County") % county
