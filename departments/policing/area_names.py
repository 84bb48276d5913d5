"""Areas and their shares of a ZIP code in words: "Most of 22030 is in Fairfax County, about a third in ..."."""

import re

from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Jurisdiction

Kind = Jurisdiction.Kind

# From this share of a ZIP code's residents, in words.
SHARES = [
    (0.985, gettext_lazy("all")),
    (0.9, gettext_lazy("nearly all")),
    (0.6, gettext_lazy("most")),
    (0.42, gettext_lazy("about half")),
    (0.29, gettext_lazy("about a third")),
    (0.18, gettext_lazy("about a quarter")),
    (0, gettext_lazy("a small part")),
]
# "New York" alone is the state.
NEW_YORK = ("NY", "New York")
WITH_KIND = {
    Kind.CITY: gettext_lazy("the City of %s"),
    Kind.INDEPENDENT_CITY: gettext_lazy("the City of %s"),
    Kind.TOWN: gettext_lazy("the Town of %s"),
    Kind.VILLAGE: gettext_lazy("the Village of %s"),
    Kind.BOROUGH: gettext_lazy("the Borough of %s"),
}
# States where a village or a city often has the name of the town around it, or of another town.
NAMED_TOWNS = {"NY", "WI"}
# Military bases with addresses, with their state as in "Fort Lee, VA".
MILITARY = re.compile(
    r"AFB\b|Air Force|Joint Base|JBSA|Naval|\bBase,|Camp (Pendleton|Lejeune|Barrett)|Aberdeen Proving|West Point, NY|"
    r"Redstone Arsenal|Schofield Barracks|(Lemoore|Meridian|Pensacola|Whidbey Island) Station|"
    r"Fort (Belvoir|Benning|Bliss|Bragg|Campbell|Carson|Detrick|Dix|Drum|Eustis|Gordon|Greely|Hood|Huachuca|"
    r"Hunter Liggett|Irwin|Jackson, SC|Johnson, LA|Knox|Leavenworth|Lee|Leonard Wood|Lewis, WA|Liberty|McCoy|Meade|"
    r"Myer\b|Polk|Riley|Rucker|Sam Houston|Shafter|Sill|Stewart|Wainwright)\b"
)


def name_of(jurisdiction, others=()):
    """Return the name of a jurisdiction in a sentence, with its kind if another has the name: "the City of Fairfax".

    Townships always have it, "Richland Township", and so do the towns of some states.
    """
    name = jurisdiction.common_name
    if (jurisdiction.state, name) == NEW_YORK:
        name = "New York City"
    if jurisdiction.kind == Kind.TOWNSHIP and not jurisdiction.key.endswith("township"):
        return _("%s Township") % name
    same_name = any(
        jurisdiction.key in (other.key, other.county_slug.replace("-", " "))
        for other in others
        if other != jurisdiction
    )
    same_name = same_name or (jurisdiction.kind == Kind.TOWN and jurisdiction.state in NAMED_TOWNS)
    return WITH_KIND[jurisdiction.kind] % name if same_name and jurisdiction.kind in WITH_KIND else name


def parts_in_words(zip_code, areas, names):
    """Return a sentence about the shares of a ZIP code's areas, and one about the villages inside of its towns."""
    outer = sorted((area for area in areas if not area.host), key=lambda area: -area.share)
    words = [
        _("%(share)s in %(area)s") % {"share": _share(area), "area": where(area, areas, names)} for area in outer[1:]
    ]
    whole = _("%(share)s of %(zip)s is in %(area)s")
    first = whole % {"share": capfirst(_share(outer[0])), "zip": zip_code, "area": where(outer[0], areas, names)}
    sentences = [", ".join([first, *words]) + "."]
    for area in areas:
        if area.host:
            sentence = _("%(village)s (%(share)s) is inside %(town)s.")
            values = {"village": capfirst(names[area.jurisdiction.pk]), "share": _share(area)}
            sentences.append(sentence % (values | {"town": names[area.host.jurisdiction.pk]}))
    return sentences


def _share(area):
    return str(next(words for least, words in SHARES if area.share >= least))


def where(area, areas, names):
    """Return the name of an area: "McKinley County outside cities" beside a city of that county."""
    name = names[area.jurisdiction.pk]
    if area.is_county and any(other.county == area.county for other in areas if not other.is_county):
        return _("%(county)s outside cities") % {"county": name}
    return name


def listed(names):
    """Return names as a text: "A, B and C"."""
    return get_text_list(list(names), _("and"))
