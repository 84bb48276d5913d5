"""The admin of API keys: editors make, replace and revoke those of their departments."""

from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from departments.editors import EditorsMixin
from departments.models import Department
from policeapp.accounts import audit
from policeapp.accounts.models import EDIT_EVERY_DEPARTMENT
from policeapp.accounts.reauthentication import ReauthenticationMixin
from policeapp.web.admin import BadRequestAdmin

from ..models import ApiKey


@admin.register(ApiKey)
class ApiKeyAdmin(EditorsMixin, ReauthenticationMixin, BadRequestAdmin):
    """A secret is shown once, in the response to the request that makes it. Nothing stores it."""

    editors_can = {"view", "add", "change", "delete"}
    list_display = ["name", "employer", "beginning", "last_used", "state"]
    list_select_related = ["department"]
    search_fields = ["name", "department__name"]
    autocomplete_fields = ["department"]
    fields = ["department", "name"]
    state_fields = ["beginning", "state", "last_used", "created", "created_by"]

    # Django does not wrap foreign keys, so long names would push the other columns out of sight.
    @admin.display(description=_("department"), ordering="department__name")
    def employer(self, key):
        return key.department.name

    def get_queryset(self, request):
        return super().get_queryset(request) & ApiKey.objects.editable_by(request.user)

    def get_fields(self, request, obj=None):
        return [*self.fields, *(self.state_fields if obj else [])]

    def get_readonly_fields(self, request, obj=None):
        """The department and the name identify the openings that were sent with it."""
        return self.get_fields(request, obj) if obj else []

    def get_autocomplete_fields(self, request):
        return super().get_autocomplete_fields(request) if request.user.has_perm(EDIT_EVERY_DEPARTMENT) else []

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Choose the department of an editor who has only one."""
        departments = Department.objects.editable_by(request.user)
        field = super().formfield_for_foreignkey(db_field, request, queryset=departments, **kwargs)
        if not request.user.has_perm(EDIT_EVERY_DEPARTMENT) and len(departments[:2]) == 1:
            field.initial = departments[0]
        return field

    def save_model(self, request, key, form, change):
        """Make the secret of a new key, or do what the pressed button says."""
        if change and "_revoke" in request.POST:
            key.revoke()
            audit.record(request, audit.Kind.RIGHTS_CHANGED, key, "revoked")
        elif not change or "_replace" in request.POST:
            key.created_by = key.created_by if change else request.user
            request.secret = key.make_secret()
            key.save()
            audit.record(request, audit.Kind.RIGHTS_CHANGED, key, "new secret" if change else "created")

    def response_add(self, request, key, post_url_continue=None):
        return self._show_secret(request, key)

    def response_change(self, request, key):
        if hasattr(request, "secret"):
            return self._show_secret(request, key)
        if "_revoke" in request.POST:
            self.message_user(request, _("The key is revoked. The jobs stay."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:jobs_apikey_change", args=[key.pk]))

    def _show_secret(self, request, key):
        context = self.admin_site.each_context(request) | {
            "title": _("Copy the key"),
            "opts": self.opts,
            "key": key,
            "secret": request.secret,
        }
        return render(request, "admin/jobs/apikey/secret.html", context)
