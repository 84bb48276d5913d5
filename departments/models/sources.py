"""Sources of facts."""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .precedence import PERSON, is_older, reason_to_keep

# The names of publications, with their codes in files and their other names in lower case.
PUBLICATIONS = {
    "FBI": (
        "fbi_cde", "fbi_lee", "fbi_table78", "fbi_ucr", "fbi_ucr_pe", "fbi_ucr_rtci", "federal bureau of investigation",
    ),
    "DHS HIFLD": ("hifld", "hifld_only", "homeland infrastructure foundation-level data"),
    "BJS CSLLEA": (
        "csllea", "hifld_cslea", "bjs census of state and local law enforcement agencies",
        "census of state and local law enforcement agencies",
    ),
    "BJS LEAIC": (
        "leaic", "leaic_local_gov", "bjs law enforcement agency identifiers crosswalk",
        "law enforcement agency identifiers crosswalk",
    ),
    "Census Bureau": ("census", "census_place", "u.s. census bureau"),
    "CISA .gov registry": ("cisa_dotgov",),
    "NCES IPEDS": ("ipeds_hd",),
    "Center of the ZIP code": ("zip_centroid",),
    "Center of the county": ("county_centroid",),
}  # fmt: skip
NAME_OF = {other: name for name, others in PUBLICATIONS.items() for other in (name.casefold(), *others)}
# A code can end with the year of the publication: "hifld2009", "fbi_lee_2025".
CODE_WITH_YEAR = re.compile(r"(\w+?)_?((?:19|20)\d\d)\Z", re.ASCII)
# Pages show the year of a fact whose source is more than this many years old.
CURRENT_YEARS = 5
# The years of publications whose codes have none.
YEAR_OF = {"hifld_only": "2009", "leaic_local_gov": "2012"}


@lru_cache(maxsize=1_000)
def publication(name):
    """Return ``(name, as of)`` of a publication by its code or one of its names. Other names are unchanged."""
    name = " ".join(str(name).split())
    code = name.casefold()
    code, year = match.groups() if (match := CODE_WITH_YEAR.match(code)) else (code, YEAR_OF.get(code, ""))
    return (NAME_OF[code], year) if code in NAME_OF else (name, "")


class Origin(NamedTuple):
    """Where an imported value comes from. ``guessed`` is True if the source doesn't state it in so many words."""

    source: str = ""
    as_of: str = ""
    guessed: bool = False

    def as_source(self, set_by):
        """Return it in the form that :class:`Sourced` stores. A source has one name."""
        stored = {"source": publication(self.source)[0], "as_of": str(self.as_of), "set_by": set_by}
        return stored | {"guessed": True} if self.guessed else stored


class Sourced(models.Model):
    """A model that stores the source of each of its ``FACTS``, which are names of fields and of related lists.

    ``sources`` maps a fact to its source::

        {"phone": {"source": "DHS HIFLD", "as_of": "2009", "set_by": "import"}}

    ``source`` is a publication or a person's role. ``as_of`` is a year, a date in ISO 8601, or "" if it isn't known.
    ``set_by`` is "fixture", "import", "samples", "unknown" or "user:ID". ``guessed`` is True if an import derived the
    value. ``other`` is the value of an import that did not replace that of a person: ``{"value", "source", "as_of"}``.
    :mod:`departments.models.precedence` decides which value counts. ``FACT_LABELS`` has labels for facts whose field's
    verbose name isn't one.
    """

    FACTS = ()
    FACT_LABELS = {}
    # Facts about this site. No publication states them, so pages don't list their sources.
    SITE_FACTS = ("status",)
    # Facts that are set together with another one: an edit of that one counts as an edit of these too.
    SET_WITH = {}

    corrections = GenericRelation("departments.Correction")
    sources = models.JSONField(_("sources"), default=dict, blank=True, editable=False)

    class Meta:
        abstract = True

    def set_source(self, fields, source, as_of, set_by, guessed=False):
        """Set the source of these fields. Fields that are not facts are ignored. A source has one name.

        Another value that an import stated stays until the field has that value or an import sets it.
        """
        new = Origin(source, as_of, guessed).as_source(set_by)
        for field in fields:
            if field in self.FACTS:
                other = self.sources.get(field, {}).get("other")
                stays = other and set_by.startswith("user:") and getattr(self, field) != other["value"]
                self.sources[field] = new | {"other": other} if stays else dict(new)

    def edited_by(self, field):
        """Return the ``set_by`` of a fact that a person or a fixture has set, or "" if an import set it.

        A value without a source counts as edited, by "unknown": code has set it.
        """
        for name in (field, self.SET_WITH.get(field, field)):
            source = self.sources.get(name)
            if source is None:
                if getattr(self, name) not in (None, ""):
                    return "unknown"
            elif source["set_by"] in ("fixture", "unknown") or source["set_by"].startswith("user:"):
                return source["set_by"]
        return ""

    @classmethod
    @cache
    def set_together(cls, field):
        """Return the field and those that are set with it; the first one leads."""
        leader = cls.SET_WITH.get(field, field)
        return [leader, *(name for name, other in cls.SET_WITH.items() if other == leader)]

    def person_of(self, field):
        """Return the ``set_by`` of the person who set a field or one that is set with it, or ""."""
        return next(filter(None, map(self.edited_by, self.set_together(field))), "")

    def weigh(self, values, origins, overwrite=False):
        """Compare imported values with the stored ones. Return ``(values to apply, {field: reason})``.

        ``values`` is ``{field: value}``, and ``origins`` is ``{field: Origin}``. The reasons are those of
        :mod:`departments.models.precedence` for values that differ and don't count. Fields that are set with another
        one share its fate; if that one changes and they are not stated, they become blank. ``overwrite`` also replaces
        values that people set.
        """
        accepted, kept = {}, {}
        for field, value in values.items():
            if field in self.SET_WITH:
                continue
            group = self.set_together(field)
            if all(self._is_known(name, values[name], origins[name]) for name in group if name in values):
                continue
            reason = self._reason_to_keep(field, values, origins[field], overwrite)
            changes = getattr(self, field) != value
            if not reason:
                blank = {name: self._meta.get_field(name).get_default() for name in group} if changes else {}
                accepted |= blank | {name: values[name] for name in group if name in values}
            elif changes or reason == PERSON:
                kept |= {name: reason for name in group if name in values and getattr(self, name) != values[name]}
        return accepted, kept

    def _is_known(self, field, value, origin):
        return getattr(self, field) == value and self.sources.get(field) == origin.as_source("import")

    def _reason_to_keep(self, field, values, origin, overwrite):
        set_by = self.person_of(field)
        if set_by and overwrite:
            return ""
        # The precision says how sure a location is.
        measure = "precision" if field == "latitude" else field
        stored = getattr(self, measure), self.sources.get(field, {})
        return reason_to_keep(field, stored, (values[measure], origin._asdict()), set_by)

    def remember_other(self, values, origins):
        """Remember imported values that did not replace those of people, and forget those that agree with them.

        ``values`` is ``{field: value}`` of facts that people set. Return whether anything changed. A value of an older
        source doesn't replace one of a newer source.
        """
        changed = False
        for field, value in values.items():
            source = self.sources.get(field) or Origin().as_source("unknown")
            old, origin = source.get("other"), Origin(*origins[field])
            if old and is_older(origin.as_of, old["as_of"]):
                continue
            agrees = getattr(self, field) == value
            new = None if agrees else {"value": value, "source": publication(origin.source)[0], "as_of": origin.as_of}
            if new != old:
                self.sources[field] = {name: source[name] for name in source if name != "other"}
                self.sources[field] |= {"other": new} if new else {}
                changed = True
        return changed

    def other_values(self):
        """Return ``[(label, ours, theirs, source, as_of)]`` of the values that imports stated and people did not."""
        found = []
        for field in self.FACTS:
            if other := self.sources.get(field, {}).get("other"):
                model_field = self._meta.get_field(field)
                labels = dict(model_field.flatchoices)
                ours, theirs = (labels.get(value, value) for value in (getattr(self, field), other["value"]))
                found.append((model_field.verbose_name, ours, theirs, other["source"], other["as_of"]))
        return found

    def apply_import(self, values, sources):
        """Set imported values and their sources, and return whether anything changed.

        ``values`` is ``{field: value}``, and ``sources`` is ``{field: (source, as_of)}`` or ``{field: Origin}``. A
        value that stays the same keeps its source if a person has set it; the source of an import is replaced by the
        new one.
        """
        changed = False
        for field, value in values.items():
            origin = Origin(*sources.get(field, ()))
            new = origin.as_source("import")
            if getattr(self, field) == value:
                current = self.sources.get(field)
                has_source = origin.source or field in self.SITE_FACTS
                if not has_source or current == new or not current or current["set_by"] != "import":
                    continue
            else:
                setattr(self, field, value)
            self.set_source([field], *origin[:2], "import", origin.guessed)
            changed = True
        return changed

    @property
    def old_facts(self):
        """The facts that may be out of date, as ``{fact: year}`` such as ``{"phone": "2009"}``."""
        first_current = str(timezone.now().year - CURRENT_YEARS)
        years = {fact: source.get("as_of", "")[:4] for fact, source in self.sources.items()}
        return {fact: year for fact, year in years.items() if year and year < first_current}

    def published_sources(self):
        """Return ``{fact: (source, as_of, guessed)}`` of the facts with a named source, in the order of ``FACTS``.

        Visitors see these. They don't see who set a fact.
        """
        found = {fact: self.sources[fact] for fact in self.FACTS if fact in self.sources}
        return {
            fact: Origin(source["source"], source.get("as_of", ""), source.get("guessed", False))
            for fact, source in found.items()
            if source.get("source") and fact not in self.SITE_FACTS
        }

    def facts_by_source(self):
        """Return ``[(source, as_of, [labels of the facts])]``, in the order of ``FACTS``."""
        grouped = {}
        for field, origin in self.published_sources().items():
            label = self.FACT_LABELS.get(field) or self._meta.get_field(field).verbose_name
            labels = grouped.setdefault(origin[:2], [])
            if label not in labels:
                labels.append(label)
        return [(source, as_of, labels) for (source, as_of), labels in grouped.items()]
