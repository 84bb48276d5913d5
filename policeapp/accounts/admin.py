"""The admin of user accounts and groups. Nobody can use it to get more rights than they have."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from ..web.admin import BadRequestAdmin
from ..web.conflicts import EditForm
from .models import User

# Only superusers can change these.
RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")

admin.site.unregister(Group)


class AddUserForm(AdminUserCreationForm):
    """Django's form of a new user, with an email address for a user name."""

    class Meta:
        model = User
        fields = ["email"]


class UserForm(EditForm, UserChangeForm):
    """Django's form of a user."""


@admin.register(User)
class UserAdmin(BadRequestAdmin, DjangoUserAdmin):
    """Other staff with Django's permissions manage accounts that give no more rights than their own."""

    form = UserForm
    add_form = AddUserForm
    fieldsets = [
        (None, {"fields": ["email", "password", "first_name", "last_name"]}),
        (_("Permissions"), {"fields": ["is_active", *RIGHTS]}),
        (_("Important dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"classes": ["wide"], "fields": ["email", "usable_password", "password1", "password2"]})]
    list_display = ["email", "first_name", "last_name", "is_staff", "is_active"]
    search_fields = ["email", "first_name", "last_name"]
    ordering = ["email"]

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else [*fields, *RIGHTS]

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or request.user.may_manage(obj))

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or request.user.may_manage(obj))


@admin.register(Group)
class GroupAdmin(BadRequestAdmin, DjangoGroupAdmin):
    """Only superusers change groups, because others could add permissions to their own."""

    def has_add_permission(self, request):
        return request.user.is_superuser and super().has_add_permission(request)

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser and super().has_delete_permission(request, obj)
