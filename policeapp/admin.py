"""The titles of the admin, and the admin classes of this app's folders."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from .accounts import admin as accounts
from .imports import admin as imports

__all__ = ["accounts", "imports"]

admin.site.site_header = _("PoliceApp administration")
admin.site.site_title = _("PoliceApp")
admin.site.index_title = _("What would you like to change?")
