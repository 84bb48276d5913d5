"""When somebody last checked all facts of a department."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

# The fields of a check. They are no facts, so the history leaves them out.
CHECK = ("checked_on", "checked_by", "checked_by_department")


class Checked(models.Model):
    """A model whose facts a person can check. It has ``editors``, ``today()`` and ``format_day()``."""

    CHECK_DAYS = 365  # after them, the page says that nobody has checked it since

    checked_on = models.DateField(_("checked"), null=True, editable=False)
    # False: by an administrator of this site, who doesn't work there.
    checked_by_department = models.BooleanField(default=False, editable=False)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("by")
    )

    class Meta:
        abstract = True

    def mark_as_checked(self, user):
        """Record that the user has checked all facts today. ``modified`` stays, because no fact changes."""
        values = {
            "checked_on": self.today(),
            "checked_by": user,
            "checked_by_department": self.editors.filter(pk=user.pk).exists(),
        }
        type(self).objects.filter(pk=self.pk).update(**values)
        for name, value in values.items():
            setattr(self, name, value)

    @property
    def check_text(self):
        """A text such as "Checked by the department on May 3, 2027.", or "" if nobody ever did."""
        if not self.checked_on:
            return ""
        day = {"day": self.format_day(self.checked_on)}
        if self.checked_by_department:
            text = _t("Checked by the department on %(day)s.") % day
        else:
            text = _t("Checked by PoliceApp on %(day)s.") % day
        is_old = self.today() - self.checked_on > timedelta(days=self.CHECK_DAYS)
        return f"{text} {_t('Nobody has checked it since.')}" if is_old else text


def not_checked_since(day):
    """Return the ``Q`` of what nobody has checked on this day or later."""
    return Q(checked_on=None) | Q(checked_on__lt=day)
