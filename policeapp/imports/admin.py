"""The admin of imports: upload a file, preview what it changes, apply it."""

import csv
from io import BytesIO, TextIOWrapper
from itertools import islice
from pathlib import Path

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError
from django.http import FileResponse, Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from ..accounts import audit
from ..accounts.models import EDIT_EVERY_DEPARTMENT
from ..accounts.reauthentication import require_recent
from ..web.admin import BadRequestAdmin
from . import undo, uploads
from .commands import YEAR_OR_DATE
from .models import Import
from .tables import NotATable

OPTIONS = ["source", "as_of", "update_only", "only_fields", "overwrite", "draft"]
MAX_BYTES = 25 * 1024 * 1024
ROWS_SHOWN = 20
# Errors that are not the user's mistake, such as a full disk or a lost database.
FAILURES = (OSError, DatabaseError)


class ImportForm(forms.ModelForm):
    """Accepts a file and previews its import. A file that cannot be read is a form error."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("A CSV file, up to 25 MB. You see a preview before anything changes."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )

    class Meta:
        model = Import
        fields = ["kind", *OPTIONS]

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError(
                _("This file is larger than 25 MB. Split it, or import it on the server with manage.py.")
            )
        return file

    def clean_as_of(self):
        as_of = self.cleaned_data["as_of"]
        if as_of and not YEAR_OR_DATE.match(as_of):
            raise ValidationError(_("Enter a year or a date: 2018 or 2018-12-31."))
        return as_of

    def clean(self):
        cleaned = super().clean()
        if "kind" in cleaned and "only_fields" in cleaned:
            try:
                uploads.IMPORTERS[cleaned["kind"]].split_limits(cleaned["only_fields"])
            except ValueError as error:
                self.add_error("only_fields", str(error))
        if not self.errors:
            upload = self.instance
            for name in self._meta.fields:
                setattr(upload, name, cleaned[name])
            upload.file_name = cleaned["file"].name[-255:]
            cleaned["file"].seek(0)
            upload.content = cleaned["file"].read()
            try:
                uploads.preview(upload)
            except NotATable as error:
                self.add_error("file", str(error))
            except FAILURES as error:
                self.add_error("file", _("The file could not be read: %s") % error)
        return cleaned


@admin.register(Import)
class ImportAdmin(BadRequestAdmin):
    """Upload, preview and apply files. Only people who can edit every department can overwrite what people entered."""

    form = ImportForm
    keeps_unsaved = False  # nothing is typed
    list_display = ["file_name", "kind", "created", "by", "applied_at", "outcome"]
    list_filter = ["kind"]
    list_select_related = ["by"]
    fieldsets = [
        (None, {"fields": ["kind", "file"]}),
        (_("Options"), {"fields": OPTIONS}),
    ]
    details = [
        (None, {"fields": ["kind", "file_name", "created", "by", "applied_at"]}),
        (_("Options"), {"fields": OPTIONS}),
    ]

    def has_module_permission(self, request):
        return request.user.has_perm("policeapp.import_files") or self.can_overwrite(request)

    def can_overwrite(self, request):
        return request.user.has_perm(EDIT_EVERY_DEPARTMENT)

    def has_view_permission(self, request, obj=None):
        return self.has_module_permission(request)

    def has_add_permission(self, request):
        return self.has_module_permission(request)

    def has_delete_permission(self, request, obj=None):
        return self.has_module_permission(request)

    def has_change_permission(self, request, obj=None):
        return False

    def get_fieldsets(self, request, obj=None):
        if obj or self.can_overwrite(request):
            return self.details if obj else self.fieldsets
        return [self.fieldsets[0], (_("Options"), {"fields": ["source", "as_of", "draft"]})]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("content", "rejects", "conflicts")

    def get_urls(self):
        """Add the buttons that apply a file and undo its import, and the downloads of rejected rows and conflicts."""
        apply = self.admin_site.admin_view(require_POST(self.apply))
        revert = self.admin_site.admin_view(require_POST(self.undo))
        download = self.admin_site.admin_view(require_safe(self.download))
        return [
            path("<int:pk>/apply/", apply, name="policeapp_import_apply"),
            path("<int:pk>/undo/", revert, name="policeapp_import_undo"),
            path("<int:pk>/rejects.csv", download, {"part": "rejects"}, name="policeapp_import_rejects"),
            path("<int:pk>/conflicts.csv", download, {"part": "conflicts"}, name="policeapp_import_conflicts"),
            *super().get_urls(),
        ]

    @admin.display(description=_("result"))
    def outcome(self, upload):
        numbers = {name: f"{upload.report[name]:,}" for name in ("created", "updated", "rejected", "read")}
        return _("%(created)s new, %(updated)s changed, %(rejected)s rejected of %(read)s") % numbers

    def add_view(self, request, form_url="", extra_context=None):
        """Preview the file outside of a transaction, because one would block other writers on SQLite."""
        if "overwrite" in request.POST and not self.can_overwrite(request):
            raise PermissionDenied
        if request.method == "POST" and self.has_add_permission(request):
            form = ImportForm(request.POST, request.FILES)
            if form.is_valid():
                upload = form.save(commit=False)
                self.save_model(request, upload, form, change=False)
                self.log_addition(request, upload, [{"added": {}}])
                return self.response_add(request, upload)
        return super().add_view(request, form_url, extra_context)

    def save_model(self, request, upload, form, change):
        upload.by = request.user
        super().save_model(request, upload, form, change)

    def response_add(self, request, upload, post_url_continue=None):
        self.message_user(request, _("This is a preview. Nothing has changed yet."))
        return HttpResponseRedirect(reverse("admin:policeapp_import_change", args=[upload.pk]))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        upload = self.get_object(request, object_id)
        if upload and self.has_view_permission(request):
            first = {part: _first_rows(getattr(upload, part)) for part in ("rejects", "conflicts")}
            extra_context = (extra_context or {}) | first | _changes(upload)
        return super().change_view(request, object_id, form_url, extra_context)

    def apply(self, request, pk):
        """Apply a file once. A second attempt, even at the same time, gets an error message."""
        if not self.has_module_permission(request):
            raise PermissionDenied
        upload = get_object_or_404(Import, pk=pk)
        if upload.overwrite and not self.can_overwrite(request):
            raise PermissionDenied
        if upload.overwrite:
            require_recent(request)
        try:
            applied = uploads.apply(upload)
        except (NotATable, *FAILURES) as error:
            message = _("The import failed and nothing was changed: %s") % error
            self.message_user(request, message, messages.ERROR)
        else:
            if applied:
                self.log_change(request, upload, _("Applied."))
                audit.record(request, audit.Kind.IMPORT_APPLIED, upload)
                self.message_user(request, _("The file was imported."), messages.SUCCESS)
            else:
                message = _("This file was already applied, or is being applied now.")
                self.message_user(request, message, messages.ERROR)
        return HttpResponseRedirect(reverse("admin:policeapp_import_change", args=[pk]))

    def undo(self, request, pk):
        """Undo an import once."""
        upload = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_module_permission(request) or (upload.overwrite and not self.can_overwrite(request)):
            raise PermissionDenied
        require_recent(request)
        try:
            undone = undo.undo(upload, request.user)
        except FAILURES as error:
            self.message_user(request, _("Nothing was undone: %s") % error, messages.ERROR)
        else:
            if undone:
                self.log_change(request, upload, _("Undone."))
                audit.record(request, audit.Kind.IMPORT_UNDONE, upload)
                self.message_user(request, _("The import is undone."), messages.SUCCESS)
            else:
                self.message_user(request, _("This import was undone before."), messages.ERROR)
        return HttpResponseRedirect(reverse("admin:policeapp_import_change", args=[pk]))

    def download(self, request, pk, part):
        """Return the rejected rows, or the values that differ from those that people entered, as a CSV file."""
        if not self.has_module_permission(request):
            raise PermissionDenied
        upload = get_object_or_404(Import.objects.defer("content"), pk=pk)
        content = getattr(upload, part)
        if not content:
            raise Http404
        name = f"{Path(upload.file_name).stem}-{part}.csv"
        return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")


def _changes(upload):
    """Return what the page says of the import's changes: the first objects, and whether it can be undone."""
    change = upload.undoable_change()
    model = uploads.IMPORTERS[upload.kind].model
    rows = model.history.model.objects.filter(change=change).order_by("history_id")
    keys = rows.values_list(model._meta.pk.attname, flat=True)[:ROWS_SHOWN] if change else ()
    changed = undo.names_of(model, list(keys))
    return {"can_undo": change is not None, "changed": changed, "changed_model": model._meta}


def _first_rows(content):
    """Return the header and the first rows of a CSV file that we wrote."""
    return list(islice(csv.reader(TextIOWrapper(BytesIO(content), encoding="utf-8-sig", newline="")), 1 + ROWS_SHOWN))
