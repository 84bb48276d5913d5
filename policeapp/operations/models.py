"""Counts for rate limits."""

from django.db import models


class RateCount(models.Model):
    """How often someone has done something in a window of time; see :class:`policeapp.operations.rate_limits.Limit`."""

    key = models.CharField(max_length=64, primary_key=True)  # a digest of what, when and who
    ends_at = models.DateTimeField(db_index=True)
    number = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return self.key
