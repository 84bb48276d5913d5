"""When somebody last checked all facts of a department."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Checked(models.Model):
    """A model whose facts a person can check. It has ``editors`` and ``today()``."""

    CHECK_LIFETIME = timedelta(days=365)

    checked_on = models.DateField(_("checked"), null=True, editable=False)
    # False: by an administrator of this site, who doesn't work there.
    checked_by_department = models.BooleanField(default=False, editable=False)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("by")
    )

    class Meta:
        abstract = True

    def mark_as_checked(self, user):
        """Record that the user has checked all facts today."""
        self.checked_on, self.checked_by = self.today(), user
        self.checked_by_department = self.editors.filter(pk=user.pk).exists()
        type(self).objects.filter(pk=self.pk).update(
            **{name: getattr(self, name) for name in ("checked_on", "checked_by", "checked_by_department")}
        )

    @property
    def is_check_old(self):
        """Whether nobody has checked it for a year. False if nobody ever did."""
        return bool(self.checked_on) and self.today() - self.checked_on > self.CHECK_LIFETIME


def not_checked_since(day):
    """Return the ``Q`` of what nobody has checked on this day or later."""
    return Q(checked_on=None) | Q(checked_on__lt=day)
