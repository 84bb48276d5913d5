"""The page cache: public pages for anonymous visitors, stored whole in Django's cache ``pages`` and never stale.

The key of a cached page holds the version of the content (caching/content.py) and the next instant at which time
alone changes a page. Each request reads the version, one small query, so every process sees a write with the very next
request. While the database is away nothing comes from the cache. Caches in front of the site may keep a page for
``PROXY_SECONDS``, but not beyond that instant.
"""

from base64 import b64decode, b64encode
from datetime import timedelta
from functools import cache
from hashlib import sha256

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.cache import caches
from django.core.exceptions import DisallowedHost
from django.db import OperationalError
from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django_http_compression.middleware import best_coding

from jobs.models import Job

from ..operations.request_ids import count
from . import content
from .decorators import parameters_of, plain_query

# Public pages have no longer query strings.
MAX_QUERY_LENGTH = 2_000
# Openings open and close at any instant. Everything else that depends on time changes at a quarter of an hour.
QUARTER = timedelta(minutes=15)
# Headers that are set anew for each response.
UNCACHED_HEADERS = {"cache-control", "vary", "x-noise", "expires"}


class PageCache:
    """Answers GET and HEAD requests for public pages (:func:`policeapp.caching.decorators.public_page`) from the cache.

    Visitors who may be signed in, or have a message to read, have a cookie that shows it and get a page of their own.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.private_cookies = {settings.SESSION_COOKIE_NAME, CookieStorage.cookie_name}
        self.period = None, 0, 0  # the last version, and since and until when its pages are valid

    def __call__(self, request):
        parameters = parameters_of(request.path_info) if request.method in ("GET", "HEAD") else None
        if parameters is None or len(request.META["QUERY_STRING"]) > MAX_QUERY_LENGTH:
            return self.get_response(request)
        if self.private_cookies & request.COOKIES.keys():
            response = self.get_response(request)
            patch_cache_control(response, private=True, no_cache=True)
            return response
        now = timezone.now().timestamp()
        try:
            origin = request.scheme, request.get_host()
            version, until = self._validity(now)
        except (DisallowedHost, OperationalError):
            return self.get_response(request)  # which answers 400, or 503 if it needs the database
        return self._answer(request, (release(), version, until, *origin, *canonical(request, parameters)), until - now)

    def _answer(self, request, parts, seconds):
        key = sha256(repr(parts).encode()).hexdigest()
        cached = caches["pages"].get(key)
        count("page_cache_hit" if cached else "page_cache_miss")
        if cached:
            headers, body = cached
            return finish(request, HttpResponse(b64decode(body), headers=headers), seconds)
        response = self.get_response(request)
        if response.status_code != 200 or response.streaming or response.cookies:
            return response
        headers = {name: value for name, value in response.items() if name.lower() not in UNCACHED_HEADERS}
        caches["pages"].set(key, [headers, b64encode(response.content).decode()], max(1, round(seconds)))
        return finish(request, response, seconds)

    def _validity(self, now):
        """Return the version of the content and until when its pages are valid, in seconds since 1970."""
        version, (known, since, until) = content.version(), self.period
        if version != known or not since <= now < until:
            until = next_change().timestamp()
            self.period = version, now, until
        return version, until


def canonical(request, parameters):
    """Reduce the request to what the page depends on, and return that: path, query string and content coding."""
    request.GET = plain_query(request.GET, parameters)
    request.META["QUERY_STRING"] = request.GET.urlencode()
    request.META["HTTP_ACCEPT_ENCODING"] = best_coding(request.META.get("HTTP_ACCEPT_ENCODING", ""))
    return request.path, request.META["QUERY_STRING"], request.META["HTTP_ACCEPT_ENCODING"]


def next_change():
    """Return the next instant at which time alone changes a page: an opening opens or closes, or a quarter begins."""
    now = timezone.now()
    quarter = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) + QUARTER
    return Job.objects.next_change(now, quarter) or quarter


def finish(request, response, seconds):
    """Set the headers for caches in front of the site; ``seconds`` is how long the page is still valid."""
    seconds = max(0, min(settings.PROXY_SECONDS, int(seconds)))
    response["Cache-Control"] = f"public, max-age=0, s-maxage={seconds}" if seconds else "public, max-age=0"
    response["Vary"] = "Accept-Encoding"
    if "HTTP_IF_NONE_MATCH" in request.META:
        return get_conditional_response(request, etag=response["ETag"], response=response)
    return response


@cache
def release():
    """Return a digest of the code, templates and settings, so releases that share a Redis do not share pages."""
    if not settings.CACHE_URL:
        return ""
    folders = [settings.BASE_DIR / name for name in ("policeapp", "departments", "jobs", "templates")]
    files = sorted(path for folder in folders for path in folder.rglob("*.*") if path.suffix in (".py", ".html"))
    parts = [path.read_bytes() for path in (*files, settings.STATIC_ROOT / "staticfiles.json") if path.is_file()]
    parts.append(f"{settings.SITE_URL} {settings.SENDS_EMAIL} {settings.CONTACT_EMAIL}".encode())
    return sha256(b"\0".join(parts)).hexdigest()
