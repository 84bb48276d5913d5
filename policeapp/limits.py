"""How often somebody may do something, counted for all processes together in the cache that they share."""

import logging
from functools import wraps
from ipaddress import IPv6Address, ip_address
from math import ceil
from time import time
from typing import NamedTuple

from django.conf import settings
from django.core.cache import caches
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import salted_hmac

logger = logging.getLogger(__name__)


class Limit(NamedTuple):
    """At most ``most`` goes in each stretch of ``seconds``, for whoever is named."""

    name: str
    most: int
    seconds: int

    def take(self, who):
        """Whether ``who`` (any text) has a go left, which is then taken.

        Each go is an entry of its own: to add one is a single step in every cache, also where to count isn't. Who it
        was cannot be read from the cache.
        """
        stretch = int(time() // self.seconds)
        digest = salted_hmac("policeapp.limits", f"{self.name} {stretch} {who}", algorithm="sha256").hexdigest()
        goes = [f"limit-{digest}-{number}" for number in range(self.most)]
        shared = caches["shared"]
        try:
            taken = shared.get_many(goes)
            return any(shared.add(go, 1, self.seconds) for go in goes if go not in taken)
        except Exception:
            # Which one depends on the cache; better not to count for a while than to turn everybody away.
            logger.exception("The shared cache does not answer: %s are not counted", self.name)
            return True

    @property
    def wait(self):
        """The seconds until everybody has all goes again."""
        return self.seconds - int(time() % self.seconds)


class OftenLimit:
    """At most ``most`` goes a minute for whoever is named, where counting must cost next to nothing.

    The first tenth of them a process gives from its own memory. Each further tenth it takes, as one go, from what all
    processes share: who comes seldom costs no look-up, and who comes often one for each tenth of the limit. What
    several processes give before they ask is beyond ``most``: a tenth of it for each but the first. Threads that count
    in the same instant may give a go too many.
    """

    PARTS = 10

    def __init__(self, name):
        self.shared = Limit(name, self.PARTS - 1, 60)
        self.minute, self.left = None, {}

    def take(self, who, most):
        """Whether ``who`` (any text) has a go left, which is then taken."""
        minute = int(time() // self.shared.seconds)
        if minute != self.minute:
            self.minute, self.left = minute, {}
        left, part = self.left, ceil(most / self.PARTS)
        goes = left.get(who, part)
        # None: all are taken until the minute ends, and nobody need be asked again.
        if goes == 0:
            goes = part if self.shared.take(who) else None
        left[who] = goes and goes - 1
        return goes is not None

    @property
    def wait(self):
        """The seconds until everybody has all goes again."""
        return self.shared.wait


SEARCHES = OftenLimit("searches")


def searching(view):
    """A view whose answer is work for the server: a client gets ``settings.SEARCH_LIMIT`` of them a minute, then 429.

    Stands above the decorators that say how long the answer may be kept.
    """

    @wraps(view)
    def shown(request, *args, **kwargs):
        most = settings.SEARCH_LIMIT
        if most and not SEARCHES.take(client_of(request), most):
            return too_many(request, SEARCHES.wait)
        return view(request, *args, **kwargs)

    return shown


def too_many(request, wait, template="429.html", context=None):
    """429: a page that says to try again in ``wait`` seconds, which nobody keeps."""
    response = render(request, template, context, status=429)
    response["Retry-After"] = wait
    add_never_cache_headers(response)
    return response


def client_of(request):
    """Where a request comes from, as far as it cannot be varied at will: an address, of a long one its network (/64).

    It is the address that :class:`policeapp.middleware.TrustedProxies` has found.
    """
    remote = request.META.get("REMOTE_ADDR", "")
    try:
        address = ip_address(remote)
    except ValueError:
        return remote
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))
    return remote
