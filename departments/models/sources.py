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
    # Who has set these is remembered, but they are nothing that a publication says.
    OURS = ("status",)
    # Facts that belong to another one: who has set that one has set them too, be it to nothing.
    BELONGS_TO = {}

    sources = models.JSONField(_("sources"), default=dict, blank=True, editable=False)

    class Meta:
        abstract = True

    def attribute(self, fields, source, as_of, set_by):
        """Note where the values of these fields came from; the shape is described on the class."""
        self.sources |= {
            field: {"source": source, "as_of": str(as_of), "set_by": set_by} for field in fields if field in self.FACTS
        }

    def set_by_person(self, field):
        """Who set the fact, if it was a person or a fixture; "" if an import or nobody has.

        A value without a source was set by a person, before sources were kept or by code.
        """
        for name in (field, self.BELONGS_TO.get(field, field)):
            origin = self.sources.get(name)
            if origin is None:
                if getattr(self, name) not in (None, ""):
                    return "unknown"
            elif origin["set_by"] == "fixture" or origin["set_by"].startswith("user:"):
                return origin["set_by"]
        return ""

    def disputes(self, values):
        """``[(field, ours, theirs, who set ours)]`` where a file's ``{field: value}`` contradict a person."""
        return [
            (field, ours, theirs, by)
            for field, theirs in values.items()
            if (ours := getattr(self, field)) != theirs and (by := self.set_by_person(field))
        ]

    def take(self, values, origins):
        """Take over a file's ``{field: value}``, with the origins ``{field: (source, as_of)}``; whether that changed
        anything. Where the value is the same, so is whoever has set it; an import's source gives way to a newer one.
        """
        changed = False
        for field, value in values.items():
            source, as_of = origins.get(field, ("", ""))
            origin = {"source": source, "as_of": as_of, "set_by": "import"}
            same = getattr(self, field) == value
            if same:
                present = self.sources.get(field)
                if not source or present == origin or not present or present["set_by"] != "import":
                    continue
            else:
                setattr(self, field, value)
            self.attribute([field], source, as_of, "import")
            changed = True
        return changed

    def facts_by_source(self):
        """``[(source, as_of, [labels of the facts from it])]``, in the order of the profile."""
        grouped = {}
        for field in self.FACTS:
            origin = self.sources.get(field)
            if origin and origin.get("source") and field not in self.OURS:
                label = self.FACT_LABELS.get(field) or self._meta.get_field(field).verbose_name
                labels = grouped.setdefault((origin["source"], origin.get("as_of", "")), [])
                if label not in labels:
                    labels.append(label)
        return [(source, as_of, labels) for (source, as_of), labels in grouped.items()]
