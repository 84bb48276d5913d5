"""What belongs to an opening or a department, on their pages of the admin."""

from django import forms
from django.contrib import admin
from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.translation import gettext_lazy as _

from departments.editing import EditorsMixin

from .models import HiringStep, Minimums


class HiringStepInline(EditorsMixin, admin.StackedInline):
    """Of the opening or the department that the page is about: Django finds by itself which of the two."""

    model = HiringStep
    editors_may = {"view", "add", "change", "delete"}
    extra = 0
    fields = [
        "order",
        ("kind", "name"),
        "weeks",
        ("date", "time", "place"),
        ("fee", "waiver"),
        "note",
    ]


class MinimumsForm(forms.ModelForm):
    """Minimums of which none is stated are none: their row goes."""

    def clean(self):
        cleaned = super().clean()
        if not self.errors and all(cleaned.get(name) in (None, "") for name in Minimums.NAMES):
            cleaned[DELETION_FIELD_NAME] = True
        return cleaned


class MinimumsInline(EditorsMixin, admin.StackedInline):
    editors_may = {"view", "add", "change", "delete"}
    model = Minimums
    form = MinimumsForm
    extra = 1
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("age_least", "age_most"),
                    "education",
                    "certification",
                    "experience_years",
                    "citizenship",
                    "licence",
                ],
                "description": _(
                    "What the opening asks at least. Visitors compare it with themselves under “Am I eligible?”. "
                    "Leave empty what it does not state."
                ),
            },
        ),
    ]
