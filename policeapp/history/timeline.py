"""The history of one object and its parts, read from the historical rows.

``HISTORY_PARTS`` of a model maps the related names of its parts to the facts that have their sources, or to "".
"""

from functools import cached_property
from typing import NamedTuple

from django.utils.text import capfirst

from . import differences
from .models import Change
from .records import CREATED, DELETED, stored_values, tracked_fields


class Fact(NamedTuple):
    """What a change did to one fact: the name of a field or of a list of parts, its label, and the difference.

    ``lines`` are sentences about a list. ``words`` are the words of a long text: ``[("", text), ("removed", text),
    ("added", text)]``. All others have the texts ``before`` and ``after``.
    """

    name: str
    label: str
    before: str = ""
    after: str = ""
    words: list = ()
    lines: list = ()


class Entry(NamedTuple):
    """A change of the object: the :class:`Change`, its list of :class:`Fact`, and whether it created the object."""

    change: Change
    facts: list
    is_creation: bool


def changes_of(model, pk):
    """Return the QuerySet of changes of an object or its parts, newest first."""
    tables = [(model, model._meta.pk.attname), *_parts(model).values()]
    rows = [part.history.model.objects.order_by().filter(**{attname: pk}) for part, attname in tables]
    first, *others = [each.exclude(change=None).values("change") for each in rows]
    # A union, because PostgreSQL reads all changes to find those in one of several subqueries.
    return Change.objects.filter(pk__in=first.union(*others)).select_related("user")


def _parts(model):
    """Return ``{related name: (model of the parts, attname of their foreign key)}``."""
    relations = {name: model._meta.get_field(name) for name in getattr(model, "HISTORY_PARTS", ())}
    return {name: (each.related_model, each.field.attname) for name, each in relations.items()}


def shown_fields(model):
    """Return the fields that people can edit, in the order of the model's facts."""
    facts = list(getattr(model, "FACTS", ()))
    fields = [field for field in tracked_fields(model) if field.editable and not field.primary_key]
    return sorted(fields, key=lambda field: facts.index(field.name) if field.name in facts else len(facts))


class Timeline:
    """All historical rows of an object and its parts. A query for each table."""

    def __init__(self, model, pk):
        self.model, self.pk = model, pk
        self.rows = list(model.history.model.objects.filter(**{model._meta.pk.attname: pk}).order_by("history_id"))
        self.part_rows = {}
        for name, (part, attname) in _parts(model).items():
            self.part_rows[name] = rows = {}
            for row in part.history.model.objects.filter(**{attname: pk}).order_by("history_id"):
                rows.setdefault(getattr(row, part._meta.pk.attname), []).append(row)

    @cached_property
    def living_parts(self):
        """``{related name: {pk: values}}`` of the parts in the database."""
        parts = {}
        for name, (part, attname) in _parts(self.model).items():
            keys = list(part._base_manager.filter(**{attname: self.pk}).values_list("pk", flat=True))
            parts[name] = stored_values(part, keys)
        return parts

    def values(self, change, before=False):
        """Return the values after a change (its id), or before it; None if the object did not exist."""
        if not self.rows:  # only its parts have changed
            return stored_values(self.model, [self.pk]).get(self.pk)
        return _values_at(self.model, self.rows, change, before)

    def parts(self, name, change, before=False):
        """Return ``{pk: values}`` of a list of parts after a change, or before it, in the order of the list."""
        part, rows = _parts(self.model)[name][0], self.part_rows[name]
        found = {pk: values for pk, values in self.living_parts[name].items() if pk not in rows}
        for pk, each in rows.items():
            if values := _values_at(part, each, change, before):
                found[pk] = values
        return dict(sorted(found.items(), key=lambda item: (item[1].get("order", 0), item[0])))

    def entry(self, change):
        """Return the :class:`Entry` of a change."""
        before = after = None
        if any(row.change_id == change.pk for row in self.rows):
            before, after = self.values(change.pk, before=True), self.values(change.pk)
        is_creation = before is None and after is not None
        facts = self._field_facts(before, after) if before and after else []
        if not is_creation:
            facts += self._part_facts(change.pk)
        return Entry(change, facts, is_creation)

    def _field_facts(self, before, after):
        facts = []
        for field in shown_fields(self.model):
            values = before.get(field.attname), after.get(field.attname)
            if values[0] != values[1]:
                facts.append(Fact(field.name, capfirst(field.verbose_name), **differences.of_field(field, *values)))
        return facts

    def _part_facts(self, change):
        facts = []
        for name, (part, _attname) in _parts(self.model).items():
            if any(row.change_id == change for rows in self.part_rows[name].values() for row in rows):
                both = [self.parts(name, change, before) for before in (True, False)]
                if lines := differences.of_parts(part, shown_fields(part), *both):
                    facts.append(Fact(name, capfirst(part._meta.verbose_name_plural), lines=lines))
        return facts


def _values_at(model, rows, change, before):
    """Return the values of the row that counted after a change or before it; None if the object did not exist.

    A row without a change has the values just before the next row's change.
    """
    found = None
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        first = row.change_id if row.change_id or following is None else following.change_id
        if first is None or first < change or (first == change and (not before or row.change_id is None)):
            found = row
    is_older = found is None  # than the history, whose first row then has the values
    found = rows[0] if is_older and rows else found
    if found is None or found.history_type == (CREATED if is_older else DELETED):
        return None
    return {field.attname: getattr(found, field.attname) for field in tracked_fields(model)}
