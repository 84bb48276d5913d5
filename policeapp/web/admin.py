"""An admin that answers forged addresses and forms with 400."""

from contextlib import contextmanager

from django.contrib import admin
from django.core.exceptions import BadRequest
from django.db import DataError


class CarefulAdmin(admin.ModelAdmin):
    """Django takes the ids in an admin's own forms and addresses on trust; forged ones would end in 500."""

    def changelist_view(self, request, extra_context=None):
        with nonsense_refused():
            return _rendered(super().changelist_view(request, extra_context))

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        with nonsense_refused():
            return _rendered(super().changeform_view(request, object_id, form_url, extra_context))


@contextmanager
def nonsense_refused():
    """What no number or choice can be made of is a bad request."""
    try:
        yield
    except (ValueError, OverflowError, DataError) as problem:
        raise BadRequest("An id or a number that cannot be one.") from problem


def _rendered(response):
    """Fields look up what was chosen only when they are drawn."""
    return response.render() if hasattr(response, "render") else response
