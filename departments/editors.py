"""Who may do what in the admin, and who did it: administrators everything, a department's editors what concerns it."""

from django.contrib.admin.utils import model_ngettext
from django.utils import timezone
from django.utils.translation import ngettext


class EditorsMixin:
    """For an admin or an inline: editors of a department need no permission but that.

    ``editors_may`` names what they may do here. That they do it only to their own is the work of ``get_queryset``,
    which starts from ``editable_by``.
    """

    editors_may = frozenset()

    def _may(self, request, action, allowed):
        return allowed or (action in self.editors_may and is_editor(request))

    def has_module_permission(self, request):
        return self._may(request, "view", super().has_module_permission(request))

    def has_view_permission(self, request, obj=None):
        return self._may(request, "view", super().has_view_permission(request, obj))

    def has_change_permission(self, request, obj=None):
        return self._may(request, "change", super().has_change_permission(request, obj))

    def has_add_permission(self, request, *parent):
        return self._may(request, "add", super().has_add_permission(request, *parent))

    def has_delete_permission(self, request, obj=None):
        return self._may(request, "delete", super().has_delete_permission(request, obj))


def is_editor(request):
    """Whether the signed-in person is an editor of a department; asked of the database once a request."""
    if not hasattr(request, "is_department_editor"):
        user = request.user
        request.is_department_editor = bool(user.is_active and user.is_staff and user.departments_edited.exists())
    return request.is_department_editor


def note_edit(request, thing, fields):
    """Note on a sourced object, to be saved by the caller, that this person has set these fields today."""
    by = f"user:{request.user.get_username()}"
    thing.attribute(fields, "Editor of this site", timezone.localdate().isoformat(), by)


def change_each(model_admin, request, things, verb, done):
    """The work of an action that changes the status of each: the verb, the note, the log and the clerk's message."""
    number = 0
    for thing in things:
        note_edit(request, thing, ["status"])
        verb(thing)
        model_admin.log_change(request, thing, str(done))
        number += 1
    said = ngettext("%(number)d %(name)s is %(done)s.", "%(number)d %(name)s are %(done)s.", number)
    said %= {"number": number, "name": model_ngettext(model_admin.opts, number), "done": done}
    model_admin.message_user(request, said)
