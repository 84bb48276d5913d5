"""Brings back values, versions and deleted objects from the history."""

from datetime import timedelta

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from .records import DELETED, stored_values, tracked_fields
from .timeline import Timeline, shown_fields

# Deleted objects can be restored for this time. Then their history is deleted.
RESTORABLE = timedelta(days=30)


def restore_facts(instance, change, names, before):
    """Give these facts of an object the values, and the sources, that they had after a change, or ``before`` it.

    ``change`` is its id. Raise ``ValidationError`` if the values are not valid by now, or the object didn't exist.
    """
    timeline = Timeline(type(instance), instance.pk)
    values = timeline.values(change, before)
    if values is None:
        raise ValidationError(_("it did not exist at that time."))
    parts = {name: timeline.parts(name, change, before) for name in names if name in timeline.part_rows}
    fields = [field for field in shown_fields(type(instance)) if field.name in names]
    for field in fields:
        setattr(instance, field.attname, values[field.attname])
    _restore_sources(instance, values.get("sources"), [*(field.name for field in fields), *parts])
    instance.full_clean()
    instance.save()
    for name, rows in parts.items():
        _restore_parts(instance, name, rows)


def _restore_sources(instance, sources, names):
    facts = [instance.HISTORY_PARTS.get(name, name) for name in names]
    for fact in filter(None, facts if sources is not None else ()):
        instance.sources.pop(fact, None)
        if fact in sources:
            instance.sources[fact] = sources[fact]


def _restore_parts(instance, name, rows):
    """Make a list of parts that of ``rows``, which is ``{pk: values}``."""
    relation = instance._meta.get_field(name)
    model = relation.related_model
    living = model._base_manager.filter(**{relation.field.name: instance})
    stored = stored_values(model, list(living.values_list("pk", flat=True)))
    differing = {pk: values for pk, values in rows.items() if stored.get(pk) != values}
    # Names are unique in a list, so what goes has to go first.
    for part in living.filter(pk__in=[pk for pk in stored if pk not in rows or pk in differing]):
        part.delete()
    for values in differing.values():
        part = model(**values)
        part.full_clean()
        part.save(force_insert=True)


def deleted_rows(model):
    """Return the historical rows of deleted objects that can be restored, newest first."""
    rows, pk = model.history.model.objects, model._meta.pk.attname
    since = timezone.now() - RESTORABLE
    living = model._base_manager.filter(pk=OuterRef(pk))
    newer = rows.order_by().filter(**{pk: OuterRef(pk)}, history_id__gt=OuterRef("history_id"))
    found = rows.filter(history_type=DELETED, history_date__gte=since).exclude(change=None)
    return found.exclude(Exists(living)).exclude(Exists(newer)).select_related("change__user").order_by("-history_id")


def restore_deleted(row):
    """Create the object of a deleted row again, with its key and with what was deleted with it. Return the object.

    Raise ``ValidationError`` if another object has its unique values by now.
    """
    model = type(row).instance_type
    instance = model(**{field.attname: getattr(row, field.attname) for field in tracked_fields(model)})
    dates = {
        field.name: getattr(row, field.name) for field in tracked_fields(model) if getattr(field, "auto_now_add", False)
    }
    _drop_missing(instance)
    instance.full_clean()
    instance.save(force_insert=True)
    if dates:
        model._base_manager.filter(pk=instance.pk).update(**dates)
    for name in (*getattr(model, "HISTORY_PARTS", ()), *getattr(model, "RESTORED_WITH", ())):
        relation = model._meta.get_field(name)
        deleted = relation.related_model.history.model.objects.filter(
            **{relation.field.attname: instance.pk}, history_type=DELETED, change=row.change_id
        )
        for part in deleted.order_by("history_id"):
            restore_deleted(part)
    return instance


def _drop_missing(instance):
    """Clear optional references to objects that are gone, as a deletion of those would have done."""
    for field in tracked_fields(type(instance)):
        key = getattr(instance, field.attname) if field.many_to_one and field.null else None
        if key is not None and not field.related_model._base_manager.filter(pk=key).exists():
            setattr(instance, field.attname, None)


def delete_old_history():
    """Delete the history of objects that were deleted more than 30 days ago, and return the number of rows.

    The history of deleted parts stays with the history of the object that they belonged to.
    """
    return sum(_delete_old_history(model) for model in apps.get_models() if hasattr(model, "HISTORY_PARTS"))


def _delete_old_history(model):
    rows, pk = model.history.model.objects.order_by(), model._meta.pk.attname
    old = rows.filter(history_type=DELETED, history_date__lt=timezone.now() - RESTORABLE)
    gone = list(old.exclude(Exists(model._base_manager.filter(pk=OuterRef(pk)))).values_list(pk, flat=True))
    number = rows.filter(**{f"{pk}__in": gone}).delete()[0]
    for name in (*model.HISTORY_PARTS, *getattr(model, "RESTORED_WITH", ())):
        relation = model._meta.get_field(name)
        parts = relation.related_model.history.model.objects.order_by()
        if not hasattr(relation.related_model, "HISTORY_PARTS"):  # those are deleted with their own parts
            number += parts.filter(**{f"{relation.field.attname}__in": gone}).delete()[0]
    return number
