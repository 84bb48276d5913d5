"""Baselines for the pages: a WSGI application that sends the same bytes, and a Django view with the same queries.

Both read the pages from the JSON file in BARE_PAGES: ``{path: {"html", "body" (hex), "queries": number}}``. ``wsgi``
sends the page's compressed bytes. ``django`` runs the page's queries and renders a template in which each text between
two tags is a variable. Its middleware is Django's default and the compression of the site.
"""

import json
import os
import re
from html import unescape
from pathlib import Path

from django.conf import settings
from django.core.paginator import Paginator
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, QueryDict
from django.template import engines
from django.urls import re_path, resolve

from policeapp.web.pagination import PER_PAGE, CappedPaginator

PAGES = json.loads(Path(os.environ["BARE_PAGES"]).read_text()) if "BARE_PAGES" in os.environ else {}
BODIES = {path: bytes.fromhex(page["body"]) for path, page in PAGES.items()}


def wsgi(environ, start_response):
    body = BODIES[full_path(environ)]
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "br")]
    start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
    return [body]


def full_path(environ):
    query = environ.get("QUERY_STRING")
    return environ["PATH_INFO"] + (f"?{query}" if query else "")


def run_queries(path):
    """Run the queries of the page at the path, with the site's own code."""
    from departments.search.counts import by_state_and_letter
    from departments.search.forms import DepartmentSearchForm
    from jobs.forms import JobSearchForm
    from jobs.models import Job, count_open_jobs

    path, _, query = path.partition("?")
    match = resolve(path, "policeapp.urls")
    if match.url_name == "jobs":
        page_of(JobSearchForm(QueryDict(query)).results(), CappedPaginator)
    elif match.url_name == "directory":
        form = DepartmentSearchForm(QueryDict(query))
        count_open_jobs(page_of(form.results(Job.objects.open())))
        list(form.fields["specialization"].queryset)
        by_state_and_letter()
    else:
        query_department(**match.kwargs)


def page_of(results, paginator=Paginator):
    return list(paginator(results, PER_PAGE).page(1).object_list)


def query_department(state, slug):
    from departments.models import Department
    from jobs.models import HiringStep, Job

    department = Department.objects.published().with_place().filter(state=state, slug=slug).first()
    if not list(department.jobs.open().listed().by_deadline()):
        Job.objects.open().listed().nearby_or_nearest(department, 100, 3)
    Department.objects.listed().neighbors_of(department, 100, 5)
    HiringStep.objects.for_departments([department])
    for rows in (department.listed_specializations.with_names(), department.divisions, department.special_units):
        list(rows.all())


def view(request):
    path = full_path(request.META)
    run_queries(path)
    template, texts = TEMPLATES[path]
    return HttpResponse(template.render(texts, request))


def template_of(html):
    """Return ``(template, {name: text})`` that render the page."""
    texts = {}

    def variable(text):
        texts[name := f"text_{len(texts)}"] = unescape(text[0])
        return f"{{{{ {name} }}}}"

    return engines["django"].from_string(re.sub(r"(?<=>)[^<>]*[^<>\s][^<>]*(?=<)", variable, html)), texts


urlpatterns = [re_path("", view)]

if PAGES:
    settings.ROOT_URLCONF = __name__
    # The site uses all of Django's default middleware.
    defaults = [name for name in settings.MIDDLEWARE if name.startswith("django.")]
    settings.MIDDLEWARE = ["django_http_compression.middleware.HttpCompressionMiddleware", *defaults]
    django = get_wsgi_application()
    TEMPLATES = {path: template_of(page["html"]) for path, page in PAGES.items()}
