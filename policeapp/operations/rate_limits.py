"""Rate limits.

Limits that protect people, such as those on email, are counted in the database for all processes. Uncached pages only
cost time, so they are counted in Django's cache.
"""

from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.db.models import F
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import salted_hmac

from ..web.routes import route_at
from .models import RateCount

UNCACHED_SECONDS = 60
# The names of URLs that are not counted: files of pages, and what monitors the site.
UNCOUNTED = {"logo", "favicon", "apple touch icon", "healthz", "readyz", "metrics"}


class RateLimit(NamedTuple):
    """Allows ``most`` hits per person in each fixed window of ``seconds``."""

    name: str
    most: int
    seconds: int

    def hit(self, person):
        """Count a hit of the person (any text that identifies them). Return whether it is within the limit."""
        key = self._key(person)
        ends_at = datetime.fromtimestamp((seconds_now() // self.seconds + 1) * self.seconds, UTC)
        RateCount.objects.bulk_create([RateCount(key=key, ends_at=ends_at)], ignore_conflicts=True)
        # A single statement, so that processes that count at the same time cannot exceed the limit together.
        return RateCount.objects.filter(key=key, number__lt=self.most).update(number=F("number") + 1) == 1

    def is_reached(self, person):
        """Return whether the person has no hit left in this window. Counts nothing."""
        return RateCount.objects.filter(key=self._key(person), number__gte=self.most).exists()

    def _key(self, person):
        return digest(f"{self.name} {seconds_now() // self.seconds} {person}")

    @property
    def wait(self):
        """Return the seconds until the window ends."""
        return self.seconds - seconds_now() % self.seconds


def count_uncached(client):
    """Count a request of the client and return whether it is within ``UNCACHED_PAGE_LIMIT`` for this minute."""
    key = digest(f"uncached {seconds_now() // UNCACHED_SECONDS} {client}")
    if cache.add(key, 1, 2 * UNCACHED_SECONDS):
        return True
    try:
        return cache.incr(key) <= settings.UNCACHED_PAGE_LIMIT
    except ValueError:  # the cache was full and has just dropped the key
        return True


def limit_uncached(get_response):
    """Middleware: each client gets ``settings.UNCACHED_PAGE_LIMIT`` responses a minute, of any status, then 429.

    It comes after the page cache and WhiteNoise, so cached pages and static files are not counted.
    """

    def middleware(request):
        is_counted = settings.UNCACHED_PAGE_LIMIT and not request.path_info.startswith("/admin/")
        if is_counted and route_at(request.path_info).name not in UNCOUNTED and not count_uncached(client_ip(request)):
            return too_many_requests(request, UNCACHED_SECONDS - seconds_now() % UNCACHED_SECONDS)
        return get_response(request)

    return middleware


def seconds_now():
    """Return the whole seconds since 1970."""
    return int(timezone.now().timestamp())


def digest(text):
    """Return a digest of the text that cannot be traced back without the secret key."""
    return salted_hmac("policeapp.operations.rate_limits", text, algorithm="sha256").hexdigest()


def too_many_requests(request, wait, template="429.html", context=None):
    """Return a 429 page that asks to try again in ``wait`` seconds. No cache stores it."""
    response = render(request, template, context, status=429)
    response["Retry-After"] = wait
    add_never_cache_headers(response)
    return response


def client_ip(request):
    """Return the client's IPv4 address, or the /64 network of an IPv6 address, in which a client can pick addresses.

    :class:`policeapp.web.middleware.TrustedProxies` has set the address. Unix sockets have none: "".
    """
    remote = request.META.get("REMOTE_ADDR", "")
    try:
        ip = ip_address(remote)
    except ValueError:
        return remote
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped or IPv6Address(int(ip) >> 64 << 64))
    return remote
