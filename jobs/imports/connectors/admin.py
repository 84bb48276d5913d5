"""The admin of connectors, and the page where an editor decides whether two openings are the same.

Editors propose connectors of their departments and try them. Administrators turn them on, with the owner's permission.
"""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from departments.editors import EditorsMixin, record_edit
from departments.models import Department
from departments.search.admin import NormalizedSearch
from policeapp.accounts.models import EDIT_EVERY_DEPARTMENT
from policeapp.web.admin import BadRequestAdmin

from ...models import Connector, Duplicate, Job
from .runs import jobs_of
from .usajobs import URL

PERMISSION = ("permission_by", "permission_on", "permission_how", "is_on")
STATE = ("state", "problem", "fetched_at", "succeeded_at", "due_at", "listed")


@admin.register(Connector)
class ConnectorAdmin(NormalizedSearch, EditorsMixin, BadRequestAdmin):
    editors_can = {"view", "add", "change", "delete"}
    list_display = ["name", "employer", "format", "state"]
    list_filter = ["is_on", "format"]
    list_select_related = ["department"]
    search_fields = ["name", "department__search_text", "url"]
    autocomplete_fields = ["department"]
    fieldsets = [
        (None, {"fields": ["department", "format", "name", "url", "words"]}),
        (
            _("Permission"),
            {
                "fields": PERMISSION,
                "description": _("We fetch only with the permission of those whose list it is."),
            },
        ),
        (_("State"), {"fields": STATE}),
    ]

    # Django does not wrap foreign keys, so long names would push the other columns out of sight.
    @admin.display(description=_("department"), ordering="department__name_key")
    def employer(self, connector):
        return str(connector.department or _("all"))

    def is_administrator(self, request):
        return request.user.has_perm(EDIT_EVERY_DEPARTMENT)

    def get_queryset(self, request):
        connectors = super().get_queryset(request).editable_by(request.user)
        is_list = request.resolver_match.url_name.endswith("changelist")
        return connectors.defer("trial", "report") if is_list else connectors

    def get_zone(self, request, connector, context):
        return connector.department.zone if connector and connector.department else None

    def get_fieldsets(self, request, obj=None):
        if obj:
            return self.fieldsets
        return self.fieldsets[: 2 if self.is_administrator(request) else 1]

    def get_readonly_fields(self, request, obj=None):
        """The department and the name identify the openings that it has brought."""
        identity = ("department", "name") if obj else ()
        return [*identity, *(() if self.is_administrator(request) else PERMISSION), *STATE]

    def get_autocomplete_fields(self, request):
        return super().get_autocomplete_fields(request) if self.is_administrator(request) else []

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Choose the department of an editor who has only one. Only administrators can leave it blank."""
        departments = Department.objects.editable_by(request.user)
        field = super().formfield_for_foreignkey(db_field, request, queryset=departments, **kwargs)
        if not self.is_administrator(request):
            field.required, field.help_text = True, _("All jobs go to this department.")
            field.initial = departments[0] if len(departments[:2]) == 1 else None
        return field

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "url" and self.is_administrator(request):
            field.help_text = _("For USAJOBS: %s") % URL
        return field

    def save_model(self, request, connector, form, change):
        """What an administrator has turned on reads no other list until they have seen it."""
        if change and {"url", "format", "words"} & set(form.changed_data):
            connector.forget_answers()
            if connector.is_on and not self.is_administrator(request):
                connector.is_on = False
                text = _("The connector is off until an administrator turns it on again.")
                self.message_user(request, text, messages.WARNING)
        super().save_model(request, connector, form, change)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        connector = self.get_object(request, object_id)
        context = {"is_administrator": self.is_administrator(request)}
        if connector:
            context["trial_jobs"] = jobs_of(connector.trial, connector.department)
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def response_add(self, request, connector, post_url_continue=None):
        return self._respond(request, connector) or super().response_add(request, connector, post_url_continue)

    def response_change(self, request, connector):
        return self._respond(request, connector) or super().response_change(request, connector)

    def _respond(self, request, connector):
        """Do what the pressed button says, after the form is saved."""
        if "_try" in request.POST:
            connector.request_trial()
            self.message_user(request, _("The list is being fetched. Load this page again in a few seconds."))
        elif "_accept" in request.POST and self.is_administrator(request):
            connector.accept_any_number()
            self.message_user(request, _("The next fetch accepts a list of any length."))
        else:
            return None
        return HttpResponseRedirect(reverse("admin:jobs_connector_change", args=[connector.pk]))


class DuplicatesMixin:
    """Adds the page of two openings that may be the same one to the admin of jobs."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.duplicate)
        return [path("duplicates/<int:pk>/", view, name="jobs_job_duplicate"), *super().get_urls()]

    def duplicate(self, request, pk):
        """Show both openings. Withdraw one of them, or remember that they are different."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        found = Duplicate.objects.editable_by(request.user).select_related("job__department", "other__department")
        duplicate = get_object_or_404(found, pk=pk)
        if request.method == "POST":
            return self._decide(request, duplicate)
        context = self.admin_site.each_context(request) | {
            "title": _("Is this the same job?"),
            "opts": self.opts,
            "duplicate": duplicate,
            "jobs": [duplicate.job, duplicate.other],
        }
        return render(request, "admin/jobs/job/duplicate.html", context)

    @transaction.atomic
    def _decide(self, request, duplicate):
        chosen = request.POST.get("withdraw", "")
        keys = [pk for pk in (duplicate.job_id, duplicate.other_id) if str(pk) == chosen]
        jobs = Job.objects.filter(pk__in=keys).with_department().select_for_update(of=("self",), no_key=True)
        for job in jobs:
            record_edit(request.user, job, ["status"])
            job.withdraw()
            self.log_change(request, job, _("Withdrawn as a duplicate."))
            self.message_user(request, _("The job is withdrawn. The other one stays."), messages.SUCCESS)
        if not keys:
            self.message_user(request, _("Both jobs stay."), messages.SUCCESS)
        Duplicate.objects.filter(pk=duplicate.pk).update(is_decided=True)
        return HttpResponseRedirect(reverse("admin:index"))
