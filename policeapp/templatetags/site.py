"""Template tags and filters that Django does not have."""

from html import unescape

from django import template
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from policeapp.web import markdown as commonmark
from policeapp.web import structured_data
from policeapp.web.pagination import MAX_DOWNLOAD
from policeapp.web.routes import absolute_url

register = template.Library()

# What a User-Agent header contains, and its name. The first that matches counts: Edge also names Chrome and Safari.
BROWSERS = [("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox")]
BROWSERS += [("FxiOS", "Firefox"), ("Chrome", "Chrome"), ("CriOS", "Chrome"), ("Safari", "Safari")]
SYSTEMS = [("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows")]
SYSTEMS += [("Macintosh", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux")]


@register.filter
def markdown(text, top=3):
    """Render Markdown as HTML; headings begin at ``<h3>``, or ``<h{top}>``. See :mod:`policeapp.web.markdown`."""
    return commonmark.render(text, top)


@register.filter
def distance(miles):
    """Return miles as text in whole numbers: "less than a mile", "1 mile", "12 miles"."""
    if miles < 1:
        return _("less than a mile")
    number = round(miles)
    return ngettext("%(number)s mile", "%(number)s miles", number) % {"number": f"{number:,}"}


@register.filter
def browser(user_agent):
    """Return the User-Agent header as "Firefox on Windows", or unchanged if it is unknown."""
    names = [next((name for part, name in known if part in user_agent), None) for known in (BROWSERS, SYSTEMS)]
    if None in names:
        return user_agent
    return _("%(browser)s on %(system)s") % {"browser": names[0], "system": names[1]}


@register.filter
def openings(number):
    """Return the number as "1 open job" or "12 open jobs"."""
    return ngettext("%(number)s open job", "%(number)s open jobs", number) % {"number": number}


@register.filter
def fits_download(number):
    """Return whether a list of this length can be downloaded at once."""
    return number <= MAX_DOWNLOAD


@register.filter
def served(people):
    """Return the number as "serves 27,282 people"."""
    return _("serves %(number)s people") % {"number": f"{people:,}"}


@register.simple_tag(takes_context=True)
def is_here(context, path):
    """Return whether the current page is at or below the path, to mark the link to it as current."""
    request = context.get("request")
    return request is not None and request.path.startswith(path)


@register.simple_block_tag
def plain_text(content):
    """Return the content as plain text on one line, to use a block in several places of a page."""
    return " ".join(unescape(content).split())


register.simple_tag(absolute_url, name="absolute")
# The breadcrumbs as structured data
register.simple_tag(structured_data.breadcrumbs)


@register.simple_tag
def webcal(path):
    """Return the URL that opens a calendar program to subscribe to the calendar at this path."""
    return f"webcal:{absolute_url(path).partition(':')[2]}"


@register.simple_tag
def json_ld(data):
    """Render a node of :mod:`policeapp.web.structured_data` as a script element, which browsers do not run."""
    json = structured_data.as_json(data)
    json = mark_safe(json)  # nosec B308, B703 # as_json() has escaped <, > and &
    return format_html('<script type="application/ld+json">{}</script>', json)


@register.simple_tag
def labeled_cell(cell, headers, index):
    """Return a cell of a list in the admin, such as ``<td>5</td>``, with the name of its column in an attribute.

    The cell that names the row, a ``<th>``, and that of its checkbox need none.
    """
    label = headers[index]["text"]
    if cell.startswith("<th") or "<" in label:
        return cell
    start, rest = mark_safe(cell[:3]), mark_safe(cell[3:])  # nosec B308, B703 # Django has escaped the cell
    return format_html('{} data-label="{}"{}', start, capfirst(label), rest)
