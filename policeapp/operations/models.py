"""Counts for rate limits."""

from django.db import models


class RateCount(models.Model):
    """The number of hits of a person in a window; see :class:`policeapp.operations.rate_limits.RateLimit`."""

    key = models.CharField(max_length=64, primary_key=True)  # a digest of the limit, the window and the person
    ends_at = models.DateTimeField(db_index=True)
    number = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return self.key
