"""What search engines are told to read: published departments and real open openings, never a sample.

An index names the parts: the site's own pages, a part for each state, and one for each ``OPENINGS`` openings in the
order of their keys. Each part is found by an index of the database, so that none costs more the more there are.
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

from .public import public_page

# A sitemap may name 50,000 addresses.
OPENINGS = 10_000


class Address(NamedTuple):
    """What a sitemap says of a page: its path, and when it was last changed if that is known."""

    path: str
    modified: object = None


class Part(Sitemap):
    """A sitemap of ``Address`` that are known when it is made."""

    def __init__(self, addresses):
        self.addresses = addresses

    def items(self):
        return self.addresses

    def location(self, address):
        return address.path

    def lastmod(self, address):
        return address.modified


def pages():
    """The ways in, and what the site says of itself."""
    names = ("home", "directory", "jobs", "privacy", "accessibility")
    letter_pages = [reverse("letter", args=[letter]) for letter in letters.letters()]
    return [Address(path) for path in (*map(reverse, names), *letter_pages)]


def state(code):
    """A state, its letters and counties, and its departments; nothing where it has none."""
    departments = Department.objects.published().filter(state=code)
    found = [
        Address(reverse("department", args=[code, slug]), modified)
        for slug, modified in departments.by_name().values_list("slug", "modified")
    ]
    if not found:
        return []
    lists = [reverse("state", args=[code])]
    lists += [reverse("letter", args=[code, letter]) for letter in letters.letters(code)]
    lists += [reverse("county", args=[code, slug]) for slug, *_ in departments.counties()]
    return [*map(Address, lists), *found]


def openings(number):
    """The real open openings whose keys, divided by ``OPENINGS``, give the number."""
    first = number * OPENINGS
    found = Job.objects.open().real().filter(pk__gte=first, pk__lt=first + OPENINGS).order_by("pk")
    return [
        Address(reverse("job", args=[pk, slug]), modified)
        for pk, slug, modified in found.values_list("pk", "slug", "modified")
    ]


def parts():
    """``[(name, latest change or None)]`` of the parts that name anything."""
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
    """The sitemap index: where the parts are and when each was last changed."""
    found = [
        SitemapIndexItem(request.build_absolute_uri(reverse("sitemap part", args=[name])), latest)
        for name, latest in parts()
    ]
    return TemplateResponse(request, "sitemap_index.xml", {"sitemaps": found}, content_type="application/xml")


@public_page("p")
@require_safe
def part(request, name):
    """A part of the sitemap, by the name that the index gives it; 404 for any other."""
    kind, _dash, number = name.partition("-")
    if name == "pages":
        addresses = pages()
    elif name.upper() in states.STATES:
        addresses = state(name.upper())
    elif kind == "openings" and number.isdecimal() and len(number) < 12:
        addresses = openings(int(number))
    else:
        raise Http404(_("There is no such part of the sitemap."))
    return sitemap(request, {name: Part(addresses)})
