"""The page cache: whole public pages for anonymous visitors, stored in Django's cache ``pages`` and never stale.

The key of a cached page contains the version of the content (caching/content.py) and the next time at which a page
changes without a write. Each request reads the version with one small query, so all processes see a write on their next
request. While the database is down, no page comes from the cache. Caches in front of the site may store a page for
``PROXY_SECONDS``, but not beyond that time.
"""

from base64 import b64decode, b64encode
from datetime import timedelta
from functools import cache
from hashlib import sha256

from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, get_conditional_response
from django_http_compression.middleware import best_coding

from ..operations.metrics import count_event
from . import content
from .decorators import normalize_query, public_parameters_of

# No public page has a longer query string.
MAX_QUERY_LENGTH = 2_000
# In each time zone, a day ends at a quarter of an hour, and "3 days left" becomes "2 days left".
QUARTER = timedelta(minutes=15)
# Functions ``(after, until)`` that return the first time in this interval at which a page changes, or None. Apps add
# theirs in AppConfig.ready().
next_changes = []
# Headers that are not cached, because they are set for each response.
UNCACHED_HEADERS = {"vary", "x-noise"}


class PageCache:
    """Answers GET and HEAD requests for public pages (:func:`policeapp.caching.decorators.public_page`) from the cache.

    Everyone gets the same page, so the views of public pages get no cookies. It comes after SecurityMiddleware, so HTTP
    requests are redirected to HTTPS, and before all other middleware that a cached page does not need.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.period = None, 0, 0  # the last version, and from when until when its pages are valid

    def __call__(self, request):
        parameters = public_parameters_of(request.path_info) if request.method in ("GET", "HEAD") else None
        if parameters is None:
            return self.get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        if parameters and len(request.META["QUERY_STRING"]) > MAX_QUERY_LENGTH:
            response = self.get_response(request)
            add_never_cache_headers(response)
            return response
        now = timezone.now().timestamp()
        try:
            request.get_host()  # raises DisallowedHost, but is not part of the page
            parts = canonical(request, parameters)
            version, until = self._validity(now)
        except (SuspiciousOperation, OperationalError):
            return self.get_response(request)  # the answer is 400, or 503 if the view needs the database
        return self._answer(request, (release(), version, until, *parts), until)

    def _answer(self, request, parts, until):
        key = sha256(repr(parts).encode()).hexdigest()
        cached = caches["pages"].get(key)
        count_event("page_cache_hit" if cached else "page_cache_miss")
        if cached:
            headers, body = cached
            return finish(request, HttpResponse(b64decode(body), headers=headers), until)
        response = self.get_response(request)
        if response.status_code != 200 or response.streaming or response.cookies or "Cache-Control" in response:
            return response
        headers = {name: value for name, value in response.items() if name.lower() not in UNCACHED_HEADERS}
        seconds = max(1, round(until - timezone.now().timestamp()))
        caches["pages"].set(key, [headers, b64encode(response.content).decode()], seconds)
        return finish(request, response, until)

    def _validity(self, now):
        """Return the version of the content and the time until which its pages are valid (seconds since 1970)."""
        version, (known, since, until) = content.version(), self.period
        if version != known or not since <= now < until:
            until = next_change().timestamp()
            self.period = version, now, until
        return version, until


def canonical(request, parameters):
    """Normalize the parts of the request that the page depends on: return path, query string and content coding."""
    request.GET = normalize_query(request.GET if parameters else {}, parameters)
    request.META["QUERY_STRING"] = request.GET.urlencode()
    request.META["HTTP_ACCEPT_ENCODING"] = best_coding(request.META.get("HTTP_ACCEPT_ENCODING", ""))
    return request.path, request.META["QUERY_STRING"], request.META["HTTP_ACCEPT_ENCODING"]


def next_change():
    """Return the next time at which a page changes without a write: a registered one, or the next quarter hour."""
    now = timezone.now()
    quarter = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) + QUARTER
    return min((change for function in next_changes if (change := function(now, quarter))), default=quarter)


def finish(request, response, until):
    """Set the headers for caches in front of the site. The page is valid until this time (seconds since 1970)."""
    seconds = max(0, min(settings.PROXY_SECONDS, int(until - timezone.now().timestamp())))
    response["Cache-Control"] = f"public, max-age=0, s-maxage={seconds}" if seconds else "public, max-age=0"
    response["Vary"] = "Accept-Encoding"
    if "HTTP_IF_NONE_MATCH" in request.META:
        return get_conditional_response(request, etag=response["ETag"], response=response)
    return response


@cache
def release():
    """Return a digest of the code, templates and settings, so that releases with the same Redis share no pages."""
    if not settings.CACHE_URL:
        return ""
    folders = [settings.BASE_DIR / name for name in ("policeapp", "departments", "jobs", "templates")]
    files = sorted(path for folder in folders for path in folder.rglob("*.*") if path.suffix in (".py", ".html"))
    parts = [path.read_bytes() for path in (*files, settings.STATIC_ROOT / "staticfiles.json") if path.is_file()]
    parts.append(f"{settings.SITE_URL} {settings.SENDS_EMAIL} {settings.CONTACT_EMAIL}".encode())
    return sha256(b"\0".join(parts)).hexdigest()
