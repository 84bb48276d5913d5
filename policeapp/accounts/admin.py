"""The admin of user accounts and groups. Nobody can use it to get more rights than they have."""

from allauth.account.admin import EmailAddress
from allauth.mfa.admin import Authenticator
from allauth.usersessions.admin import UserSession
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import Count
from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext_lazy as _

from ..web.admin import BadRequestAdmin, ViewOnlyAdmin
from ..web.conflicts import EditForm
from . import audit
from .emails import send_notice
from .models import AuditEvent, User
from .reauthentication import ReauthenticationMixin, require_recent

# Only superusers can change these.
RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")

# The pages of one's own account show these, and nobody needs those of others.
admin.site.unregister([Group, EmailAddress, Authenticator, UserSession])


class AddUserForm(AdminUserCreationForm):
    """Django's form of a new user, with an email address for a user name."""

    class Meta:
        model = User
        fields = ["email"]


class UserForm(EditForm, UserChangeForm):
    """Django's form of a user, with plain help texts."""

    class Meta(UserChangeForm.Meta):
        help_texts = {
            "is_active": _("Clear this to turn the account off. Nobody can sign in with it then, and it is kept."),
            "is_staff": _("Can open these pages, and sees what their other rights allow."),
            "is_superuser": _("Can do everything, also without the rights below."),
            "groups": _("The person gets the permissions of each of these groups."),
            "user_permissions": _("Permissions that only this person gets."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "password" in self.fields:
            self.fields["password"].help_text = ""  # the field would refer to a text without an id


class CheckboxesMixin:
    """Groups and permissions as checkboxes. Django's lists with arrows have no names for screen readers."""

    filter_horizontal = ()

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        kwargs |= {"widget": CheckboxSelectMultiple, "help_text": ""}  # each box would refer to a text without an id
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(User)
class UserAdmin(CheckboxesMixin, ReauthenticationMixin, BadRequestAdmin, DjangoUserAdmin):
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
    list_filter = ["is_staff", "is_superuser", "is_active", "groups"]
    search_fields = ["email", "first_name", "last_name"]
    search_help_text = _("Email address or name")
    ordering = ["email"]
    readonly_fields = ["last_login", "date_joined"]
    actions = ["end_sessions", "remove_second_factor"]

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else [*fields, *RIGHTS]

    def user_change_password(self, request, id, form_url=""):
        require_recent(request, repeats=False)
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302:
            account = self.get_object(request, unquote(id))
            audit.record(request, audit.Kind.PASSWORD_CHANGED, account)
            send_notice(account, "account/email/password_set")
        return response

    def has_support_permission(self, request):
        return request.user.is_superuser

    @admin.action(permissions=["support"], description=_("End all sessions of selected users"))
    def end_sessions(self, request, users):
        for session in UserSession.objects.filter(user__in=users):
            session.end()
        self.message_user(request, _("Their sessions are ended."))

    @admin.action(permissions=["support"], description=_("Remove the second factor of selected users"))
    def remove_second_factor(self, request, users):
        """Help people who have lost their phone and their recovery codes. The caller made sure who they are."""
        for user in users:
            if user.authenticator_set.all().delete()[0]:
                send_notice(user, "second factor removed")
                self.log_change(request, user, _("Removed the second factor."))
                audit.record(request, audit.Kind.FACTOR_REMOVED, user)
        self.message_user(request, _("They can sign in with their password alone. Tell them to set up another one."))

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or request.user.may_manage(obj))

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or request.user.may_manage(obj))

    def delete_view(self, request, object_id, extra_context=None):
        """Suggest to deactivate an account with history. The audit log stays in any case."""
        user = self.get_object(request, unquote(object_id)) if request.method == "GET" else None
        if user and LogEntry.objects.filter(user=user).exists():
            text = _("Deleting an account removes its name from the history. To keep it, clear “Active” instead.")
            self.message_user(request, text, messages.WARNING)
        return super().delete_view(request, object_id, extra_context)


@admin.register(AuditEvent)
class AuditEventAdmin(ViewOnlyAdmin):
    """The audit log. Nobody can delete from it, not even superusers."""

    list_display = ["at", "kind", "email", "ip", "about", "details"]
    list_filter = ["at", "kind"]
    search_fields = ["email", "ip", "about", "details"]
    search_help_text = _("Email address, IP address, or what it was about")

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Group)
class GroupAdmin(CheckboxesMixin, ReauthenticationMixin, BadRequestAdmin, DjangoGroupAdmin):
    """Only superusers change groups, because others could add permissions to their own."""

    list_display = ["name", "people"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(people=Count("user"))

    @admin.display(description=_("people"), ordering="people")
    def people(self, group):
        return group.people

    def has_add_permission(self, request):
        return request.user.is_superuser and super().has_add_permission(request)

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser and super().has_delete_permission(request, obj)
