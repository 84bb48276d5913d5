"""Admin access for editors and recruiters, and what the admins of departments and openings share.

Administrators can change everything, editors only their own departments, and recruiters only the openings of theirs.
"""

from django.contrib import admin
from django.contrib.admin.utils import model_ngettext, unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .models import Department


class EditorsMixin:
    """Let people who can edit a department use a ``ModelAdmin`` or an inline without Django's model permissions.

    ``editors_can`` is a set of "view", "add", "change" and "delete". It doesn't limit people to their own departments:
    ``get_queryset()`` must do that, with ``editable_by()``.
    """

    editors_can = frozenset()

    def _is_allowed(self, request, action, has_permission):
        return has_permission or (action in self.editors_can and self.has_role(request))

    def has_role(self, request):
        return is_editor(request)

    def has_module_permission(self, request):
        return self._is_allowed(request, "view", super().has_module_permission(request))

    def has_view_permission(self, request, obj=None):
        return self._is_allowed(request, "view", super().has_view_permission(request, obj))

    def has_change_permission(self, request, obj=None):
        return self._is_allowed(request, "change", super().has_change_permission(request, obj))

    def has_add_permission(self, request, *parent):
        return self._is_allowed(request, "add", super().has_add_permission(request, *parent))

    def has_delete_permission(self, request, obj=None):
        return self._is_allowed(request, "delete", super().has_delete_permission(request, obj))


class RecruitersMixin(EditorsMixin):
    """The same for openings, which recruiters can edit too. ``get_queryset()`` must limit them to their own."""

    def has_role(self, request):
        return is_recruiter(request)


class PreviewMixin:
    """Add a page below /admin/ that shows an object as its public page would, for those who can view it in the admin.

    "View on site" leads to it while visitors can't see the object. A subclass has ``is_public(object)``, and
    ``render_preview(request, object)``, which returns the page.
    """

    def get_urls(self):
        view = self.admin_site.admin_view(self.preview)
        return [path("<path:object_id>/preview/", view, name=self._preview_name), *super().get_urls()]

    @property
    def _preview_name(self):
        return f"{self.opts.app_label}_{self.opts.model_name}_preview"

    def preview(self, request, object_id):
        instance = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, instance):
            raise PermissionDenied
        if instance is None:
            raise Http404
        return self.render_preview(request, instance)

    def view_on_site(self, instance):
        if self.is_public(instance):
            return instance.get_absolute_url()
        return reverse(f"admin:{self._preview_name}", args=[instance.pk])


class DecisionFilter(admin.SimpleListFilter):
    """The decisions of a queue. Shows what waits by default."""

    title = _("decision")
    parameter_name = "decision"

    def lookups(self, request, model_admin):
        decisions = [(value, label) for value, label in model_admin.model.Decision.choices if value]
        return [*decisions, ("all", _("All"))]

    def choices(self, changelist):
        _all, *others = super().choices(changelist)
        waiting = {"selected": self.value() is None, "query_string": changelist.get_query_string(remove=["decision"])}
        return [waiting | {"display": _("Waiting")}, *others]

    def queryset(self, request, queryset):
        chosen = self.value()
        return queryset if chosen == "all" else queryset.filter(decision=chosen or "")


def local_time(field, description):
    """Return a column of a list that shows a time in the zone of the row's department, or of the row itself."""

    @admin.display(description=description, ordering=field)
    def column(model_admin, row):
        at = getattr(row, field)
        return at and date_format(timezone.localtime(at, getattr(row, "department", row).zone), "DATETIME_FORMAT")

    return column


def is_editor(request):
    """Return whether the user can edit at least one department. One query per request."""
    if not hasattr(request, "is_department_editor"):
        request.is_department_editor = Department.objects.editable_by(request.user).exists()
    return request.is_department_editor


def is_recruiter(request):
    """Return whether the user can edit the openings of at least one department, as editors can.

    One query per request, beside that of :func:`is_editor`, or none if the user is one.
    """
    if not hasattr(request, "is_department_recruiter"):
        departments = Department.objects.with_jobs_editable_by(request.user)
        request.is_department_recruiter = is_editor(request) or departments.exists()
    return request.is_department_recruiter


def record_edit(user, instance, fields):
    """Set the user and today's date as the source of these fields. The caller saves the instance."""
    instance.set_source(fields, "Editor of this site", timezone.localdate().isoformat(), f"user:{user.pk}")


def change_status(model_admin, request, instances, change, label):
    """Run an admin action that changes the status of each instance.

    ``instances`` is a QuerySet. ``change`` is a function of one instance, such as ``Department.publish``. ``label`` is
    the new status, for the log and for the message to the user.
    """
    count = 0
    with transaction.atomic():
        # Lock and read the rows first, because a change saves all fields.
        for instance in instances.select_for_update(of=("self",), no_key=True):
            record_edit(request.user, instance, ["status"])
            change(instance)
            model_admin.log_change(request, instance, str(label))
            count += 1
    message = ngettext("%(number)d %(name)s is %(done)s.", "%(number)d %(name)s are %(done)s.", count)
    message %= {"number": count, "name": model_ngettext(model_admin.opts, count), "done": label}
    model_admin.message_user(request, message)
