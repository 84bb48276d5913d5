"""Pages of a model's admin: the history of an object, with buttons that restore, and deleted objects."""

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ..web.admin import bad_request_on_invalid_value
from ..web.pagination import page_number, paginate
from .models import Change
from .records import change_by
from .restoring import RESTORABLE, deleted_rows, restore_deleted, restore_facts
from .timeline import Timeline, changes_of, shown_fields


class HistoryMixin:
    """A ``BadRequestAdmin`` of a model with a history.

    A subclass has ``zone_of(object)``, which returns the time zone of an object or of a historical row, and
    ``deleted_name(row)``, which returns the name of a deleted object from its historical row.
    """

    deleted_note = ""

    object_history_template = "admin/history/object_history.html"

    def get_urls(self):
        view, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("deleted/", view(require_safe(self.deleted)), name=f"{name}_deleted"),
            path("deleted/<int:row>/", view(require_POST(self.restore_deleted)), name=f"{name}_restore_deleted"),
            path("<path:object_id>/history/restore/", view(require_POST(self.restore)), name=f"{name}_restore"),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        context = {"can_restore_deleted": self.can_restore_deleted(request)}
        return super().changelist_view(request, context | (extra_context or {}))

    def response_change(self, request, instance):
        """Lead from the message about what was saved to the page that can undo it."""
        response = super().response_change(request, instance)
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_history", args=[instance.pk])
        link = format_html('<a href="{}">{}</a>', url, _("See what changed, or undo it."))
        self.message_user(request, link)
        return response

    def history_view(self, request, object_id, extra_context=None):
        """Show what changed in words, newest first."""
        instance = self.get_object(request, unquote(object_id))
        if instance is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, instance):
            raise PermissionDenied
        page = paginate(changes_of(self.model, instance.pk), page_number(request))
        timeline, allowed = Timeline(self.model, instance.pk), self._restorable(request, instance)
        context = self.admin_site.each_context(request) | {
            "title": _("History"),
            "subtitle": str(instance),
            "opts": self.opts,
            "object": instance,
            "page": page,
            "entries": [timeline.entry(change) for change in page],
            "zone": self.zone_of(instance),
            "allowed": allowed,
            "version": self._version(instance),
        }
        request.current_app = self.admin_site.name
        return render(request, self.object_history_template, context | (extra_context or {}))

    def _restorable(self, request, instance):
        """Return the names of the facts that the person can edit, of fields and of lists of parts."""
        if not self.has_change_permission(request, instance):
            return set()
        request.refusal = ()  # get_form() reads it
        names = set(self.get_form(request, instance, change=True).base_fields)
        models = [
            each.model
            for each in self.get_inline_instances(request, instance)
            if each.has_change_permission(request, instance)
        ]
        parts = self.model.HISTORY_PARTS
        return names | {name for name in parts if self.opts.get_field(name).related_model in models}

    def _version(self, instance):
        """Return a text that is another one after each change."""
        last = changes_of(self.model, instance.pk).values_list("pk", flat=True).first()
        return f"{last} {instance.modified.isoformat()}"

    def restore(self, request, object_id):
        """Restore one fact from before a change, or all facts from after it."""
        with transaction.atomic(), change_by(request.user, Change.Kind.RESTORE):
            instance = self._get_locked(request, object_id)
            if instance is None:
                raise Http404
            if not self.has_change_permission(request, instance):
                raise PermissionDenied
            if request.POST.get("version") != self._version(instance):
                text = _("Nothing is restored, because somebody changed this after you opened the page. Look again.")
                self.message_user(request, text, messages.WARNING)
            else:
                self._restore(request, instance)
        return HttpResponseRedirect(
            reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_history", args=[instance.pk])
        )

    def _restore(self, request, instance):
        with bad_request_on_invalid_value():
            found = changes_of(self.model, instance.pk).filter(pk=request.POST.get("change")).first()
        if found is None:
            raise BadRequest("There is no such change.")
        allowed, fact = self._restorable(request, instance), request.POST.get("fact", "")
        names = set_together(self.model, fact) if fact else allowed
        if fact and fact not in allowed:
            raise PermissionDenied
        labels = [capfirst(field.verbose_name) for field in shown_fields(self.model) if field.name == fact]
        try:
            with transaction.atomic():
                restore_facts(instance, found.pk, names, before=bool(fact))
                self.check_restored(request, instance, names)
                self.restored(request, instance, names)
        except ValidationError as error:
            text = _("Nothing is restored: %s") % " ".join(error.messages)
            self.message_user(request, text, messages.ERROR)
            return
        self.log_change(
            request,
            instance,
            _("Restored from the history: %s.") % (get_text_list(labels, _("and")) or fact or _("a version")),
        )
        self.message_user(request, _("It is restored."), messages.SUCCESS)

    def check_restored(self, request, instance, names):
        """Refuse an object of a foreign key that the person can't choose in the form."""
        for name, field in self.get_form(request, instance, change=True).base_fields.items():
            value = getattr(instance, f"{name}_id", None)
            queryset = getattr(field, "queryset", None)
            if name in names and value and queryset is not None and not queryset.filter(pk=value).exists():
                raise PermissionDenied

    def restored(self, request, instance, names):
        """Do more after these facts were restored, in the same transaction. ``names`` is None for a whole object."""

    def deleted_rows(self, request):
        """Return the historical rows of the deleted objects that the person can restore."""
        return deleted_rows(self.model)

    def restoring_context(self, request):
        if not self.can_restore_deleted(request):
            return {}
        return {"restorable_days": RESTORABLE.days, "deleted_note": self.deleted_note}

    def can_restore_deleted(self, request):
        return self.has_delete_permission(request)

    def deleted(self, request):
        """List what was deleted in the last 30 days."""
        if not self.can_restore_deleted(request):
            raise PermissionDenied
        page = paginate(self.deleted_rows(request), page_number(request))
        context = self.admin_site.each_context(request) | {
            "title": _("Deleted %(names)s") % {"names": self.opts.verbose_name_plural},
            "opts": self.opts,
            "page": page,
            "rows": [(row, self.deleted_name(row), self.zone_of(row)) for row in page],
            "days": RESTORABLE.days,
            "note": self.deleted_note,
            "url": f"admin:{self.opts.app_label}_{self.opts.model_name}_restore_deleted",
        }
        return render(request, "admin/history/deleted.html", context)

    def restore_deleted(self, request, row):
        if not self.can_restore_deleted(request):
            raise PermissionDenied
        try:
            with transaction.atomic(), change_by(request.user, Change.Kind.RESTORE):
                instance = restore_deleted(get_object_or_404(self.deleted_rows(request), history_id=row))
                self.restored(request, instance, None)
                self.log_addition(request, instance, _("Restored after it was deleted."))
        except ValidationError as error:
            text = _("It can't be restored: %s") % " ".join(error.messages)
            self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_deleted"))
        self.message_user(request, _("It is back."), messages.SUCCESS)
        return HttpResponseRedirect(
            reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[instance.pk])
        )


def set_together(model, name):
    """Return the names of a field and of those that are set with it, such as a figure and its year."""
    if name in model.HISTORY_PARTS or not hasattr(model, "set_together"):
        return {name}
    return set(model.set_together(name))
