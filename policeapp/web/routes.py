"""The paths of the site: their views, for middleware, and their full URLs."""

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve
from django.urls.converters import IntConverter, StringConverter

# A positive integer that fits into 64 bits. In URLs it has only this spelling: ASCII digits without a sign or leading
# zeros. Any other is 404 before it costs a query or makes a second cached page.
NUMBER = "[1-9][0-9]{0,17}"


class NumberConverter(IntConverter):
    """A :data:`NUMBER` in a path: ``<number:pk>``."""

    regex = NUMBER


class TextConverter(StringConverter):
    """A text of one line in a path, such as the number of an opening elsewhere, which can have slashes."""

    regex = r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,98}[^\s\x00-\x1f\x7f])?"


class Route(NamedTuple):
    """The name of a URL pattern and its view."""

    name: str
    view: object


@lru_cache(maxsize=10_000)
def route_at(path):
    """Return the Route of the path, or one with the name "-" and no view if the path has none."""
    try:
        match = resolve(path)
    except Resolver404:
        return Route("-", None)
    return Route(match.view_name, match.func)


def absolute_url(path):
    """Return the full URL of the path. It starts with ``SITE_URL``, whatever the host of the request."""
    return f"{settings.SITE_URL}{path}"


def site_host():
    """Return the host name of the site without a port, for ids that never change."""
    return urlsplit(settings.SITE_URL).hostname
