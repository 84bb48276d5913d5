"""Where public pages are kept: in the memory of each process, or in a cache that all share."""

import logging
from hashlib import sha256
from threading import Lock
from time import monotonic
from typing import NamedTuple

from cachetools import LRUCache
from django.conf import settings
from django.core.cache import caches

logger = logging.getLogger(__name__)

# What a page takes beside its body, roughly, in bytes.
OVERHEAD = 2_000
# Headers that belong to one answer, or that are written anew for each.
PASSING = {"cache-control", "vary", "x-noise", "expires"}
# Seconds that nobody asks again a cache that does not answer.
REST = 1


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
