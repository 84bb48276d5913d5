"""Lists that a person puts in order: with buttons, or by typing positions where scripts don't run."""

from django import forms
from django.core.exceptions import ValidationError
from django.forms.widgets import Script
from django.utils.translation import gettext_lazy as _

MAX_POSITION = 9_999


class OrderedChoices(forms.Widget):
    """Checkboxes of a long list: the unchecked ones, folded, and the checked ones in their order, with positions.

    Its value is ``[(key, position)]``. A browser sends the label and the position of each checked choice under one
    name, so that changes of two people to different choices can be merged.
    """

    template_name = "admin/widgets/ordered_choices.html"
    choices = ()  # [(key, label)]

    class Media:
        js = [Script("js/ordering.js", defer=True)]

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        labels = {str(key): label for key, label in self.choices}
        checked = {str(key): position for key, position in value or () if str(key) in labels}
        context["checked"] = [(f"{name}-{key}", labels[key], position) for key, position in checked.items()]
        context["others"] = [(f"{name}-{key}", label) for key, label in labels.items() if key not in checked]
        return context

    def value_from_datadict(self, data, files, name):
        """Return the checked choices by their positions. Those without one come last."""
        found = []
        for key, _label in self.choices:
            texts = data.getlist(f"{name}-{key}")
            if len(texts) > 1:
                found.append((key, texts[-1].strip()))
        return sorted(found, key=_sort_key)

    def sent_values(self, name, value):
        """Return what a browser sends for this value: ``{name: [texts]}``."""
        positions = dict(value or ())
        return {
            f"{name}-{key}": [label, str(positions[key])] if key in positions else [] for key, label in self.choices
        }


class OrderedChoicesField(forms.Field):
    """A field whose value is ``{key: position}`` of the checked choices, with growing positions.

    A choice keeps its position unless an earlier one has it too.
    """

    widget = OrderedChoices

    @property
    def choices(self):
        return self.widget.choices

    @choices.setter
    def choices(self, choices):
        self.widget.choices = list(choices)

    def clean(self, value):
        super().clean(value)
        positions, last = {}, 0
        for key, text in value:
            position = as_position(text)
            if text and position is None:
                raise ValidationError(_("Enter positions from 1 to 9,999."))
            positions[key] = last = max(last + 1, position or 0)
        return positions

    def has_changed(self, initial, data):
        return [(key, str(position)) for key, position in initial or ()] != list(data or ())


def as_position(text):
    """Return the number of a position, or None if the text is not one."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_POSITION))
    return int(text) if is_number else None


def _sort_key(choice):
    position = as_position(choice[1])
    return MAX_POSITION + 1 if position is None else position
