"""Structured data for search engines: schema.org nodes as dicts, written as JSON-LD.

A node is a dict with an ``@type`` and the properties that are known. JSON-LD needs whole URLs.

The vocabulary is documented on https://schema.org, and Google's requirements for each type on
https://developers.google.com/search/docs/appearance/structured-data/search-gallery.
"""

import json
from typing import NamedTuple

from django.urls import reverse

from .routes import absolute_url

CONTEXT = "https://schema.org"
# These could end the script element or begin a comment in it. json.dumps() escapes everything that is not ASCII, so
# U+2028 and U+2029 cannot occur.
ESCAPES = str.maketrans({"<": r"\u003C", ">": r"\u003E", "&": r"\u0026"})
UNKNOWN = (None, "")


class Crumb(NamedTuple):
    """A page in the breadcrumbs: its name and its path."""

    name: str
    path: str


def node(kind, **properties):
    """Return a node with this ``@type`` and the properties that are known."""
    return {"@type": kind} | known(**properties)


def known(**properties):
    """Return the properties that have a value; False and 0 are values."""
    return {name: value for name, value in properties.items() if value not in UNKNOWN}


def as_json(data):
    """Return the node as JSON-LD that is safe inside a script element."""
    return json.dumps({"@context": CONTEXT} | data, allow_nan=False, separators=(",", ":")).translate(ESCAPES)


def breadcrumbs(crumbs):
    """Return a BreadcrumbList of :class:`Crumb` objects; the last one is the page itself."""
    items = [
        node("ListItem", position=position, name=crumb.name, item=absolute_url(crumb.path))
        for position, crumb in enumerate(crumbs, start=1)
    ]
    return node("BreadcrumbList", itemListElement=items)


def website():
    """Return the site as a WebSite, with the search box of the home page."""
    search = node(
        "SearchAction",
        target=node("EntryPoint", urlTemplate=f"{absolute_url(reverse('directory'))}?q={{search_term_string}}"),
        **{"query-input": "required name=search_term_string"},
    )
    return node("WebSite", name="PoliceApp", url=absolute_url(reverse("home")), potentialAction=search)
