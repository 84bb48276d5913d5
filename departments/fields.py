"""Model fields that Django lacks, and validators that several models share."""

import zoneinfo
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from policeapp.web.forms import normalize_lines

# The dates that the site accepts. Dates outside this range are typing errors.
DAYS = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 12, 31))]


class KeyField(models.CharField):
    """Text that the database compares byte by byte, so that SQLite and PostgreSQL sort it the same way."""

    def db_parameters(self, connection):
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


class HttpsURLField(models.URLField):
    """A URL. If it is typed without a scheme, the form assumes https."""

    def formfield(self, **kwargs):
        return super().formfield(**{"assume_scheme": "https", **kwargs})


class MarkdownFormField(forms.CharField):
    """Text that a person typed. Browsers send line breaks as CRLF, which would count as a change and twice as long."""

    def to_python(self, value):
        return normalize_lines(super().to_python(value))


class MarkdownField(models.TextField):
    """Text of several lines. Forms, fixtures, imports and code all store it with the same line breaks."""

    def to_python(self, value):
        value = super().to_python(value)
        return value and normalize_lines(value)

    def pre_save(self, instance, add):
        value = super().pre_save(instance, add)
        if isinstance(value, str):
            value = normalize_lines(value)
            setattr(instance, self.attname, value)
        return value

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": MarkdownFormField, **kwargs})


def validate_time_zone(name):
    """Raise ``ValidationError`` unless the IANA database has a time zone of this name."""
    if name not in zoneinfo.available_timezones():
        message = _("“%(name)s” is not a time zone. Enter a name such as America/New_York.")
        raise ValidationError(message, params={"name": name})
