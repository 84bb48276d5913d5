"""Sitemaps for search engines, with published departments and open jobs, but no samples.

A sitemap index names the parts: the site's own pages, a part for each state, and a part for each range of
``OPENINGS`` primary keys of jobs. Each part uses a database index, so its cost does not grow with the site.
"""

from typing import NamedTuple

from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import SitemapIndexItem, sitemap, x_robots_tag
from django.db.models import F, IntegerField, Max
from django.db.models.functions import Cast
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from departments.geo import states
from departments.models import Department
from departments.search import counts as letters
from jobs.models import Job

from ..caching.decorators import public_page

# A sitemap may have 50,000 URLs.
OPENINGS = 10_000


class Page(NamedTuple):
    """A page in a sitemap: its path, and the time of its last change if known."""

    path: str
    modified: object = None


class Part(Sitemap):
    """A sitemap of the given pages."""

    def __init__(self, pages):
        self.pages = pages

    def items(self):
        return self.pages

    def location(self, page):
        return page.path

    def lastmod(self, page):
        return page.modified


def pages():
    """Return the home page, the lists and the policies."""
    names = ("home", "directory", "jobs", "privacy", "accessibility")
    letter_pages = [reverse("letter", args=[letter]) for letter in letters.letters()]
    return [Page(path) for path in (*map(reverse, names), *letter_pages)]


def state(code):
    """Return the pages of a state: its lists and its departments. Empty if it has no departments."""
    departments = Department.objects.published().filter(state=code)
    profiles = [
        Page(reverse("department", args=[code, slug]), modified)
        for slug, modified in departments.by_name().values_list("slug", "modified")
    ]
    if not profiles:
        return []
    lists = [reverse("state", args=[code])]
    lists += [reverse("letter", args=[code, letter]) for letter in letters.letters(code)]
    lists += [reverse("county", args=[code, slug]) for slug, *_ in departments.counties()]
    return [*map(Page, lists), *profiles]


def openings(number):
    """Return the pages of open jobs. The number is their primary key divided by ``OPENINGS``, rounded down."""
    first = number * OPENINGS
    found = Job.objects.open().real().filter(pk__gte=first, pk__lt=first + OPENINGS).order_by("pk")
    return [
        Page(reverse("job", args=[pk, slug]), modified)
        for pk, slug, modified in found.values_list("pk", "slug", "modified")
    ]


def parts():
    """Return ``[(name, last change or None)]`` of the parts that are not empty."""
    changed = Department.objects.published().order_by("state").values_list("state").annotate(Max("modified"))
    numbered = Job.objects.open().real().annotate(part=Cast(F("pk") / OPENINGS, IntegerField())).order_by("part")
    return [
        ("pages", None),
        *((code.lower(), latest) for code, latest in changed),
        *((f"openings-{number}", latest) for number, latest in numbered.values_list("part").annotate(Max("modified"))),
    ]


@public_page()
@require_safe
@x_robots_tag
def index(request):
    """Return the sitemap index: the URLs of the parts and the time of their last changes."""
    found = [
        SitemapIndexItem(request.build_absolute_uri(reverse("sitemap part", args=[name])), latest)
        for name, latest in parts()
    ]
    return TemplateResponse(request, "sitemap_index.xml", {"sitemaps": found}, content_type="application/xml")


@public_page("p")
@require_safe
def part(request, name):
    """Return the part of the sitemap with this name in the index. Raises Http404 for other names."""
    kind, _dash, number = name.partition("-")
    if name == "pages":
        found = pages()
    elif name.islower() and name.upper() in states.STATES:
        found = state(name.upper())
    elif kind == "openings" and number.isdecimal() and len(number) < 12:
        found = openings(int(number))
    else:
        raise Http404(_("There is no such part of the sitemap."))
    return sitemap(request, {name: Part(found)})
