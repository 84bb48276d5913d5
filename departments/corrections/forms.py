"""The forms of a correction: what a visitor sends, and what the person who decides publishes."""

import re

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from policeapp.operations.rate_limits import RateLimit
from policeapp.web.conflicts import digest
from policeapp.web.forms import LineField, normalize_lines
from policeapp.web.spam import PublicForm

from ..fields import EmailAddressFormField
from .facts import facts_of
from .models import LINK, Correction, Report

CORRECTIONS_PER_CLIENT = RateLimit("corrections", 10, 3600)
# Not a part of another number, such as 1.785.
NUMBER = re.compile(r"(?<![\d.,])\d[\d,]*(?![\d,]*\.\d)")
MAX_SOURCE = 100  # characters
# The admin's classes of long fields.
WIDTHS = dict.fromkeys((forms.TextInput, forms.URLInput, forms.EmailInput), "vTextField")
WIDTHS[forms.Textarea] = "vLargeTextField"


class CorrectionForm(PublicForm):
    """What is wrong on the page of an object, what is right, and how the visitor knows it."""

    fact = forms.ChoiceField(label=_("What is wrong?"))
    value = forms.CharField(
        label=_("What is right?"),
        required=False,
        max_length=Correction.MAX_VALUE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    evidence = LineField(
        label=_("How do you know?"),
        help_text=_("A link, or a few words."),
        max_length=Report.MAX_EVIDENCE,
    )
    email = EmailAddressFormField(
        label=_("Your email address (optional)"),
        help_text=_("If you enter it, we email you the answer."),
        required=False,
        max_length=Report._meta.get_field("email").max_length,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, target, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.target, self.facts = target, facts_of(target)
        labels = [(key, fact.label) for key, fact in self.facts.items()]
        self.fields["fact"].choices = [("", _("Choose")), *labels]

    def clean_value(self):
        return normalize_lines(self.cleaned_data["value"])

    def clean(self):
        """Ask for the right value, unless the fact says it all."""
        cleaned = super().clean()
        fact = self.facts.get(cleaned.get("fact"))
        if fact and not fact.method and cleaned.get("value") == "":
            self.add_error("value", _("Tell us what is right."))
        return cleaned

    def save(self, department):
        """Save the correction and return it. Nobody sees it but those who decide it."""
        values = {name: self.cleaned_data[name] for name in ("fact", "value", "evidence", "email")}
        return Correction.objects.report(self.target, department, **values)


class AcceptForm(forms.ModelForm):
    """The fields of a fact, to be published, and their source.

    It has the values of the object at the time, and refuses to replace others that somebody has saved since.
    """

    source = LineField(label=_("Source"), max_length=MAX_SOURCE, help_text=_("The page shows it below its facts."))
    version = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, correction, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.rule, self.created = correction.rule, correction.created
        self.stored = {name: getattr(self.instance, name) for name in self.rule.fields}
        self.current = [(self[name].label, shown_value(self.instance, name)) for name in self.rule.fields]
        self.version = digest(f"{label}: {value}" for label, value in self.current)
        for field in self.fields.values():
            field.widget.attrs |= {"class": WIDTHS[type(field.widget)]} if type(field.widget) in WIDTHS else {}
        self.initial |= {"source": suggest_source(correction.reports.all()), "version": self.version}
        if not self.rule.fields:
            del self.fields["source"], self.fields["version"]
        elif not self.rule.begins_with_current:
            self._begin_with(correction.value)

    def _begin_with(self, value):
        """Enter the proposed value. The year and the basis of another figure don't hold for it."""
        first, *others = self.rule.fields
        if isinstance(self.fields[first], forms.IntegerField):
            number = NUMBER.search(value)
            value = number[0].replace(",", "") if number else ""
            self.initial |= dict.fromkeys(others)
            self.fields[first].required = True  # a text without a number must not delete the figure
        self.initial[first] = value

    def clean_version(self):
        if self.cleaned_data["version"] != self.version:
            self.data = self.data.copy()
            self.data["version"] = self.version
            raise ValidationError(_("Somebody has changed this after you opened the page. Compare again, then accept."))
        return self.version

    def is_valid(self):
        """Validate the whole object too, because its fields depend on one another."""
        if super().is_valid() and self._changes_nothing():
            self.add_error(None, _("Nothing would change. Enter what is right first, or decline."))
        elif self.is_bound and not self.errors and self.rule.fields:
            try:
                self.instance.full_clean()
            except ValidationError as error:
                for name, messages in error.message_dict.items():
                    self._add_errors(name, messages)
        return not self.errors

    def _changes_nothing(self):
        """Return whether the fields are as they were when the correction was sent: thanks for it would be untrue."""
        is_same = all(getattr(self.instance, name) == value for name, value in self.stored.items())
        return bool(self.rule.fields) and is_same and self.instance.modified <= self.created

    def _add_errors(self, name, messages):
        """Add errors at the field of the form, or above all if it has none, with the name of the object's field."""
        if name in self.fields or name == NON_FIELD_ERRORS:
            self.add_error(name if name in self.fields else None, messages)
        else:
            label = capfirst(self.instance._meta.get_field(name).verbose_name)
            self.add_error(None, [f"{label}: {message}" for message in messages])

    @transaction.atomic
    def save(self, user, day):
        """Save the values with their source of this day (a date), and return the names of changed fields."""
        changed = [name for name, value in self.stored.items() if getattr(self.instance, name) != value]
        self.instance.set_source(changed, self.cleaned_data["source"], day.isoformat(), f"user:{user.pk}")
        self.instance.save()
        return changed


def shown_value(instance, name):
    """Return the value of a field as text."""
    value = getattr(instance, f"get_{name}_display", lambda: getattr(instance, name))()
    return "" if value is None else str(value)


def suggest_source(reports):
    """Return the site of the first link in the reports. Other words of visitors must not be published by a slip."""
    links = (link[1] for report in reports if (link := LINK.search(report.evidence)))
    return next(links, str(_("A visitor of this site")))[:MAX_SOURCE]
