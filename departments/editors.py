"""Admin access for editors: administrators can change everything, editors only their own departments."""

from django.contrib.admin.utils import model_ngettext
from django.db import transaction
from django.utils import timezone
from django.utils.translation import ngettext


class EditorsMixin:
    """Let editors of a department use a ``ModelAdmin`` or an inline without Django's model permissions.

    ``editors_can`` is a set of "view", "add", "change" and "delete". It doesn't limit editors to their own departments:
    ``get_queryset()`` must do that, with ``editable_by()``.
    """

    editors_can = frozenset()

    def _is_allowed(self, request, action, has_permission):
        return has_permission or (action in self.editors_can and is_editor(request))

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


def is_editor(request):
    """Return whether the user edits at least one department. One query per request."""
    if not hasattr(request, "is_department_editor"):
        user = request.user
        request.is_department_editor = bool(user.is_active and user.is_staff and user.departments_edited.exists())
    return request.is_department_editor


def record_edit(request, instance, fields):
    """Set the user and today's date as the source of these fields. The caller saves the instance."""
    set_by = f"user:{request.user.get_username()}"
    instance.set_source(fields, "Editor of this site", timezone.localdate().isoformat(), set_by)


def change_status(model_admin, request, instances, change, label):
    """Run an admin action that changes the status of each instance.

    ``instances`` is a QuerySet. ``change`` is a function of one instance, such as ``Department.publish``. ``label`` is
    the new status, for the log and for the message to the user.
    """
    count = 0
    with transaction.atomic():
        # Lock and read the rows first, because a change saves all fields.
        for instance in instances.select_for_update(of=("self",), no_key=True):
            record_edit(request, instance, ["status"])
            change(instance)
            model_admin.log_change(request, instance, str(label))
            count += 1
    message = ngettext("%(number)d %(name)s is %(done)s.", "%(number)d %(name)s are %(done)s.", count)
    message %= {"number": count, "name": model_ngettext(model_admin.opts, count), "done": label}
    model_admin.message_user(request, message)
