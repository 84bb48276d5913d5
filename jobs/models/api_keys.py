"""Keys with which a department's applicant-tracking system sends its openings."""

import secrets
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from departments.models import Department

from .job import Job


class ApiKeyQuerySet(models.QuerySet):
    def find(self, secret):
        """Return the key with this secret, with its department, or None if there is none or it is revoked."""
        valid = self.filter(revoked_at=None, digest=_digest(secret))
        return valid.select_related("department").first()

    def editable_by(self, user):
        return self.filter(department__in=Department.objects.editable_by(user))


class ApiKey(models.Model):
    """Lets a program send the openings of one department. Its name is their source.

    Only the digest of the secret is stored. The secret is random and long, so nobody can guess it from the digest.
    """

    IS_SHOWN = False  # not on any public page

    SECRET_BYTES = 32
    SHOWN = 8  # characters, by which people tell secrets apart
    # ``last_used`` is not more precise.
    USE_INTERVAL = timedelta(hours=1)

    department = models.ForeignKey(
        Department, models.CASCADE, related_name="api_keys", verbose_name=_("department"), db_index=False
    )
    name = models.CharField(
        _("name of the system"),
        max_length=60,
        help_text=_("Such as “NEOGOV”. It is the source of the jobs, so it can't change later."),
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    beginning = models.CharField(_("begins with"), max_length=8, editable=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("created by"),
        null=True,
        editable=False,
        related_name="+",
    )
    last_used = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "name"],
                name="api_key_name_unique",
                violation_error_message=_("Another key of this department has this name."),
            ),
        ]

    def __str__(self):
        return f"{self.name}, {self.department}"

    def clean(self):
        """Another list with this name would have the same openings."""
        if self.name == Job.SAMPLES or self._names_a_connector():
            raise ValidationError({"name": _t("A list of jobs has this name. Enter another one.")})

    def _names_a_connector(self):
        return self.department_id and self.department.connectors.filter(name=self.name).exists()

    def make_secret(self):
        """Return a new secret, which replaces the old one, also that of a revoked key. The caller saves the key."""
        secret = secrets.token_urlsafe(self.SECRET_BYTES)
        self.digest, self.beginning, self.revoked_at = _digest(secret), secret[: self.SHOWN], None
        return secret

    def revoke(self):
        """Stop it. Its openings stay."""
        self.revoked_at = timezone.now()
        self.save(update_fields=["revoked_at"])

    def record_use(self):
        now = timezone.now()
        if self.last_used is None or self.last_used <= now - self.USE_INTERVAL:
            ApiKey.objects.filter(pk=self.pk).update(last_used=now)

    @property
    def state(self):
        if self.revoked_at:
            return _t("Revoked on %(day)s") % {"day": date_format(self.revoked_at, "F j, Y")}
        return _t("Works")


def _digest(secret):
    return sha256(secret.encode()).hexdigest()
