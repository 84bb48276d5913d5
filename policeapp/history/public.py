"""What changed lately, for visitors: facts and dates, without people."""

from datetime import datetime
from typing import NamedTuple

from django.utils.text import capfirst

from . import differences
from .records import CREATED, DELETED
from .timeline import Fact

SCANNED = 100  # historical rows that are read for a page


class PublicChange(NamedTuple):
    """A change of one public object. ``event`` is "added" or "removed" if it became public or ceased to be, or "".

    ``values`` are the object's values of the requested fields after the change, or before it if it was removed.
    """

    at: datetime
    pk: int
    event: str
    facts: list
    values: dict


def recent_changes(model, names, is_public, limit, **owner):
    """Return the newest :class:`PublicChange` of the objects that match ``owner``, newest first. One query.

    ``names`` are the fields to compare. ``is_public(values)`` tells whether visitors see an object with these values,
    ``{name: value}`` of these fields. ``owner`` is such as ``id=1`` or ``department=department``. Example::

        recent_changes(Job, ["title", "status"], lambda job: job["status"] == "published", 5, department=department)
    """
    pk = model._meta.pk.attname
    rows = model.history.model.objects.filter(**owner).order_by("-history_id")
    rows = list(rows.values(pk, "history_type", "change_id", "change__at", *names)[:SCANNED])
    changes, newer = [], {}
    for row in rows:
        if later := newer.get(row[pk]):
            changes.append(_compare(model, names, is_public, row, later, pk))
        newer[row[pk]] = row
    # A created object has no older row.
    changes += [
        _compare(model, names, is_public, None, row, pk) for row in newer.values() if row["history_type"] == CREATED
    ]
    return sorted(filter(None, changes), key=lambda change: change.at, reverse=True)[:limit]


def _compare(model, names, is_public, before, after, pk):
    """Return the :class:`PublicChange` between two rows of an object, or None if visitors didn't notice it."""
    if after["change_id"] is None:
        return None  # it says only what was there before the next change
    was = before is not None and before["history_type"] != DELETED and is_public(before)
    is_now = after["history_type"] != DELETED and is_public(after)
    facts = []
    if was and is_now:
        fields = [model._meta.get_field(name) for name in names if before[name] != after[name]]
        facts = [
            Fact(
                field.name,
                capfirst(field.verbose_name),
                **differences.of_field(field, before[field.name], after[field.name]),
            )
            for field in fields
        ]
    if was == is_now and not facts:
        return None
    event = "" if facts else "added" if is_now else "removed"
    shown = after if is_now else before
    return PublicChange(after["change__at"], after[pk], event, facts, {name: shown[name] for name in names})
