"""Edits by two people at once in the admin.

A form carries a version: a digest of each value that it was made from. If the database has other values when the form
is sent, nothing is saved, and the form comes back. Each field has what the person typed, or the value of the database
if the person did not change it.
"""

import hashlib
import re
from datetime import datetime
from typing import NamedTuple

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.core import signing
from django.template.defaultfilters import linebreaksbr
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import Truncator, capfirst, get_text_list
from django.utils.translation import gettext as _

from .forms import normalize_lines
from .ordering import OrderedChoices

VERSION_FIELD = "_version"
SALT = "policeapp.web.conflicts"
SHOWN = 200  # characters of a typed text in a message; its field has all of it


class EditForm(forms.ModelForm):
    """A form whose field has changed only if it differs from what a browser sends for the unchanged form.

    Browsers convert some values: they strip line breaks, spaces around a URL, and fractions of a second.
    """

    # Why the form can't be saved, however valid its fields are. The admin sets it.
    refusal = ()

    @cached_property
    def changed_data(self):
        return [name for name in super().changed_data if not self._is_unchanged(self[name])]

    def _is_unchanged(self, bound):
        sent = sent_values(bound)
        return bool(sent) and all(is_same(values, self.data.getlist(name)) for name, values in sent.items())

    def clean(self):
        cleaned = super().clean()
        for message in self.refusal:
            self.add_error(None, message)
        return cleaned


def sent_values(bound):
    """Return what a browser sends for the initial value of a bound field: ``{name: [texts]}``.

    It is empty for files, which a browser can't send again.
    """
    if bound.field.disabled or isinstance(bound.field, forms.FileField):
        return {}
    return _widget_values(bound.field.widget, bound.html_name, bound.field.prepare_value(bound.initial))


def _widget_values(widget, name, value):
    widget = getattr(widget, "widget", widget)  # the admin wraps widgets of related objects
    if isinstance(widget, OrderedChoices):
        return widget.sent_values(name, value)
    if isinstance(widget, forms.MultiWidget):
        found = {}
        for part, suffix, each in zip(widget.widgets, widget.widgets_names, widget.decompress(value), strict=True):
            found |= _widget_values(part, name + suffix, each)
        return found
    if isinstance(widget, forms.CheckboxInput):
        return {name: ["on"] if widget.check_test(value) else []}
    value = widget.format_value(value)
    texts = [str(each) for each in (value if isinstance(value, (list, tuple)) else [value]) if each is not None]
    if isinstance(widget, forms.widgets.Input):
        texts = [re.sub(r"[\r\n]", "", text) for text in texts]
    return {name: texts}


def is_same(texts, others):
    return _canonical(texts) == _canonical(others)


def digest(texts):
    """Return a short digest. Texts have the same one if :func:`is_same`."""
    return hashlib.sha256("\0".join(_canonical(texts)).encode()).hexdigest()[:8]


def _canonical(texts):
    return sorted(line for text in texts if (line := normalize_lines(text)))


BLANK = digest([])


class Row(NamedTuple):
    """The form of an object or of one of its parts, and its values: ``{name without the prefix: (field, [texts])}``.

    The fields are bound fields. Those that identify the part are left out.
    """

    form: forms.ModelForm
    values: dict


class FormState:
    """The values of an object and its parts in the database, as the admin's form shows them.

    ``form`` and ``formsets`` are those of a page that nobody has sent yet.
    """

    def __init__(self, form, formsets):
        self.form, self.formsets = form, formsets

    @cached_property
    def rows(self):
        """Return ``{(prefix, key): Row}``. Both are "" for the object; a part has its formset's prefix and its id."""
        rows = {("", ""): Row(self.form, _values(self.form))}
        for formset in self.formsets:
            for form in formset.initial_forms:
                rows[formset.prefix, str(form.instance.pk)] = Row(form, _values(form, _identity(formset)))
        return rows

    def version(self, deleted=()):
        """Return a signed text with the time, and with digests of each value and of the objects to delete."""
        digests = [
            [*key, {name: digest(texts) for name, (_field, texts) in row.values.items()}]
            for key, row in self.rows.items()
        ]
        digests.append(["deleted", "", {"": digest(map(str, deleted))}])
        return signing.dumps([timezone.now().isoformat(), digests], salt=SALT, compress=True)


def _identity(formset):
    """Return the names of the hidden fields of a part: its id, and the object that it belongs to."""
    return formset.model._meta.pk.name, formset.fk.name


def _values(form, identity=()):
    start = len(form.prefix) + 1 if form.prefix else 0
    values = {}
    for bound in form:
        if isinstance(bound.field, forms.FileField):
            values[bound.name] = bound, [str(bound.initial or "")]
        elif bound.name not in identity:
            values |= {name[start:]: (bound, texts) for name, texts in sent_values(bound).items()}
    return values


class Version(NamedTuple):
    """A version that a form carried: when the form was made, and ``{(prefix, key): {name: digest}}``."""

    made: datetime
    digests: dict

    @classmethod
    def read(cls, text):
        """Return the version, or None if the text is not one that this site has signed."""
        try:
            made, digests = signing.loads(text, salt=SALT)
        except signing.BadSignature:
            return None
        return cls(datetime.fromisoformat(made), {(prefix, key): values for prefix, key, values in digests})


class Merge:
    """A sent form, merged with the values that the database has by now.

    A value that only one side has changed is that side's. If both have, it is the sent one, with an error that shows
    both. ``changed`` are the labels of what changed in the database; the rest matters only if there are some.
    ``post`` is the data of the merged form. ``errors`` is ``{(prefix of a form, name of a field or None): [texts]}``.
    """

    def __init__(self, post, version, state):
        self.post, self.version, self.state = post.copy(), version, state
        self.changed, self.facts, self.errors = [], [], {}
        sent = {name: post.getlist(name) for name in state.rows["", ""].values}
        for name, texts in self._merge("", ("", ""), sent).items():
            self.post.setlist(name, texts)
        for formset in state.formsets:
            self._merge_formset(formset)

    def _merge(self, prefix, key, sent):
        """Return the merged values of a row: ``{name: [texts]}``. ``prefix`` is that of its form in the merged data."""
        row, base = self.state.rows[key], self.version.digests.get(key, {})
        merged = dict(sent)
        for name, (bound, now) in row.values.items():
            before, mine, is_file = base.get(name, BLANK), sent.get(name, []), isinstance(bound.field, forms.FileField)
            if digest(now) == before or (is_same(mine, now) and not is_file):
                continue
            self._note(key, bound)
            if is_file or digest(mine) == before:
                merged[name] = now
            else:
                self.errors.setdefault((prefix, bound.name), []).append(_both_values(bound, now, mine))
        return merged

    def _note(self, key, bound=None):
        """Remember that a field of this row has changed in the database, or the row itself."""
        prefix, _pk = key
        if not prefix:
            label, fact = bound.label, bound.name
        else:
            row, fact = self.state.rows.get(key), prefix
            formset = next(formset for formset in self.state.formsets if formset.prefix == prefix)
            name = capfirst(formset.model._meta.verbose_name)
            label = f"{name} “{row.form.instance}”" if row else _("%(part)s (removed)") % {"part": name}
        if label not in self.changed:
            self.changed.append(str(label))
            self.facts.append(fact)

    def _merge_formset(self, formset):
        """Merge the rows that are in the database; then add rows that the person typed or changed to the end."""
        rows, (known, new) = [], self._sent_rows(formset)
        pk_name, fk_name = _identity(formset)
        for key in self.state.rows:
            if key[0] == formset.prefix:
                merged = self._merge(f"{formset.prefix}-{len(rows)}", key, known.get(key, {}))
                if key not in self.version.digests:
                    self._note(key)
                rows.append(merged | {pk_name: [key[1]]})
        existing = len(rows)
        for key, base in self.version.digests.items():
            if key[0] == formset.prefix and key not in self.state.rows:
                self._note(key)
                sent = known.get(key, {})
                if any(digest(sent.get(name, [])) != before for name, before in base.items()) and "DELETE" not in sent:
                    message = _("Somebody removed this after you opened it. Save again to add it back.")
                    self.errors[f"{formset.prefix}-{len(rows)}", None] = [message]
                    rows.append(sent)
        rows += new
        for name in [name for name in self.post if re.match(rf"{formset.prefix}-\d+-", name)]:
            del self.post[name]
        for index, row in enumerate(rows):
            for name, texts in (row | {fk_name: [str(self.state.form.instance.pk)]}).items():
                self.post.setlist(f"{formset.prefix}-{index}-{name}", texts)
        self.post[f"{formset.prefix}-INITIAL_FORMS"] = str(existing)
        self.post[f"{formset.prefix}-TOTAL_FORMS"] = str(len(rows))

    def _sent_rows(self, formset):
        """Return the sent rows without their hidden fields: ``{key: values}`` of known ones, and a list of new ones."""
        sent = {}
        for name in self.post:
            if found := re.match(rf"{formset.prefix}-(\d+)-(.+)", name):
                sent.setdefault(int(found[1]), {})[found[2]] = self.post.getlist(name)
        known, new = {}, []
        for _index, values in sorted(sent.items()):
            pk_name, fk_name = _identity(formset)
            fk, pk = values.pop(fk_name, [""]), values.pop(pk_name, [""]) if pk_name != fk_name else None
            key = formset.prefix, (pk or fk)[0]
            if key in self.state.rows or key in self.version.digests:
                known[key] = values
            else:
                new.append(values)
        return known, new

    def messages(self, user):
        """Return sentences for the top of the form: what happened, who changed what, and what to do."""
        instance = self.state.form.instance
        name = {"name": instance._meta.verbose_name}
        return [
            _("Nothing is saved yet, because somebody changed this %(name)s after you opened it.") % name,
            _("Changed by %(who)s: %(what)s.")
            % {"who": who_changed(instance, self.version.made, user, self.facts), "what": ", ".join(self.changed)},
            _("Where both of you made changes, the form shows both values. Save again to replace theirs with yours.")
            if self.errors
            else _("The form has their changes and yours. Check it and save again."),
        ]


def _both_values(bound, now, sent):
    """Return a sentence with both values, as HTML with line breaks if one of them has several lines."""
    now = _("Now: %s.") % _as_text(bound, now)
    sent = _("You entered: %s.") % Truncator(_as_text(bound, sent)).chars(SHOWN)
    return linebreaksbr(f"{now}\n{sent}") if "\n" in now + sent else f"{now} {sent}"


def _as_text(bound, texts):
    """Return values as the person sees them: the labels of choices, and "yes" or "no" for a checkbox."""
    field = bound.field
    if isinstance(field, forms.BooleanField):
        return _("yes") if texts else _("no")
    if isinstance(field, forms.ModelChoiceField):
        chosen = field.queryset.filter(pk__in=filter(None, texts))
        texts = [field.label_from_instance(each) for each in chosen]
    elif isinstance(field, forms.ChoiceField):
        texts = [str(dict(field.choices).get(text, text)) for text in texts if text]
    return ", ".join(filter(None, texts)) or _("blank")


def who_changed(instance, since, user, facts=()):
    """Return who changed an object after ``since``, such as "alice (2 minutes ago) and an import".

    ``facts`` are the names of changed facts; their sources tell whether an import changed them.
    """
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(instance), object_id=str(instance.pk), action_time__gte=since
    ).select_related("user")
    times = {}
    for entry in entries.order_by("-action_time"):
        times.setdefault(entry.user, entry.action_time)
    people = [
        f"{_('you, in another window') if person == user else person.public_name} ({naturaltime(at)})"
        for person, at in times.items()
    ]
    sources = getattr(instance, "sources", {})
    if any(sources.get(fact, {}).get("set_by") == "import" for fact in facts):
        people.append(_("an import"))
    return get_text_list(people or [_("somebody else")], _("and"))
