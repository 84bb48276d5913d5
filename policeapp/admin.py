"""People who may sign in."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from .models import User

admin.site.site_header = _("PoliceApp administration")
admin.site.site_title = _("PoliceApp")
admin.site.index_title = _("What would you like to change?")

admin.site.register(User, UserAdmin)
