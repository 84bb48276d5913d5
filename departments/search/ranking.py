"""Ranks departments by how well they match a text.

The full-text index finds them. Comparisons of normalized columns rank them, so all databases rank them the same way.

The ranks, best first: the whole name or the ORI; a name that starts with the text; a department in the town of that
name; all words next to each other; all words. Departments of the agency type that the text names come first.
"""

import re
from functools import reduce
from itertools import chain
from operator import and_, or_
from typing import NamedTuple

from django.db.models import Case, Q, When

from ..geo import states
from ..models import Department
from ..names import core_name, normalize, word_prefixes
from .places import MAX_STATE_WORDS, split_state

# Well-known acronyms that mean the same department everywhere.
ACRONYMS = {
    "bart": "san francisco bay area rapid transit, CA",
    "bso": "broward county sheriff, FL",
    "chp": "highway patrol, CA",
    "cmpd": "charlotte-mecklenburg police, NC",
    "dart police": "dallas area rapid transit police, TX",
    "dc police": "police, DC",
    "fhp": "florida highway patrol",
    "gbi": "georgia bureau of investigation",
    "georgia tech": "georgia institute of technology",
    "impd": "indianapolis police, IN",
    "jso": "jacksonville sheriff, FL",
    "kcpd": "kansas city police department, MO",
    "la county": "los angeles county, CA",
    "lapd": "los angeles police department, CA",
    "lasd": "los angeles county sheriff, CA",
    "lvmpd": "las vegas metropolitan police department, NV",
    "marta": "metropolitan atlanta rapid transit authority, GA",
    "mbta": "massachusetts bay transportation authority, MA",
    "mit": "massachusetts institute of technology",
    "mnpd": "nashville metropolitan police department, TN",
    "njsp": "state police, NJ",
    "nola": "new orleans, LA",
    "nopd": "new orleans police department, LA",
    "nyc": "new york city",
    "nypd": "new york city police department",
    "nysp": "state police, NY",
    "ohp": "oklahoma highway patrol",
    "okcpd": "oklahoma city police department, OK",
    "papd": "port authority of new york and new jersey",
    "penn state": "pennsylvania state university",
    "philly": "philadelphia, PA",
    "psp": "state police, PA",
    "sdpd": "san diego police department, CA",
    "sfpd": "san francisco police department, CA",
    "sjpd": "san jose police department, CA",
    "slmpd": "st louis metropolitan police department, MO",
    "tbi": "tennessee bureau of investigation",
    "thp": "tennessee highway patrol",
    "uc": "university of california",
    "ucla": "university of california los angeles",
    "ut austin": "university of texas austin",
    "virginia tech": "virginia polytechnic institute",
    "wmata": "metro transit police, DC",
    "wsp": "state patrol, WA",
    "texas highway patrol": "department of public safety, TX",
    "texas state troopers": "department of public safety, TX",
}
# The names of state police forces. They come first for texts that have nothing but these words and a state.
FORCES = re.compile(r"(state police|state patrol|state highway patrol|highway patrol|(state )?troopers)\b")
PHONE = re.compile(r"(?:\+?1[-. ]?)?\(?(\d{3})\)?[-. /]*(\d{3})[-. ]*(\d{4})\Z", re.ASCII)
STATEWIDE = re.compile(rf"{FORCES.pattern}|department of public safety\b")
DPS = re.compile(r"\bdps\b")
MAX_ACRONYM_WORDS = 3
# "Police in Denver" and "Boston police phone number" name the police of a town.
IN_TOWN = re.compile(r"\b(police|pd|sheriff\S*|departments?|depts?|agency|agencies|stations?|troopers?) in (?=\S)")
STATION = re.compile(r"\b(police|sheriff\S*) stations?\b|\Anon[- ]?emergency ")
CONTACT = re.compile(r"( (non[- ]?emergency|phone|telephone|number|contact|address|headquarters|hq|hours))+\Z")

# Words that tell the departments of one place apart. Too many departments have them for a full-text search.
TYPE_WORDS = frozenset("police sheriff sheriffs county parish state city town township village borough".split())
COUNTY_WORDS = {"county", "parish"}
IGNORED_WORDS = frozenset("chief department departments office agency agencies of the and at".split())
COUNTY = re.compile(r"(?<= )co\b")
# Words that may follow the name of a town in the name of its department.
TOWN_SUFFIXES = ("city", "metropolitan", "township", "town", "village", "borough")


class Interpretation(NamedTuple):
    """One way to read a text: normalized words, and the code of the state that they name or ""."""

    words: str
    state: str = ""

    def exact(self):
        """Departments with this name, with or without generic words such as "police department", or this ORI."""
        name = Q(name_key=self.words) | Q(name_core__in=_names(core_name(self.words))) | Q(ori=self.words.upper())
        return self.in_state & name

    def prefix(self):
        """Departments whose name starts with the words."""
        core = core_name(self.words)
        return self.in_state & (Q(name_key__startswith=self.words) | Q(name_core__startswith=f"{core} "))

    def town(self):
        """Departments in the town of this name."""
        return self.in_state & Q(city_key=core_name(self.words))

    def phrase(self):
        """Departments with all words next to each other, such as those in the county of this name."""
        return self.in_state & _has(f"{core_name(self.words)} ")

    @property
    def types(self):
        """The words that name a type of agency."""
        return [word for word in self.words.split() if word in TYPE_WORDS]

    @property
    def in_state(self):
        return Q(state=self.state) if self.state else Q()


RANKS = (Interpretation.exact, Interpretation.prefix, Interpretation.town, Interpretation.phrase)
LARGEST_FIRST = ("-size", "name_key", "pk")


def rank(departments, text, *order):
    """Return the departments that match the text, in the order that this module's docstring states.

    Within a rank they are sorted by the columns in ``order``, then by population, largest first.
    """
    if phone := PHONE.match(text.strip()):
        return departments.with_phone("-".join(phone.groups())).order_by(*order, *LARGEST_FIRST)
    interpretations = _interpret(expand(text))
    best = interpretations[-1]
    types = [_has(word if word.startswith("sheriff") else f"{word} ") for word in best.types]
    words = [word for word in core_name(best.words).split() if word not in TYPE_WORDS | IGNORED_WORDS]
    if FORCES.match(best.words) and best.state:
        force = Q(kind=Department.Kind.STATE_POLICE, parent=None)
        return departments.filter(best.in_state, force | reduce(and_, types or [force])).order_by(
            Case(When(force, then=0), default=1), *order, *LARGEST_FIRST
        )
    if not words:
        # Few names have two of these words, so the full-text index helps. With one word there are so many matches that
        # scanning departments by size finds the first page sooner.
        rare = [word_prefixes(word) for word in best.words.split() if word in TYPE_WORDS - COUNTY_WORDS]
        departments = departments.filter(search_text__words=rare) if len(rare) > 1 else departments
        departments = departments if order else departments.listed()  # so that it can use the index of that order
        return departments.filter(best.in_state, *types).order_by(*order, *LARGEST_FIRST)
    conditions = [rule(interpretation) for rule in RANKS for interpretation in interpretations]
    if best.state:
        departments = departments.filter(reduce(or_, conditions, best.in_state))
    found = Q(search_text__words=[word_prefixes(word) for word in words])
    if len(words) == 2:  # "West port"
        joined = Interpretation("".join(words), best.state)
        conditions[:0] = [joined.exact(), joined.town()]
        found |= Q(search_text__words=[word_prefixes(joined.words)])
    number = Case(*(When(condition, then=n) for n, condition in enumerate(conditions)), default=len(conditions))
    ranks = [number]
    if types:
        # Names of campus and transit agencies rarely have the word "police", so it only decides between equal ranks.
        ranks.insert(best.types == ["police"], Case(When(reduce(and_, types), then=0), default=1))
    return departments.filter(found).order_by(*ranks, *order, *LARGEST_FIRST)


def own_departments_first(departments, place):
    """Order departments by ``.miles``, but those named after the town come first, then municipal police in it.

    Suburbs have its name in their addresses too.
    """
    named, municipal = Q(name_core__in=_names(place.key)), Q(city_key=place.key, kind=Department.Kind.MUNICIPAL)
    own = Case(When(named, state=place.state, then=0), When(municipal, state=place.state, then=1), default=2)
    return departments.order_by(own, "miles", "pk")


def expand(text):
    """Return the text in lower case, without words around names, and with short forms written as in the directory.

    "NYPD phone number" becomes "new york city police department", and "UCLA police" the name of that university.
    """
    text = STATION.sub(r"\1", " ".join(text.casefold().split()))
    text = CONTACT.sub("", IN_TOWN.sub(r"\1 ", text))
    full, others = short_form(text)
    name, comma, state = full.partition(", ")
    return DPS.sub("department of public safety", " ".join(filter(None, [name, *others])) + comma + state)


def short_form(text):
    """Return the full form of the short form at the start or end of a text, or "", and a list of the other words."""
    words = text.casefold().split()
    for length in range(min(MAX_ACRONYM_WORDS, len(words)), 0, -1):
        for start in (0, len(words) - length):
            if full := ACRONYMS.get(" ".join(words[start : start + length]).replace(".", "")):
                return full, words[:start] + words[start + length :]
    return "", words


def _interpret(text):
    """Return the ways to read a text: as it is ("Port Washington"), and with a state ("Port" in Washington)."""
    whole = Interpretation(_expand_county(normalize(text)))
    for rest, state in chain(split_state(text), _split_state_before_type(text), _split_first_state(text)):
        with_state = Interpretation(_expand_county(normalize(rest)), state.code)
        return [with_state] if state.code.lower() in whole.words.split() else [whole, with_state]
    return [whole]


def _split_state_before_type(text):
    """Yield ``(text without the state, State)`` if only words for a type follow the state: "Salem MA police"."""
    words = text.replace(",", " ").split()
    end = len(words)
    while end and TYPE_WORDS.union(IGNORED_WORDS).issuperset(normalize(words[end - 1]).split()):
        end -= 1
    rest, state = next(split_state(" ".join(words[:end])), ("", None)) if end < len(words) else ("", None)
    if rest:
        yield " ".join([rest, *words[end:]]), state


def _split_first_state(text):
    """Yield ``(text after the state, State)`` if the text begins with one and names a state police force after it."""
    words = text.replace(",", " ").split()
    for length in range(min(MAX_STATE_WORDS, len(words) - 1), 0, -1):
        state, rest = states.find(" ".join(words[:length])), " ".join(words[length:])
        if state and STATEWIDE.match(normalize(rest)):
            yield rest, state


def _names(town):
    return [town, *(f"{town} {word}" for word in TOWN_SUFFIXES)]


def _expand_county(words):
    """Replace "co" after a name by "county". At the start it can mean Colorado."""
    return COUNTY.sub("county", words)


def _has(prefix):
    return Q(search_text__contains=f" {prefix}")
