"""Files to import, and the reports of imports."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..history.models import Change


class Import(models.Model):
    """A file that an administrator uploaded, or the directory that ships with the site.

    An uploaded file is compared at once, and applied only once, when they confirm.

    ``report`` is a :class:`policeapp.imports.engine.Report` as a dict: first of the preview, later of the import.
    ``rejects`` and ``conflicts`` are CSV files with the details. ``content`` is deleted when the file is applied.
    """

    class Kind(models.TextChoices):
        DEPARTMENTS = "departments", _("Departments")
        OPENINGS = "openings", _("Jobs")

    # The claim of a request that was interrupted expires after this time. Importing a file twice does no harm.
    CLAIM = timedelta(minutes=10)

    kind = models.CharField(_("what the file lists"), max_length=12, choices=Kind.choices)
    file_name = models.CharField(_("file"), max_length=255)
    content = models.BinaryField(null=True)
    # The SHA-256 of a file that ships with the site, in hexadecimal digits. It is loaded once.
    checksum = models.CharField(max_length=64, blank=True, editable=False)
    source = models.CharField(
        _("source"), max_length=60, blank=True, help_text=_("Who published the list, if its rows don't say so.")
    )
    as_of = models.CharField(
        _("as of"),
        max_length=10,
        blank=True,
        help_text=_("The year or date of the list, such as 2026-06-23, if its rows don't say so."),
    )
    overwrite = models.BooleanField(
        _("overwrite edits"), default=False, help_text=_("Also replace values that people entered.")
    )
    update_only = models.BooleanField(_("only update"), default=False, help_text=_("Create nothing."))
    only_fields = models.CharField(
        _("only these columns"),
        max_length=300,
        blank=True,
        help_text=_(
            "Change only these facts of departments, such as: sworn_officers, population. Leave blank for all. "
            "Creates nothing."
        ),
    )
    draft = models.BooleanField(_("as drafts"), default=False, help_text=_("Save new departments and jobs as drafts."))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("uploaded by"), null=True, editable=False
    )
    created = models.DateTimeField(_("uploaded"), auto_now_add=True)
    report = models.JSONField(_("report"), default=dict, editable=False)
    rejects = models.BinaryField(default=bytes)
    conflicts = models.BinaryField(default=bytes)
    claimed_at = models.DateTimeField(null=True, editable=False)
    applied_at = models.DateTimeField(_("applied"), null=True, editable=False)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]
        default_permissions = ()
        permissions = [("import_files", "Can import departments and jobs")]

    def __str__(self):
        return self.file_name

    def claim(self):
        """Return True if the caller may apply the file now; False if it is being applied or was applied before."""
        now = timezone.now()
        free = Import.objects.filter(Q(claimed_at=None) | Q(claimed_at__lt=now - self.CLAIM), applied_at=None)
        return free.filter(pk=self.pk).update(claimed_at=now) == 1

    def release(self):
        """Give up the claim without having applied the file."""
        Import.objects.filter(pk=self.pk).update(claimed_at=None)

    def finish(self):
        """Save the report, mark the file as applied, and delete its content."""
        self.content, self.applied_at = None, timezone.now()
        self.save(update_fields=["content", "applied_at", "report", "rejects", "conflicts"])

    def undoable_change(self):
        """Return the :class:`Change` of the import if it can be undone, else None."""
        changes = {change.kind: change for change in self.changes.all()}
        return None if Change.Kind.UNDO in changes else changes.get(Change.Kind.IMPORT)
