"""What belongs to an opening or a department, on their pages of the admin."""

from django.contrib import admin

from departments.editing import EditorsMixin

from .models import HiringStep


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
