"""What a page is measured beside: its bytes from a bare WSGI application, and a bare Django view that does as much.

Both read the pages from the file that BARE_PAGES names, JSON of ``{path: {"html", "body" (hex), "queries"}}``.
``wsgi`` sends the page's compressed bytes. ``django`` asks the database for as many rows as the page has queries and
draws a template of the page's size, a variable to a line, which the site's own middleware compresses.
"""

import json
import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.template import engines
from django.urls import re_path
from django.utils.safestring import mark_safe

PAGES = json.loads(Path(os.environ["BARE_PAGES"]).read_text()) if "BARE_PAGES" in os.environ else {}
BODIES = {path: bytes.fromhex(page["body"]) for path, page in PAGES.items()}
LINES = {path: [mark_safe(line) for line in page["html"].splitlines(keepends=True)] for path, page in PAGES.items()}


def wsgi(environ, start_response):
    body = BODIES[address(environ)]
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "br")]
    start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
    return [body]


def address(environ):
    query = environ.get("QUERY_STRING")
    return environ["PATH_INFO"] + (f"?{query}" if query else "")


def view(request):
    from departments.models import Department

    path = address(request.META)
    for pk in range(1, PAGES[path]["queries"] + 1):
        Department.objects.get(pk=pk)
    return HttpResponse(TEMPLATE.render({"lines": LINES[path]}))


urlpatterns = [re_path("", view)]

if PAGES:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["django_http_compression.middleware.HttpCompressionMiddleware"]
    django = get_wsgi_application()
    TEMPLATE = engines["django"].from_string("{% for line in lines %}{{ line }}{% endfor %}")
