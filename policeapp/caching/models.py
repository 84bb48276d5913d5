"""The version of the content."""

from django.db import models


class ContentVersion(models.Model):
    """What :mod:`policeapp.caching.content` knows the content by; triggers write it, and nothing else."""

    token = models.BigIntegerField(primary_key=True)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return str(self.token)
