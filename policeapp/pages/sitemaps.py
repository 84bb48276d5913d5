"""Sitemaps for search engines, with published departments and open jobs, but no samples.

A sitemap index names the parts: the site's own pages and lists, the departments of each state, and the jobs of each
range of ``OPENINGS`` primary keys. A part with more than ``MAX_URLS`` URLs has several pages (``?p=2``), so one page
takes little time and memory however large the site is.
"""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import SitemapIndexItem, sitemap, x_robots_tag
from django.core.paginator import Paginator
from django.db.models import Count, F, IntegerField, Max
from django.db.models.functions import Cast
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from departments.geo import states
from departments.models import Department
from departments.search import counts
from jobs.models import Job

from ..caching.decorators import public_page
from ..web.pagination import page_number
from ..web.routes import NUMBER, absolute_url

MAX_URLS = 2_000
# The number of primary keys in a part, so no part of jobs has a second page.
OPENINGS = MAX_URLS


class Part(Sitemap):
    """A part of the sitemap. Its URLs start with ``SITE_URL``, whatever the host of the request."""

    limit = MAX_URLS

    def get_protocol(self, protocol=None):
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site=None):
        return urlsplit(settings.SITE_URL).netloc


class Pages(Part):
    """The home page, the policies and the lists."""

    def items(self):
        """Return ``[(name of the URL, its arguments)]``."""
        found = [(name, ()) for name in ("home", "directory", "jobs", "privacy", "accessibility")]
        found += [("letter", (letter,)) for letter in counts.letters()]
        for state, letters in sorted(counts.by_state_and_letter().items()):
            found.append(("state", (state,)))
            found += [("letter", (state, letter)) for letter in counts.LETTERS if letter in letters]
        counties = Department.objects.published().exclude(county_slug="").order_by("state", "county_slug")
        return found + [("county", key) for key in counties.values_list("state", "county_slug").distinct()]

    def location(self, item):
        name, arguments = item
        return reverse(name, args=arguments)


class State(Part):
    """The departments of a state."""

    def __init__(self, code):
        self.code = code

    def items(self):
        departments = Department.objects.published().filter(state=self.code)
        return departments.by_name().values_list("slug", "modified")

    def location(self, item):
        return reverse("department", args=[self.code, item[0]])

    def lastmod(self, item):
        return item[1]


class Openings(Part):
    """The open jobs of a range. The number is their primary key divided by ``OPENINGS``, rounded down."""

    def __init__(self, number):
        self.first = number * OPENINGS

    def items(self):
        jobs = Job.objects.open().real().filter(pk__gte=self.first, pk__lt=self.first + OPENINGS)
        return jobs.order_by("pk").values_list("pk", "slug", "modified")

    def location(self, item):
        return reverse("job", args=item[:2])

    def lastmod(self, item):
        return item[2]


def parts():
    """Return ``[(name, last change or None, number of pages)]`` of the parts that are not empty."""
    by_state = Department.objects.published().order_by("state").values_list("state")
    numbered = Job.objects.open().real().annotate(part=Cast(F("pk") / OPENINGS, IntegerField()))
    numbered = numbered.order_by("part").values_list("part").annotate(Max("modified"))
    return [
        ("pages", None, Pages().paginator.num_pages),
        *(
            (code.lower(), latest, Paginator(range(number), MAX_URLS).num_pages)
            for code, latest, number in by_state.annotate(Max("modified"), Count("pk"))
        ),
        *((f"openings-{number}", latest, 1) for number, latest in numbered),
    ]


def find_part(name):
    """Return the part with this name in the index, or raise Http404."""
    if name == "pages":
        return Pages()
    if name.upper() in states.STATES and name.islower():
        return State(name.upper())
    if match := re.fullmatch(f"openings-(0|{NUMBER})", name):
        return Openings(int(match[1]))
    raise Http404(_("There is no such part of the sitemap."))


@public_page()
@require_safe
@x_robots_tag
def index(request):
    """Return the sitemap index: the URLs of the parts and the time of their last changes."""
    found = []
    for name, latest, pages in parts():
        url = absolute_url(reverse("sitemap part", args=[name]))
        found += [SitemapIndexItem(f"{url}?p={page}" if page > 1 else url, latest) for page in range(1, pages + 1)]
    return TemplateResponse(request, "sitemap_index.xml", {"sitemaps": found}, content_type="application/xml")


@public_page("p")
@require_safe
def part(request, name):
    """Return a page of the part of the sitemap with this name."""
    page_number(request, "p")
    return sitemap(request, {name: find_part(name)})
