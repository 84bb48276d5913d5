"""Undoes an import: what it changed gets the values from before it, and what it created is deleted.

Objects that somebody has changed since, or has added something to, stay as they are and are listed with the reason.
"""

from collections import defaultdict

from django.db import DataError, IntegrityError, models, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from ..database.timeouts import without_time_limit
from ..history.models import Change
from ..history.records import CREATED, DELETED, change_by, record_bulk, stated_fields, stored_values, tracked_fields
from .engine import BATCH, batches
from .models import Import
from .uploads import IMPORTERS

MOST_LISTED = 500  # objects that stay, in the report


def undo(upload, user):
    """Undo an applied import in one transaction. Return False if it was undone before, or has no history.

    The report of the upload gets an entry "undo": the numbers of objects ``restored``, ``deleted`` and ``kept``, and
    ``reasons``, a list of ``[key, name, reason]`` of those that stay.
    """
    with without_time_limit(), transaction.atomic():
        stored = Import.objects.select_for_update(no_key=True).defer("content", "rejects", "conflicts")
        upload = stored.get(pk=upload.pk)
        change = upload.undoable_change()
        if change is None:
            return False
        with change_by(user, Change.Kind.UNDO, upload, upload.file_name) as recorder:
            recorder.open()
            upload.report["undo"] = _Undo(IMPORTERS[upload.kind](), change).run()
        upload.save(update_fields=["report"])
    return True


def names_of(model, keys):
    """Return ``{pk: name}`` of objects in the order of their keys. Deleted ones have their last name."""
    found = model._default_manager.select_related().in_bulk(keys)
    key, fields = model._meta.pk.attname, [field.attname for field in tracked_fields(model)]
    gone = [pk for pk in keys if pk not in found]
    for values in model.history.model.objects.filter(**{f"{key}__in": gone}).order_by("history_id").values(*fields):
        found[values[key]] = model(**values)
    return {pk: str(found[pk]) for pk in keys}


class _Undo:
    """Undoes one import. ``kept`` is ``{pk: reason}``, and ``first`` is ``{pk: id of its first historical row}``."""

    def __init__(self, importer, change):
        self.importer, self.change = importer, change
        self.model, self.rows = importer.model, importer.model.history.model.objects.order_by()
        self.key = self.model._meta.pk.attname
        self.kept, self.first, self.restored, self.deleted = {}, {}, 0, 0

    def run(self):
        types = defaultdict(list)
        rows = self.rows.filter(change=self.change).order_by("history_id")
        for pk, number, history_type in rows.values_list(self.key, "history_id", "history_type"):
            types[pk].append(history_type)
            self.first.setdefault(pk, number)
        for keys in batches(sorted(types), BATCH):
            self._undo_batch(keys, {pk for pk in keys if CREATED in types[pk]})
        self.importer.finish()
        listed = sorted(self.kept)[:MOST_LISTED]
        names = names_of(self.model, listed)
        reasons = [[pk, names[pk], self.kept[pk]] for pk in listed]
        return {"restored": self.restored, "deleted": self.deleted, "kept": len(self.kept), "reasons": reasons}

    def _undo_batch(self, keys, created):
        locked = self.model._base_manager.select_for_update(no_key=True).filter(pk__in=keys)
        list(locked.order_by("pk").values_list("pk"))
        self._keep_changed(keys)
        self._keep_used([pk for pk in keys if pk in created and pk not in self.kept])
        free = [pk for pk in keys if pk not in self.kept]
        self._delete([pk for pk in free if pk in created])
        self._restore([pk for pk in free if pk not in created])

    def _keep_changed(self, keys):
        """Keep objects whose values are not those that the import wrote.

        They are again after a later import was undone.
        """
        rows = self.rows.filter(**{f"{self.key}__in": keys})
        newest = rows.values(self.key).annotate(newest=Max("history_id")).values("newest")
        written = {getattr(row, self.key): row for row in rows.filter(change=self.change).order_by("history_id")}
        living = stored_values(self.model, keys)
        fields = [field.attname for field in stated_fields(self.model)]
        for row in self.rows.filter(history_id__in=newest).select_related("change__user"):
            pk = getattr(row, self.key)
            if row.history_type == DELETED:
                self.kept[pk] = _("was deleted since")
            elif pk in living and all(living[pk][name] == getattr(written[pk], name) for name in fields):
                continue
            elif row.change_id is not None and row.change_id != self.change.pk:
                day = timezone.localdate(row.change.at).isoformat()
                self.kept[pk] = _("was changed since: %(who)s, %(day)s") % {"who": row.change.author, "day": day}
            else:
                self.kept[pk] = _("was changed since")

    def _keep_used(self, keys):
        """Keep created objects that have got parts, openings, people, claims or connectors."""
        options = self.model._meta
        used = [
            (each.related_model._base_manager, each.field.name, each.related_model._meta.verbose_name_plural)
            for each in options.related_objects
            if each.on_delete is models.CASCADE
        ]
        used += [
            (each.remote_field.through._base_manager, each.m2m_field_name(), each.verbose_name)
            for each in options.many_to_many
            if each.remote_field.through._meta.auto_created
        ]
        for rows, name, label in used:
            found = rows.filter(**{f"{name}__in": keys}).order_by()
            for pk in found.values_list(name, flat=True).distinct():
                self.kept[pk] = _("has %(names)s by now") % {"names": label}

    def _delete(self, keys):
        gone = list(self.model._default_manager.filter(pk__in=keys))
        with record_bulk(gone):
            self.model._default_manager.filter(pk__in=keys).delete()
            self.importer.written(gone, [])
        self.deleted += len(keys)

    def _restore(self, keys):
        rows = self.rows.filter(**{f"{self.key}__in": keys}).order_by("history_id").values_list(self.key, "history_id")
        before = {pk: number for pk, number in rows if number < self.first[pk]}
        fields = [field for field in stated_fields(self.model) if not field.primary_key]
        foreign_keys = [field.name for field in fields if field.remote_field]
        instances = self.model._default_manager.select_related(*foreign_keys).in_bulk(keys)
        for row in self.rows.filter(history_id__in=before.values()):
            instance = instances[getattr(row, self.key)]
            for field in fields:
                setattr(instance, field.attname, getattr(row, field.attname))
            instance.derive()
            instance.modified = timezone.now()
        self._write(list(instances.values()), {*(field.name for field in fields), *self.model.DERIVED, "modified"})

    def _write(self, instances, names):
        """Save the objects. Keep one that the database refuses, such as for a key that another object has by now."""
        keys = [instance.pk for instance in instances]
        try:
            with transaction.atomic(), record_bulk(instances):
                self.model._default_manager.bulk_create(
                    instances, update_conflicts=True, unique_fields=["pk"], update_fields=names
                )
                self.importer.written([], instances)
            self.restored += len(keys)
        except (IntegrityError, DataError):
            if len(keys) > 1:
                middle = len(keys) // 2
                self._write(instances[:middle], names)
                self._write(instances[middle:], names)
            else:
                self.kept[keys[0]] = _("can't get its old values: another object has them, or they contradict others")
