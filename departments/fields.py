"""Kinds of model fields that Django lacks, and what several of them allow."""

import zoneinfo
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

# The days that anything on the site may be about: what is beyond was mistyped.
DAYS = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 12, 31))]


class KeyField(models.CharField):
    """Text that is compared byte by byte, so that SQLite and PostgreSQL sort it alike."""

    def db_parameters(self, connection):
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


class WebAddressField(models.URLField):
    """A web address; typed without a scheme it is taken for https."""

    def formfield(self, **kwargs):
        return super().formfield(**{"assume_scheme": "https", **kwargs})


def validate_time_zone(name):
    """``ValidationError`` unless the name is in the IANA database; some files have a town where a zone belongs."""
    if name not in zoneinfo.available_timezones():
        message = _("“%(name)s” is not a time zone. One is called America/New_York.")
        raise ValidationError(message, params={"name": name})
