"""Model fields that Django lacks, and validators that several models share."""

import zoneinfo
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from policeapp.web import email_addresses
from policeapp.web.forms import MarkdownWidget, normalize_lines

from . import phones
from .times import FIRST_DAY, LAST_DAY, parse_day, parse_time

DAYS = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]


class KeyField(models.CharField):
    """Text that the database compares byte by byte, so that SQLite and PostgreSQL sort it the same way."""

    def db_parameters(self, connection):
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


class PhoneField(models.CharField):
    """A phone number in the format of :func:`departments.phones.clean`."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_length": phones.MAX_LENGTH, **kwargs})

    def clean(self, value, model_instance):
        value = super().clean(value, model_instance)
        return phones.clean(value) if value else value


class TypedDateFormField(forms.DateField):
    def to_python(self, value):
        if isinstance(value, str):
            return parse_day(value) if value.strip() else None
        return super().to_python(value)


class TypedDateField(models.DateField):
    """A date. Text is read by :func:`departments.times.parse_day`."""

    def to_python(self, value):
        return parse_day(value) if isinstance(value, str) else super().to_python(value)

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": TypedDateFormField, **kwargs})


class TypedTimeFormField(forms.TimeField):
    def to_python(self, value):
        if isinstance(value, str):
            return parse_time(value) if value.strip() else None
        return super().to_python(value)


class TypedTimeField(models.TimeField):
    """A time of day. Text is read by :func:`departments.times.parse_time`."""

    def to_python(self, value):
        return parse_time(value) if isinstance(value, str) else super().to_python(value)

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": TypedTimeFormField, **kwargs})


def add_scheme(text):
    """Return a web address with its scheme, https if it has none; "" for blank text."""
    return text if not text or "://" in text else f"https://{text}"


def validate_url(url):
    """Raise ``ValidationError`` unless this is a URL of a website, without a user name or password."""
    URLValidator(["http", "https"])(url)
    if "@" in urlsplit(url).netloc:
        raise ValidationError(_("Enter a web address, not an email address or one with a user name."))


class HttpsURLField(models.URLField):
    """The URL of a website. Without a scheme, it gets https."""

    default_validators = [validate_url]

    def clean(self, value, model_instance):
        return super().clean(add_scheme(value), model_instance)

    def formfield(self, **kwargs):
        return super().formfield(**{"assume_scheme": "https", **kwargs})


def at_fields(checks):
    """Run the checks of ``Model.clean()``, and report each ``ValidationError`` at its field.

    ``checks`` is ``{name of a field: function without arguments}``.
    """
    problems = {}
    for name, check in checks.items():
        try:
            check()
        except ValidationError as problem:
            problems[name] = problem
    if problems:
        raise ValidationError(problems)


class EmailAddressFormField(forms.EmailField):
    """An email address, normalized as :func:`policeapp.web.email_addresses.normalize` does."""

    default_validators = []

    def to_python(self, value):
        value = super().to_python(value)
        return email_addresses.normalize(value) if value else value


class EmailAddressField(models.EmailField):
    """A normalized email address at a public domain."""

    default_validators = [email_addresses.normalize]

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": EmailAddressFormField, **kwargs})


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
        # The admin would choose its own widget for text.
        help_text = self.help_text or _("You can add lists, headings and links.")
        defaults = {"form_class": MarkdownFormField, "help_text": help_text}
        return super().formfield(**{**defaults, **kwargs, "widget": MarkdownWidget})


def validate_time_zone(name):
    """Raise ``ValidationError`` unless the IANA database has a time zone of this name."""
    if name not in zoneinfo.available_timezones():
        message = _("“%(name)s” is not a time zone. Enter a name such as America/New_York.")
        raise ValidationError(message, params={"name": name})
