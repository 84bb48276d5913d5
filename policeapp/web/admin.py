"""The admin site, and a base class of its pages. Both answer invalid values with 400."""

from contextlib import contextmanager

from django.contrib import admin
from django.core.exceptions import BadRequest
from django.db import DataError


class StaffSite(admin.AdminSite):
    """The admin without the view that redirects to any object, whoever may see it. No cache stores its pages."""

    def admin_view(self, view, cacheable=False):
        return super().admin_view(view)

    def autocomplete_view(self, request):
        with bad_request_on_invalid_value():
            return super().autocomplete_view(request)

    def get_urls(self):
        return [pattern for pattern in super().get_urls() if getattr(pattern, "name", "") != "view_on_site"]


class BadRequestAdmin(admin.ModelAdmin):
    """Answers invalid ids in URLs and forms with 400. Django's admin trusts them and would answer 500."""

    view_on_site = False  # StaffSite has no view for such links

    def changelist_view(self, request, extra_context=None):
        with bad_request_on_invalid_value():
            return _render(super().changelist_view(request, extra_context))

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        with bad_request_on_invalid_value():
            return _render(super().changeform_view(request, object_id, form_url, extra_context))


@contextmanager
def bad_request_on_invalid_value():
    """Raise BadRequest when a value cannot be converted to an id or a number."""
    try:
        yield
    except (ValueError, OverflowError, DataError) as error:
        raise BadRequest("An id or a number is invalid.") from error


def _render(response):
    """Render the response now, because form fields look up their values only when they are rendered."""
    return response.render() if hasattr(response, "render") else response
