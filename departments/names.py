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
APOSTROPHES = re.compile("['’`ʻ]")
NOT_WORDS = re.compile(r"[\W_]+")


@lru_cache(maxsize=5_000)
def normalise(text):
    """Lower case, without accents and punctuation, short forms written out: "St. John's PD" is
    "saint johns police department"."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    words = NOT_WORDS.sub(" ", APOSTROPHES.sub("", text.casefold())).split()
    return " ".join(SHORT_FORMS.get(word, word) for word in words)


def slug_of(text, fallback):
    """The text as a slug of at most 100 characters; ``fallback`` when no Latin letter or digit is in it."""
    return slugify(APOSTROPHES.sub("", text).replace("/", " "))[:100].strip("-") or fallback


def county_label(county, state):
    """The county's name with the word for it that its state uses: "Fairfield County", "Orleans Parish"."""
    if not county or state in {"AK", "DC", "PR", "GU", "VI", "AS", "MP"} or county.endswith(" City"):
        return county
    return _("%s Parish") % county if state == "LA" else _("%s County") % county
