"""Differences in words: of a field's values, of a long text, and of a list of parts."""

import posixpath
from difflib import SequenceMatcher

from django.db import models
from django.utils.formats import date_format, time_format
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

UNCHANGED_SHOWN = 6  # words on each side of a change in a long text


def of_field(field, before, after):
    """Return the difference of two values, as arguments of :class:`policeapp.history.timeline.Fact`."""
    if isinstance(field, models.TextField):
        return {"words": of_words(before or "", after or "")}
    return {"before": quoted(field, before), "after": quoted(field, after)}


def quoted(field, value, most=None):
    """Return the text of a value in quotation marks, cut to ``most`` characters. A missing value has no marks."""
    text = Truncator(text_of(field, value)).chars(most) if most else text_of(field, value)
    return text if value is None or value == "" else f"“{text}”"


def text_of(field, value):
    """Return a value as people read it: labels of choices, names of objects, dates, "yes" or "no", or "blank"."""
    if value is None or value == "":
        return _("blank")
    if isinstance(field, models.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field, models.ForeignKey):
        found = field.related_model._base_manager.filter(pk=value).first()
        return str(found or _("a deleted %(name)s") % {"name": field.related_model._meta.verbose_name})
    if isinstance(field, models.FileField):
        return posixpath.basename(value)
    if isinstance(field, models.DateField):
        return date_format(value, "F j, Y")
    if isinstance(field, models.TimeField):
        return time_format(value, "g:i A")
    if isinstance(field, models.DecimalField):
        return f"{value:,f}".removesuffix(".00")
    return str(dict(field.flatchoices).get(value, value))


def of_words(before, after):
    """Return ``[(kind, text)]`` of a text's words. ``kind`` is "removed", "added" or ""; long equal parts are cut."""
    before, after, parts = before.split(), after.split(), []
    for kind, start, end, new_start, new_end in SequenceMatcher(None, before, after).get_opcodes():
        if kind == "equal":
            parts.append(("", _cut(before[start:end], start == 0, end == len(before))))
        else:
            parts += [("removed", " ".join(before[start:end]))] if end > start else []
            parts += [("added", " ".join(after[new_start:new_end]))] if new_end > new_start else []
    return parts


def _cut(words, is_first, is_last):
    head = [] if is_first else words[:UNCHANGED_SHOWN]
    tail = [] if is_last else words[-UNCHANGED_SHOWN:]
    return " ".join(words if len(words) <= len(head) + len(tail) else [*head, "…", *tail])


def of_parts(model, fields, before, after):
    """Return sentences about two states of a list of parts, each ``{pk: values}`` in the order of the list."""
    fields = [field for field in fields if field.name != "order" and not _is_owner(field)]
    before, after = (_labeled(model, values.values()) for values in (before, after))
    lines = [_("added: %s") % ", ".join(new)] if (new := [name for name in after if name not in before]) else []
    if gone := [name for name in before if name not in after]:
        lines.append(_("removed: %s") % ", ".join(gone))
    for name in after:
        if name in before:
            lines += [
                _line(name, field, before[name], after[name])
                for field in fields
                if before[name][field.attname] != after[name][field.attname]
            ]
    if [name for name in before if name in after] != [name for name in after if name in before]:
        lines.append(_("order changed"))
    return lines


def _is_owner(field):
    """Return whether a field is the foreign key to the object that the parts belong to."""
    return isinstance(field, models.ForeignKey) and hasattr(field.related_model, "HISTORY_PARTS")


def _line(name, field, before, after):
    both = (quoted(field, values[field.attname], most=200) for values in (before, after))
    return "{}, {}: {} → {}".format(name, field.verbose_name, *both)


def _labeled(model, rows):
    """Return ``{label: values}``. Parts with the same label are numbered. A query for each kind of related object."""
    rows, labeled = list(rows), {}
    parts = [model(**values) for values in rows]
    related = [each.name for each in model._meta.fields if isinstance(each, models.ForeignKey) and not _is_owner(each)]
    models.prefetch_related_objects(parts, *related)
    for part, values in zip(parts, rows, strict=True):
        gone = not all(hasattr(part, name) for name in related)
        label = name = _("something deleted") if gone else capfirst(str(part))
        number = 2
        while label in labeled:
            label, number = f"{name} ({number})", number + 1
        labeled[label] = values
    return labeled
