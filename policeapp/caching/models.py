"""The stored version of the content."""

from django.db import models


class ContentVersion(models.Model):
    """A token of the content's version. Only the triggers of :mod:`policeapp.caching.content` write these rows."""

    token = models.BigIntegerField(primary_key=True)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return str(self.token)
