"""Changes of departments and openings: who made them, when and how.

A :class:`Change` is everything that one request, import or command wrote. The values are in historical tables, one for
each model with a :class:`policeapp.history.records.History`.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _


class Change(models.Model):
    """What one request, import or command changed. :func:`policeapp.history.records.change_by` opens one.

    ``upload`` is the import, and ``label`` names the file or command that made the change.
    """

    class Kind(models.TextChoices):
        EDIT = "edit", _("Edit")
        IMPORT = "import", _("Import")
        UNDO = "undo", _("Undo of an import")
        RESTORE = "restore", _("Restored from the history")
        CORRECTION = "correction", _("A visitor's correction")
        EMAIL = "email", _("A link in an email")
        COMMAND = "command", _("A command on the server")

    at = models.DateTimeField(_("time"), default=timezone.now)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.EDIT)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("changed by"), null=True, related_name="+"
    )
    upload = models.ForeignKey("Import", models.SET_NULL, verbose_name=_("import"), null=True, related_name="changes")
    label = models.CharField(_("label"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["-pk"]
        default_permissions = ()

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M}: {self.get_kind_display()}"

    @property
    def author(self):
        """Who or what made the change, for people who can use the admin."""
        person = self.user.public_name if self.user else ""
        if self.kind == self.Kind.IMPORT:
            return _t("An import: %(file)s") % {"file": self.label} if self.label else _t("An import")
        if self.kind == self.Kind.EDIT:
            return person or _t("Somebody whose account is gone")
        return f"{self.get_kind_display()}: {person or self.label}" if person or self.label else self.get_kind_display()


class HistoricalRow(models.Model):
    """The base of historical rows. A row without a change is the value that an object had before its first change."""

    IS_SHOWN = False  # whatever writes it also writes the object, which pages show

    change = models.ForeignKey(Change, models.CASCADE, null=True, related_name="+")

    class Meta:
        abstract = True
