"""The admin of user accounts and groups."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group

from ..web.admin import BadRequestAdmin
from ..web.conflicts import EditForm
from .models import User

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(BadRequestAdmin, DjangoGroupAdmin):
    """Django's admin of groups."""


class UserForm(EditForm, UserChangeForm):
    """Django's form of a user."""


@admin.register(User)
class UserAdmin(BadRequestAdmin, DjangoUserAdmin):
    form = UserForm
