"""Where a model's facts came from."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sourced(models.Model):
    """A model that knows the source of each of its ``FACTS``, which are names of fields and of lists.

    ``sources`` maps them to where their value came from::

        {"phone": {"source": "DHS HIFLD", "as_of": "2009", "set_by": "import"}}

    ``source`` is a publication or a person's role, ``as_of`` a year, a day in ISO 8601 or "" when it isn't known, and
    ``set_by`` one of "fixture", "import", "samples" or "user:NAME". Written by :meth:`attribute`. ``FACT_LABELS`` has
    the words for facts that are not said by their field's own name.
    """

    FACTS = ()
    FACT_LABELS = {}

    sources = models.JSONField(_("sources"), default=dict, blank=True, editable=False)

    class Meta:
        abstract = True

    def attribute(self, fields, source, as_of, set_by):
        """Note where the values of these fields came from; the shape is described on the class."""
        self.sources |= {
            field: {"source": source, "as_of": str(as_of), "set_by": set_by} for field in fields if field in self.FACTS
        }

    def facts_by_source(self):
        """``[(source, as_of, [labels of the facts from it])]``, in the order of the profile."""
        grouped = {}
        for field in self.FACTS:
            origin = self.sources.get(field)
            if origin and origin.get("source"):
                label = self.FACT_LABELS.get(field) or self._meta.get_field(field).verbose_name
                labels = grouped.setdefault((origin["source"], origin.get("as_of", "")), [])
                if label not in labels:
                    labels.append(label)
        return [(source, as_of, labels) for (source, as_of), labels in grouped.items()]
