"""How often someone may do something.

Limits that protect a person are counted in the database, for all processes together. Searches, which only cost time,
are counted in Django's cache.
"""

from datetime import UTC, datetime
from functools import wraps
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.db.models import F
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import salted_hmac

from .models import RateCount

SEARCH_SECONDS = 60


class Limit(NamedTuple):
    """At most ``most`` times in each window of ``seconds``, for anyone who has a name."""

    name: str
    most: int
    seconds: int

    def take(self, who):
        """Count once more for ``who`` (any text), and return whether that is within the limit."""
        window = seconds_now() // self.seconds
        key = digest(f"{self.name} {window} {who}")
        ends_at = datetime.fromtimestamp((window + 1) * self.seconds, UTC)
        RateCount.objects.bulk_create([RateCount(key=key, ends_at=ends_at)], ignore_conflicts=True)
        # One statement, so that processes that count at the same time do not go beyond the limit together.
        return RateCount.objects.filter(key=key, number__lt=self.most).update(number=F("number") + 1) == 1

    @property
    def wait(self):
        """The seconds until the window ends."""
        return self.seconds - seconds_now() % self.seconds


def take_search(client):
    """Count one more search of the client, and return whether it is within ``SEARCH_LIMIT`` in this minute."""
    key = digest(f"searches {seconds_now() // SEARCH_SECONDS} {client}")
    if cache.add(key, 1, 2 * SEARCH_SECONDS):
        return True
    try:
        return cache.incr(key) <= settings.SEARCH_LIMIT
    except ValueError:  # the cache was full and has just dropped it
        return True


def searching(view):
    """A view whose answer is work for the server: a client gets ``settings.SEARCH_LIMIT`` of them a minute, then 429.

    Stands above the decorators that say how long the answer may be kept.
    """

    @wraps(view)
    def shown(request, *args, **kwargs):
        if settings.SEARCH_LIMIT and not take_search(client_of(request)):
            return too_many(request, SEARCH_SECONDS - seconds_now() % SEARCH_SECONDS)
        return view(request, *args, **kwargs)

    return shown


def seconds_now():
    """Return the whole seconds since 1970."""
    return int(timezone.now().timestamp())


def digest(text):
    """Return a digest of the text, from which nobody without the secret key can tell who was counted."""
    return salted_hmac("policeapp.operations.rate_limits", text, algorithm="sha256").hexdigest()


def too_many(request, wait, template="429.html", context=None):
    """429: a page that says to try again in ``wait`` seconds, which nobody keeps."""
    response = render(request, template, context, status=429)
    response["Retry-After"] = wait
    add_never_cache_headers(response)
    return response


def client_of(request):
    """Where a request comes from, as far as it cannot be varied at will: an address, of a long one its network (/64).

    It is the address that :class:`policeapp.web.middleware.TrustedProxies` has found.
    """
    remote = request.META.get("REMOTE_ADDR", "")
    try:
        address = ip_address(remote)
    except ValueError:
        return remote
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))
    return remote
