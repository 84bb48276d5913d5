"""What a page says to search engines besides its words: nodes of schema.org, as data that is written as JSON-LD.

A node is a dict with its ``@type`` and those properties that are known. ``absolute`` makes an address of a path, as
``request.build_absolute_uri`` does: there is nothing to be relative to.

The vocabulary is that of https://schema.org, and what Google asks of it is described for each type on
https://developers.google.com/search/docs/appearance/structured-data/search-gallery.
"""

import json
from typing import NamedTuple

from django.urls import reverse

CONTEXT = "https://schema.org"
# Within a script element these could end it, or begin a comment. The JSON of Python itself has no U+2028 and U+2029:
# it writes all that is not ASCII as escapes.
ESCAPES = str.maketrans({"<": r"\u003C", ">": r"\u003E", "&": r"\u0026"})
UNKNOWN = (None, "")


class Crumb(NamedTuple):
    """A page on the way to another: what it is called there, and its path."""

    name: str
    path: str


def node(kind, **properties):
    """A node of this ``@type`` with those of the properties that are known."""
    return {"@type": kind} | known(**properties)


def known(**properties):
    """The properties that have a value, and be it False or 0."""
    return {name: value for name, value in properties.items() if value not in UNKNOWN}


def as_json(data):
    """The node as JSON-LD that may stand within a script element, whatever its texts hold."""
    return json.dumps({"@context": CONTEXT} | data, allow_nan=False, separators=(",", ":")).translate(ESCAPES)


def breadcrumbs(trail, absolute):
    """The way to a page as a BreadcrumbList. ``trail`` is a list of :class:`Crumb` that ends with the page itself."""
    items = [
        node("ListItem", position=position, name=crumb.name, item=absolute(crumb.path))
        for position, crumb in enumerate(trail, start=1)
    ]
    return node("BreadcrumbList", itemListElement=items)


def website(absolute):
    """The site as a WebSite, with the search of its start page."""
    search = node(
        "SearchAction",
        target=node("EntryPoint", urlTemplate=f"{absolute(reverse('directory'))}?q={{search_term_string}}"),
        **{"query-input": "required name=search_term_string"},
    )
    return node("WebSite", name="PoliceApp", url=absolute(reverse("home")), potentialAction=search)
