"""Uploaded files to import."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Import(models.Model):
    """A file that an administrator has uploaded: read and compared at once, applied when they say so, and only once.

    ``report`` is a :class:`policeapp.imports.engine.Report` as a dict, of the preview and later of the import itself;
    ``rejects`` and ``conflicts`` are CSV files that tell more. The file's ``content`` goes when it has been applied.
    """

    class Kind(models.TextChoices):
        DEPARTMENTS = "departments", _("Departments")
        OPENINGS = "openings", _("Openings")

    # Who applies it holds it for so long; the claim of one who was cut off lapses. To import twice does no harm.
    CLAIM = timedelta(minutes=10)

    kind = models.CharField(_("what the file lists"), max_length=12, choices=Kind.choices)
    file_name = models.CharField(_("file"), max_length=255)
    content = models.BinaryField(null=True)
    source = models.CharField(
        _("source"), max_length=60, blank=True, help_text=_("Who published the list, where its rows do not say.")
    )
    as_of = models.CharField(
        _("as of"),
        max_length=10,
        blank=True,
        help_text=_("The year or the day (2026-06-23) that the list is of, where its rows do not say."),
    )
    overwrite = models.BooleanField(
        _("overwrite edits"), default=False, help_text=_("Replace also what people have set by hand.")
    )
    draft = models.BooleanField(_("as drafts"), default=False, help_text=_("Publish nothing that is new."))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), null=True, editable=False)
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
        # Whoever may edit every department may import.
        default_permissions = ()

    def __str__(self):
        return self.file_name

    def claim(self):
        """True for the one who may apply it now; False while another does, and once it is applied."""
        now = timezone.now()
        free = Import.objects.filter(Q(claimed_at=None) | Q(claimed_at__lt=now - self.CLAIM), applied_at=None)
        return free.filter(pk=self.pk).update(claimed_at=now) == 1

    def release(self):
        """Give up the claim: it was not applied."""
        Import.objects.filter(pk=self.pk).update(claimed_at=None)

    def finish(self):
        """It is applied: save its report, and let the file go."""
        self.content, self.applied_at = None, timezone.now()
        self.save(update_fields=["content", "applied_at", "report", "rejects", "conflicts"])
