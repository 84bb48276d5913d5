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

from ..web.admin import CarefulAdmin
from . import uploads
from .commands import DAY
from .models import Import
from .tables import NotATable

MOST_BYTES = 25 * 1024 * 1024
ROWS_SHOWN = 20
# What may go wrong with an import that is nobody's mistake here: a full disk, a database that is gone.
FAILURES = (OSError, DatabaseError)


class ImportForm(forms.ModelForm):
    """Takes a file and looks at it: one that is no table of its kind is refused with the reason."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("A CSV file of at most 25 MB. Nothing is changed before you have seen what it would change."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )

    class Meta:
        model = Import
        fields = ["kind", "source", "as_of", "overwrite", "draft"]

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(
                _("This file has more than 25 MB. Split it, or import it on the server with manage.py.")
            )
        return file

    def clean_as_of(self):
        as_of = self.cleaned_data["as_of"]
        if as_of and not DAY.match(as_of):
            raise ValidationError(_("A year or a day: 2018 or 2018-12-31."))
        return as_of

    def clean(self):
        cleaned = super().clean()
        if not self.errors:
            upload = self.instance
            for name in self._meta.fields:
                setattr(upload, name, cleaned[name])
            upload.file_name = cleaned["file"].name[-255:]
            cleaned["file"].seek(0)
            upload.content = cleaned["file"].read()
            try:
                uploads.preview(upload)
            except NotATable as problem:
                self.add_error("file", str(problem))
            except FAILURES as problem:
                self.add_error("file", _("The file could not be looked at: %s") % problem)
        return cleaned


@admin.register(Import)
class ImportAdmin(CarefulAdmin):
    """Upload, preview, apply: for those who may edit every department."""

    form = ImportForm
    list_display = ["file_name", "kind", "created", "by", "applied_at", "outcome"]
    list_filter = ["kind"]
    list_select_related = ["by"]
    fieldsets = [
        (None, {"fields": ["kind", "file"]}),
        (_("Options"), {"fields": ["source", "as_of", "overwrite", "draft"]}),
    ]
    details = [
        (None, {"fields": ["kind", "file_name", "created", "by", "applied_at"]}),
        (_("Options"), {"fields": ["source", "as_of", "overwrite", "draft"]}),
    ]

    def has_module_permission(self, request):
        return request.user.is_active and request.user.has_perm("departments.edit_every_department")

    def has_view_permission(self, request, obj=None):
        return self.has_module_permission(request)

    def has_add_permission(self, request):
        return self.has_module_permission(request)

    def has_delete_permission(self, request, obj=None):
        return self.has_module_permission(request)

    def has_change_permission(self, request, obj=None):
        return False

    def get_fieldsets(self, request, obj=None):
        return self.details if obj else self.fieldsets

    def get_queryset(self, request):
        return super().get_queryset(request).defer("content", "rejects", "conflicts")

    def get_urls(self):
        """Besides Django's: the button that applies a file, and what was wrong with it as files to download."""
        apply = self.admin_site.admin_view(require_POST(self.apply))
        download = self.admin_site.admin_view(require_safe(self.download))
        return [
            path("<int:pk>/apply/", apply, name="policeapp_import_apply"),
            path("<int:pk>/rejects.csv", download, {"part": "rejects"}, name="policeapp_import_rejects"),
            path("<int:pk>/conflicts.csv", download, {"part": "conflicts"}, name="policeapp_import_conflicts"),
            *super().get_urls(),
        ]

    @admin.display(description=_("outcome"))
    def outcome(self, upload):
        return _("%(created)d new, %(updated)d changed, %(rejected)d rejected of %(read)d") % upload.report

    def add_view(self, request, form_url="", extra_context=None):
        """Looks at the file outside of a transaction, which would keep everybody else from writing for as long."""
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
        self.message_user(request, _("Nothing has been changed yet: this is what the file would change."))
        return HttpResponseRedirect(reverse("admin:policeapp_import_change", args=[upload.pk]))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        upload = self.get_object(request, object_id)
        if upload and self.has_view_permission(request):
            first = {part: _first_rows(getattr(upload, part)) for part in ("rejects", "conflicts")}
            extra_context = (extra_context or {}) | first
        return super().change_view(request, object_id, form_url, extra_context)

    def apply(self, request, pk):
        """Applies a file once: who presses a second time, or at the same time as another, is told so."""
        if not self.has_module_permission(request):
            raise PermissionDenied
        upload = get_object_or_404(Import, pk=pk)
        try:
            applied = uploads.apply(upload)
        except (NotATable, *FAILURES) as problem:
            said = _("The import failed, and nothing was changed: %s") % problem
            self.message_user(request, said, messages.ERROR)
        else:
            if applied:
                self.log_change(request, upload, _("Applied."))
                self.message_user(request, _("The file is imported."), messages.SUCCESS)
            else:
                said = _("This file has been applied already, or is being applied just now.")
                self.message_user(request, said, messages.ERROR)
        return HttpResponseRedirect(reverse("admin:policeapp_import_change", args=[pk]))

    def download(self, request, pk, part):
        """The rows that were rejected, or the values that differ from what people have set, as a CSV file."""
        if not self.has_module_permission(request):
            raise PermissionDenied
        upload = get_object_or_404(Import.objects.defer("content"), pk=pk)
        content = getattr(upload, part)
        if not content:
            raise Http404
        name = f"{Path(upload.file_name).stem}-{part}.csv"
        return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")


def _first_rows(content):
    """The header and the first rows of a CSV file of ours, to be shown."""
    return list(islice(csv.reader(TextIOWrapper(BytesIO(content), encoding="utf-8-sig", newline="")), 1 + ROWS_SHOWN))
