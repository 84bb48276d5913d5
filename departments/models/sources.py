"""Sources of facts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

# The names and years of publications by their codes in files and their other names, in lower case.
PUBLICATIONS = {
    "fbi": ("FBI", ""),
    "fbi_cde2018": ("FBI", "2018"),
    "fbi_table78_2018": ("FBI", "2018"),
    "fbi_ucr": ("FBI", ""),
    "fbi_ucr_pe": ("FBI", ""),
    "fbi_ucr_rtci": ("FBI", ""),
    "federal bureau of investigation": ("FBI", ""),
    "hifld": ("DHS HIFLD", ""),
    "hifld2009": ("DHS HIFLD", "2009"),
    "hifld_only": ("DHS HIFLD", "2009"),
    "dhs hifld": ("DHS HIFLD", ""),
    "homeland infrastructure foundation-level data": ("DHS HIFLD", ""),
    "csllea": ("BJS CSLLEA", ""),
    "hifld_cslea2008": ("BJS CSLLEA", "2008"),
    "bjs csllea": ("BJS CSLLEA", ""),
    "bjs census of state and local law enforcement agencies": ("BJS CSLLEA", ""),
    "census of state and local law enforcement agencies": ("BJS CSLLEA", ""),
    "leaic": ("BJS LEAIC", ""),
    "leaic2012": ("BJS LEAIC", "2012"),
    "leaic_local_gov": ("BJS LEAIC", "2012"),
    "bjs leaic": ("BJS LEAIC", ""),
    "bjs law enforcement agency identifiers crosswalk": ("BJS LEAIC", ""),
    "law enforcement agency identifiers crosswalk": ("BJS LEAIC", ""),
    "zip_centroid": ("Center of the ZIP code", ""),
    "center of the zip code": ("Center of the ZIP code", ""),
    "county_centroid": ("Center of the county", ""),
    "center of the county": ("Center of the county", ""),
}


def publication(name):
    """Return ``(name, as of)`` of a publication by its code or one of its names. Other names are unchanged."""
    name = " ".join(str(name).split())
    return PUBLICATIONS.get(name.casefold(), (name, ""))


class Sourced(models.Model):
    """A model that stores the source of each of its ``FACTS``, which are names of fields and of related lists.

    ``sources`` maps a fact to its source::

        {"phone": {"source": "DHS HIFLD", "as_of": "2009", "set_by": "import"}}

    ``source`` is a publication or a person's role. ``as_of`` is a year, a date in ISO 8601, or "" if it isn't known.
    ``set_by`` is "fixture", "import", "samples" or "user:NAME". ``FACT_LABELS`` has labels for facts whose field's
    verbose name isn't one.
    """

    FACTS = ()
    FACT_LABELS = {}
    # Facts about this site. No publication states them, so pages don't list their sources.
    SITE_FACTS = ("status",)
    # Facts that are set together with another one: an edit of that one counts as an edit of these too.
    SET_WITH = {}

    sources = models.JSONField(_("sources"), default=dict, blank=True, editable=False)

    class Meta:
        abstract = True

    def set_source(self, fields, source, as_of, set_by):
        """Set the source of these fields. Fields that are not facts are ignored. A source has one name."""
        source = publication(source)[0]
        self.sources |= {
            field: {"source": source, "as_of": str(as_of), "set_by": set_by} for field in fields if field in self.FACTS
        }

    def edited_by(self, field):
        """Return the ``set_by`` of a fact that a person or a fixture has set, or "" if an import set it.

        A value without a source counts as edited, by "unknown": code or an older version of the site has set it.
        """
        for name in (field, self.SET_WITH.get(field, field)):
            source = self.sources.get(name)
            if source is None:
                if getattr(self, name) not in (None, ""):
                    return "unknown"
            elif source["set_by"] == "fixture" or source["set_by"].startswith("user:"):
                return source["set_by"]
        return ""

    def conflicts_with(self, values):
        """Return ``[(field, ours, theirs, set_by)]`` where imported values differ from those that a person has set.

        ``values`` is ``{field: value}``.
        """
        return [
            (field, ours, theirs, set_by)
            for field, theirs in values.items()
            if (ours := getattr(self, field)) != theirs and (set_by := self.edited_by(field))
        ]

    def apply_import(self, values, sources):
        """Set imported values and their sources, and return whether anything changed.

        ``values`` is ``{field: value}``, and ``sources`` is ``{field: (source, as_of)}``. A value that stays the same
        keeps its source if a person has set it; the source of an import is replaced by the new one.
        """
        changed = False
        for field, value in values.items():
            source, as_of = sources.get(field, ("", ""))
            source = publication(source)[0]
            new = {"source": source, "as_of": as_of, "set_by": "import"}
            if getattr(self, field) == value:
                current = self.sources.get(field)
                if not source or current == new or not current or current["set_by"] != "import":
                    continue
            else:
                setattr(self, field, value)
            self.set_source([field], source, as_of, "import")
            changed = True
        return changed

    def facts_by_source(self):
        """Return ``[(source, as_of, [labels of the facts])]``, in the order of ``FACTS``."""
        grouped = {}
        for field in self.FACTS:
            source = self.sources.get(field)
            if source and source.get("source") and field not in self.SITE_FACTS:
                label = self.FACT_LABELS.get(field) or self._meta.get_field(field).verbose_name
                labels = grouped.setdefault((source["source"], source.get("as_of", "")), [])
                if label not in labels:
                    labels.append(label)
        return [(source, as_of, labels) for (source, as_of), labels in grouped.items()]
