"""What the templates need and Django lacks."""

from html import unescape

from django import template
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from policeapp.web import markdown as commonmark
from policeapp.web import structured_data

register = template.Library()


@register.filter
def markdown(text, top=3):
    """Long text as HTML, its headings from ``<h3>`` or the rank ``top`` on; see :mod:`policeapp.web.markdown`."""
    return commonmark.render(text, top)


@register.filter
def distance(miles):
    """Miles in words: "less than a mile", "1 mile", "12 miles"; nobody needs tenths of a mile to a town."""
    if miles < 1:
        return _("less than a mile")
    number = round(miles)
    return ngettext("%(number)s mile", "%(number)s miles", number) % {"number": f"{number:,}"}


@register.filter
def openings(number):
    """ "1 open job", "12 open jobs"."""
    return ngettext("%(number)s open job", "%(number)s open jobs", number) % {"number": number}


@register.filter
def served(people):
    """ "serves 27,282 people"."""
    return _("serves %(number)s people") % {"number": f"{people:,}"}


@register.simple_tag(takes_context=True)
def is_here(context, path):
    """Whether the page is below the path: the navigation marks that link as current."""
    request = context.get("request")
    return request is not None and request.path.startswith(path)


@register.simple_block_tag
def words(content):
    """What is inside as plain text: a block of a page, to be said in more than one place of it."""
    return " ".join(unescape(content).split())


@register.simple_tag(takes_context=True)
def absolute(context, path):
    """The path with the scheme and the host that this page was asked of, and without a query string."""
    return context["request"].build_absolute_uri(path)


@register.simple_tag(takes_context=True)
def breadcrumbs(context, trail):
    """The trail that the page shows, as structured data."""
    return structured_data.breadcrumbs(trail, context["request"].build_absolute_uri)


@register.simple_tag
def json_ld(data):
    """A node of structured data (see :mod:`policeapp.web.structured_data`) as a script element, which nothing runs."""
    json = structured_data.as_json(data)
    json = mark_safe(json)  # nosec B308, B703 # no <, > or & is left in it
    return format_html('<script type="application/ld+json">{}</script>', json)
