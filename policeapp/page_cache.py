"""The page cache: public pages for strangers, kept as they were sent and never shown when something has changed.

A page is kept with the edition that it belongs to: the version of the content, and until when the clock changes
nothing in it. Each request asks for the version, and only a page of the present edition is sent; so a write is seen
by the very next request, in every process and on every machine. While the database does not answer, pages of the last
known edition go on being sent until an opening opens or closes.

Pages are kept in the memory of each process, the least recently used ones given up first, or in a Redis for all
(``PAGE_CACHE_URL``). Caches in front of the site may keep a page for ``PROXY_SECONDS``, never beyond its edition.
"""

from threading import Lock

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django_http_compression.middleware import best_coding

from . import content
from .editions import Editions
from .page_store import Kept, Memory, Shared
from .public import parameters_of, plain_query
from .watching import count

# Seconds that a request waits for another one that makes the same page.
PATIENCE_WITH_OTHERS = 10
# No page of ours has a longer query string; whoever sends one is answered by the view.
LONGEST = 2_000

editions = Editions()
pages = Shared() if "pages" in settings.CACHES else Memory(settings.PAGE_CACHE_MB * 2**20)


def forget():
    """Ask for everything anew."""
    pages.clear()
    editions.known, editions.rests_until = None, 0


class PageCache:
    """Answers requests for public pages (:func:`policeapp.public.public_page`).

    Strangers get them from the cache; of many who ask for one that is not there, one thread of the process makes it and
    the others wait. Whoever may be signed in, or is to be told something, has cookies that say so and gets a page of
    their own.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.locks = [Lock() for _ in range(64)]
        self.personal = {settings.SESSION_COOKIE_NAME, "messages"}

    def __call__(self, request):
        parameters = parameters_of(request.path_info) if request.method in ("GET", "HEAD") else None
        if parameters is None or len(request.META["QUERY_STRING"]) > LONGEST:
            return self.get_response(request)
        try:
            host = request.get_host()
        except DisallowedHost:
            return self.get_response(request)
        if self.personal & request.COOKIES.keys():
            response = self.get_response(request)
            patch_cache_control(response, private=True, no_cache=True)
            return response
        return self._answer(request, host, parameters)

    def _answer(self, request, host, parameters):
        meta = request.META
        request.GET = plain_query(request.GET, parameters)
        meta["QUERY_STRING"] = request.GET.urlencode()
        meta["HTTP_ACCEPT_ENCODING"] = coding = best_coding(meta.get("HTTP_ACCEPT_ENCODING", ""))
        now = timezone.now().timestamp()
        edition = editions.current(now)
        if edition is None:
            return self.get_response(request)
        key = (request.scheme, host, request.path, meta["QUERY_STRING"], coding)
        kept = self._find(key, edition)
        count("page_cache_hit" if kept else "page_cache_miss")
        if kept is None:
            lock = self.locks[hash(key) % len(self.locks)]
            alone = lock.acquire(timeout=PATIENCE_WITH_OTHERS)
            try:
                kept = self._find(key, edition)
                if kept is None:
                    response = self._make(request, edition)
                    if response.status_code != 200 or response.streaming or response.cookies:
                        return response
                    pages.set(key, Kept.of(response, edition), max(1, round(edition.ends - now)))
                    return self._finish(request, response, edition, now)
            finally:
                if alone:
                    lock.release()
        return self._finish(request, HttpResponse(kept.body, headers=kept.headers), edition, now)

    def _find(self, key, edition):
        kept = pages.get(key)
        return kept if kept and kept.belongs_to(edition) else None

    def _make(self, request, edition):
        with content.read_as(edition.version):
            return self.get_response(request)

    def _finish(self, request, response, edition, now):
        seconds = max(0, min(settings.PROXY_SECONDS, int(edition.until - now)))
        response["Cache-Control"] = f"public, max-age=0, s-maxage={seconds}" if seconds else "public, max-age=0"
        response["Vary"] = "Accept-Encoding"
        if "HTTP_IF_NONE_MATCH" in request.META:
            return get_conditional_response(request, etag=response["ETag"], response=response)
        return response
