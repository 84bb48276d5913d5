"""Records the history of models, with django-simple-history.

Rows are written only while a :class:`Recorder` is active: in each request of a signed-in user, and in
:func:`change_by`. Fixtures, samples and the first load of the country write none. So the first recorded change of an
object also writes the values that it had before, as a row without a change. The same happens if somebody has changed
the object without a recorder in the meantime.
"""

from contextlib import contextmanager
from contextvars import ContextVar

from django.db import models
from django.db.models import Max, Q
from django.db.models.signals import pre_save
from django.utils import timezone
from simple_history.models import HistoricalRecords

from .models import Change, HistoricalRow

CREATED, CHANGED, DELETED = "+", "~", "-"

_explicit = ContextVar("recorder", default=None)


class History(HistoricalRecords):
    """The history of a model, without derived fields. Rows have a :class:`Change` in place of a user and a reason."""

    def __init__(self, excluded_fields=(), no_db_index=(), deletions=""):
        """``deletions`` is the name of an index of deleted objects."""
        super().__init__(
            bases=[HistoricalRow],
            history_id_field=models.BigAutoField(),
            excluded_fields=list(excluded_fields),
            no_db_index=list(no_db_index),
        )
        deleted = Q(history_type=DELETED)
        self.indexes = [models.Index(fields=["history_date"], condition=deleted, name=deletions)] if deletions else []

    def get_extra_fields(self, model, fields):
        extra = super().get_extra_fields(model, fields)
        return {name: extra[name] for name in extra if name not in ("history_user", "history_change_reason")}

    def get_meta_options(self, model):
        return super().get_meta_options(model) | {"default_permissions": (), "indexes": self.indexes}

    def finalize(self, sender, **kwargs):
        super().finalize(sender, **kwargs)
        if sender is self.cls:
            pre_save.connect(self.pre_save, sender=sender, weak=False)

    def pre_save(self, instance, raw=False, **kwargs):
        if not raw and (recorder := current_recorder()):
            recorder.before_save(instance)

    def post_save(self, instance, created, raw=False, update_fields=None, **kwargs):
        if not raw and (recorder := current_recorder()):
            recorder.after_save(instance, update_fields)

    def post_delete(self, instance, **kwargs):
        if recorder := current_recorder():
            recorder.after_delete(instance)


class Recorder:
    """Writes the historical rows of one :class:`Change`, which it creates with the first row."""

    def __init__(self, **values):
        self.values, self.change = values, None
        self.rows, self.stored, self.bulk_models = {}, {}, set()

    def open(self):
        """Return the change. It exists from this call on."""
        if self.change is None:
            self.change = Change.objects.create(**self.values)
        return self.change

    def before_save(self, instance):
        key = _key(instance)
        self.stored[key] = stored_values(type(instance), [instance.pk]).get(instance.pk) if instance.pk else None

    def after_save(self, instance, update_fields=None):
        model, pk = _key(instance)
        before, after = self.stored.pop((model, pk), None), values_of(instance)
        if before and update_fields is not None:
            after = {
                field.attname: after[field.attname] if field.name in update_fields else before[field.attname]
                for field in tracked_fields(model)
            }
        if model in self.bulk_models or before == after:
            return
        if before and (model, pk) not in self.rows:
            self._write_baselines(model, {pk: before})
        self._write(model, pk, after, CHANGED if before else CREATED)

    def after_delete(self, instance):
        model, pk = _key(instance)
        if model not in self.bulk_models:
            self._write(model, pk, values_of(instance), DELETED)

    def _write(self, model, pk, values, history_type):
        """Write the row of an object, or replace the one that this change has already."""
        row = self.rows.get((model, pk))
        if row is None:
            self.rows[model, pk] = self._row(model, values, history_type)
            self.rows[model, pk].save(force_insert=True)
        elif row.history_type == CREATED and history_type == DELETED:
            self.rows.pop((model, pk)).delete()
        else:
            for name, value in values.items():
                setattr(row, name, value)
            deleted = history_type == DELETED
            row.history_type = DELETED if deleted else CHANGED if row.history_type == DELETED else row.history_type
            row.save(force_update=True)

    def _row(self, model, values, history_type, change=True):
        change = self.open() if change else None
        return model.history.model(history_date=timezone.now(), history_type=history_type, change=change, **values)

    def write_all(self, model, before, after):
        """Write the rows of many objects with a few queries. ``before`` and ``after`` are those of `stored_values`."""
        changed = [pk for pk in after if after[pk] != before.get(pk)]
        self._write_baselines(model, {pk: before[pk] for pk in changed if pk in before})
        rows = [self._row(model, after[pk], CHANGED if pk in before else CREATED) for pk in changed]
        rows += [self._row(model, before[pk], DELETED) for pk in before if pk not in after]
        model.history.model.objects.bulk_create(rows)

    def _write_baselines(self, model, before):
        """Write the values before this change, of the objects whose history doesn't end with them."""
        latest = latest_values(model, list(before))
        names = [field.attname for field in stated_fields(model)]
        new = [
            values
            for pk, values in before.items()
            if pk not in latest or any(latest[pk][name] != values[name] for name in names)
        ]
        model.history.model.objects.bulk_create([self._row(model, each, CHANGED, change=False) for each in new])


def current_recorder():
    """Return the active recorder: that of :func:`change_by`, else that of the request of a signed-in user, else None.

    A request is known by simple_history's middleware.
    """
    if recorder := _explicit.get():
        return recorder
    request = getattr(History.context, "request", None)
    if request is None or not request.user.is_authenticated:
        return None
    if not hasattr(request, "recorder"):
        request.recorder = Recorder(user=request.user)
    return request.recorder


@contextmanager
def change_by(user=None, kind=Change.Kind.EDIT, upload=None, label=""):
    """Record what the block writes as one :class:`Change`; an inner block makes one of its own.

    Yields the :class:`Recorder`, whose ``change`` is None until something changes. If the block can be rolled back and
    repeated, this must be inside of what is rolled back.
    """
    user = user if user and user.is_authenticated else None
    token = _explicit.set(Recorder(user=user, kind=kind, upload=upload, label=label[:255]))
    try:
        yield _explicit.get()
    finally:
        _explicit.reset(token)


@contextmanager
def record_bulk(instances):
    """Record what bulk writes in the block change in these objects of one model, or that they create or delete them.

    Objects to create get their keys in the block. Signals of this model are ignored.
    """
    recorder = current_recorder()
    if recorder is None or not instances:
        yield
        return
    model, keys = type(instances[0]), {each.pk for each in instances if each.pk}
    before = stored_values(model, keys)
    recorder.bulk_models.add(model)
    try:
        yield
    finally:
        recorder.bulk_models.discard(model)
    recorder.write_all(model, before, stored_values(model, keys | {each.pk for each in instances if each.pk}))


def tracked_fields(model):
    """Return the fields of a model that its history has."""
    return model.history.model.tracked_fields


def stated_fields(model):
    """Return the fields with what people and imports state, without those that the code computes."""
    return [field for field in tracked_fields(model) if field.editable or field.name == "sources"]


def values_of(instance):
    """Return the values of an object as its history stores them: ``{attname: value}``."""
    names = [field.attname for field in tracked_fields(type(instance))]
    values = {name: getattr(instance, name) for name in names}
    return {
        name: value.name or "" if isinstance(value, models.fields.files.FieldFile) else value
        for name, value in values.items()
    }


def stored_values(model, keys):
    """Return ``{pk: values}`` of the objects that the database has."""
    names = [field.attname for field in tracked_fields(model)]
    rows = model._base_manager.filter(pk__in=keys).values(*names)
    return {row[model._meta.pk.attname]: row for row in rows}


def latest_values(model, keys):
    """Return ``{pk: values}`` of the newest historical row of each object."""
    rows, pk = model.history.model.objects.order_by(), model._meta.pk.attname
    newest = rows.filter(**{f"{pk}__in": keys}).values(pk).annotate(newest=Max("history_id")).values("newest")
    names = [field.attname for field in tracked_fields(model)]
    return {row[pk]: row for row in rows.filter(history_id__in=newest).values(*names)}


def _key(instance):
    return type(instance), instance.pk
