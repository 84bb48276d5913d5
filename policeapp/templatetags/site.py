"""What the templates need and Django lacks."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from policeapp import markdown as commonmark

register = template.Library()


@register.filter
def markdown(text, top=3):
    """Long text as HTML, its headings from ``<h3>`` or the rank ``top`` on; see :mod:`policeapp.markdown`."""
    return commonmark.render(text, top)


@register.filter
def distance(miles):
    """Miles in words: "less than a mile", "1 mile", "12 miles"; nobody needs tenths of a mile to a town."""
    if miles < 1:
        return _("less than a mile")
    number = round(miles)
    return ngettext("%(number)s mile", "%(number)s miles", number) % {"number": f"{number:,}"}


@register.simple_tag(takes_context=True)
def is_here(context, path):
    """Whether the page is below the path: the navigation marks that link as current."""
    request = context.get("request")
    return request is not None and request.path.startswith(path)
