"""The page cache: public pages for strangers, kept as they were sent and never shown when something has changed.

A page is kept with the edition that it belongs to: the version of the content, and until when the clock changes
nothing in it. Each request asks for the version, and only a page of the present edition is sent; so a write is seen
by the very next request, in every process and on every machine. While the database does not answer, pages of the last
known edition go on being sent until an opening opens or closes.

Pages are kept in the memory of each process, the least recently used ones given up first, or in a Redis for all
(``PAGE_CACHE_URL``). Caches in front of the site may keep a page for ``PROXY_SECONDS``, never beyond its edition.
"""

import logging
from datetime import timedelta
from hashlib import sha256
from threading import Lock
from time import monotonic
from typing import NamedTuple

from cachetools import LRUCache
from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import DisallowedHost
from django.db import Error, router
from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django_http_compression.middleware import best_coding

from jobs.models import Job

from . import content
from .models import ContentVersion
from .public import parameters_of, plain_query
from .routers import REPLICA, WROTE_COOKIE, reading_from_replica
from .watching import count

logger = logging.getLogger(__name__)

# What depends on the time but is no opening or closing changes at quarters of an hour: days end everywhere at one, and
# tests begin at one.
QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)
# Seconds: so long a request waits for the version, and so long nobody asks again a database that does not answer.
PATIENCE, REST = 1, 1
# Seconds that a request waits for another one that makes the same page.
PATIENCE_WITH_OTHERS = 10
# No page of ours has a longer query string; whoever sends one is answered by the view.
LONGEST = 2_000
# What a page takes beside its body, roughly, in bytes.
OVERHEAD = 2_000
# Headers that belong to one answer, or that are written anew for each.
PASSING = {"cache-control", "vary", "x-noise", "expires"}


class Edition(NamedTuple):
    """A version of the content and between which instants (seconds since 1970) the clock changes nothing in it.

    From ``ends`` on an opening may be shown as open that isn't, or the other way round.
    """

    version: tuple
    since: float
    until: float
    ends: float

    def covers(self, now):
        """A clock may be set back by a little, and threads need not agree on it to the second."""
        return self.since - 60 <= now < self.until


class Editions:
    """Finds out the present edition."""

    def __init__(self):
        self.lock = Lock()
        self.known = None
        self.rests_until = 0

    def current(self, now):
        """The edition at the instant: the last known one while the database does not answer, None when that has ended.

        One query at a time: a database that hangs holds up one thread of a process, and not all.
        """
        if monotonic() >= self.rests_until:
            if self.lock.acquire(timeout=PATIENCE):
                try:
                    self._ask(now)
                except Error as problem:
                    self._rest(problem)
                finally:
                    self.lock.release()
            else:
                self._rest("nothing for a second")
        known = self.known
        if known and (known.covers(now) or self.rests_until > monotonic() and now < known.ends):
            return known
        return None

    def _ask(self, now):
        version = content.version()
        if not self.known or self.known.version != version or not self.known.covers(now):
            self.known = Edition(version, now, *_changes())

    def _rest(self, problem):
        self.rests_until = monotonic() + REST
        logger.warning("The database does not say which pages are up to date: %s", problem)


def _changes():
    """The next instant at which the clock changes a page, and the next at which an opening opens or closes, at most a
    day from now."""
    now = timezone.now()
    quarter = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) + QUARTER
    ends = Job.objects.next_change(now, now + DAY) or now + DAY
    return min(quarter, ends).timestamp(), ends.timestamp()


def _replica_has(version):
    """Whether the replica answers and has caught up."""
    try:
        with reading_from_replica():
            using = router.db_for_read(ContentVersion)
        return using == REPLICA and content.version(using) == version
    except Error:
        return False


class Kept(NamedTuple):
    """A page as it was sent, and the version that it belongs to."""

    version: tuple
    until: float
    headers: dict
    body: bytes

    @classmethod
    def of(cls, response, edition):
        headers = {name: value for name, value in response.items() if name.lower() not in PASSING}
        return cls(edition.version, edition.until, headers, response.content)

    def belongs_to(self, edition):
        return (self.version, self.until) == (edition.version, edition.until)


class Memory:
    """Pages in the memory of the process, at most so many bytes."""

    def __init__(self, most):
        self.pages = LRUCache(most, getsizeof=lambda kept: len(kept.body) + OVERHEAD)
        self.lock = Lock()

    def get(self, key):
        with self.lock:
            return self.pages.get(key)

    def set(self, key, kept, seconds):
        """``seconds``: for how long it can be of use."""
        with self.lock:
            if self.pages.getsizeof(kept) <= self.pages.maxsize:
                self.pages[key] = kept

    def clear(self):
        with self.lock:
            self.pages.clear()


class Shared:
    """Pages in the cache ``pages``, for all processes; while it does not answer, nothing is kept."""

    def __init__(self):
        self.rests_until = 0
        self.prefix = _release()

    def get(self, key):
        return self._do(lambda pages: pages.get(self._name(key)))

    def set(self, key, kept, seconds):
        self._do(lambda pages: pages.set(self._name(key), kept, seconds))

    def clear(self):
        self._do(lambda pages: pages.clear())

    def _name(self, key):
        return self.prefix + sha256(repr(key).encode()).hexdigest()

    def _do(self, work):
        if monotonic() < self.rests_until:
            return None
        try:
            return work(caches["pages"])
        except Exception as problem:  # which one depends on the cache
            self.rests_until = monotonic() + REST
            logger.warning("The cache of pages does not answer: %s", problem)
            return None


def _release():
    """What a page depends on besides the content: the code, the templates and the names of static files, and settings.

    Another release that runs beside this one keeps its own pages.
    """
    files = sorted(path for kind in ("*.py", "*.html") for path in settings.BASE_DIR.glob(f"*/**/{kind}"))
    files.append(settings.STATIC_ROOT / "staticfiles.json")
    said = [path.read_bytes() for path in files if path.is_file()]
    return sha256(b"\0".join([*said, f"{settings.SITE_URL} {settings.SENDS_EMAIL}".encode()])).hexdigest()[:16]


editions = Editions()
pages = Shared() if "pages" in settings.CACHES else Memory(settings.PAGE_CACHE_MB * 2**20)


def forget():
    """Ask for everything anew."""
    pages.clear()
    editions.known, editions.rests_until = None, 0


class PageCache:
    """Answers requests for public pages (:func:`policeapp.public.public_page`).

    Strangers get them from the cache; of many who ask for one that is not there, one thread of the process makes it and
    the others wait. Whoever may be signed in, has just sent a form, or is to be told something, has cookies that say so
    and gets a page of their own.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.locks = [Lock() for _ in range(64)]
        self.personal = {settings.SESSION_COOKIE_NAME, WROTE_COOKIE, "messages"}

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
        request.needs_primary = REPLICA in settings.DATABASES and not _replica_has(edition.version)
        with content.read_as(edition.version):
            return self.get_response(request)

    def _finish(self, request, response, edition, now):
        seconds = max(0, min(settings.PROXY_SECONDS, int(edition.until - now)))
        response["Cache-Control"] = f"public, max-age=0, s-maxage={seconds}" if seconds else "public, max-age=0"
        response["Vary"] = "Accept-Encoding"
        if "HTTP_IF_NONE_MATCH" in request.META:
            return get_conditional_response(request, etag=response["ETag"], response=response)
        return response
