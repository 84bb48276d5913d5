"""Looks up the view of a path before Django does, for middleware."""

from functools import lru_cache
from typing import NamedTuple

from django.urls import Resolver404, resolve


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
