"""The home page, and the small files that browsers and robots ask for."""

import re

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from departments.geo import maps
from departments.search import counts
from jobs.models import Job

from ..caching.decorators import public_page
from ..web.pagination import CappedPaginator
from ..web.routes import absolute_url
from ..web.structured_data import website

LATEST_JOBS = 6
LATEST_SAMPLES = 3
# Only names that departments.logos makes, not other files in the folder.
LOGO_NAME = re.compile(r"[0-9a-f]{32}\.png\Z")


@public_page()
@require_safe
def home(request):
    """Show the home page: a search, links for each kind of visitor, the map of the states and the latest jobs."""
    by_state = counts.by_state()
    context = {
        "contact": settings.CONTACT_EMAIL,
        "latest": latest_jobs(),
        "jobs": CappedPaginator(Job.objects.open().real().newest(), LATEST_JOBS),
        "department_count": sum(by_state.values()),
        "regions": maps.regions(by_state),
        "structured_data": website(),
    }
    return render(request, "pages/home.html", context)


def latest_jobs():
    """Return the newest open jobs; if few of them are real, a few samples too. Two queries."""
    openings = Job.objects.open().listed().newest()
    real = list(openings.real()[:LATEST_JOBS])
    samples = min(LATEST_SAMPLES, LATEST_JOBS - len(real))
    return [*real, *openings.filter(is_sample=True)[:samples]]


@require_safe
def logo(request, name):
    """Return a department's logo. A changed logo has a new name, so caches can store it forever."""
    path = f"logos/{name}"
    if not LOGO_NAME.match(name) or not default_storage.exists(path):
        raise Http404(_("There is no such logo."))
    response = FileResponse(default_storage.open(path))
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@require_safe
def robots(request):
    """Return robots.txt: robots can read everything except the admin and data for programs. It links to the sitemap."""
    rules = [
        f"Disallow: {path}"
        for path in ("/admin/", "/api/v1/", "/departments.csv", "/jobs.csv", "/data/departments.zip")
    ]
    sitemap = absolute_url(reverse("sitemap"))
    lines = ["User-agent: *", *rules, "", f"Sitemap: {sitemap}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain")


@require_safe
def icon(request, name):
    """Redirect browsers that ask for an icon at its default URL to the file in ``static/img``."""
    return redirect(static(f"img/{name}"))
