"""How often somebody may do something, counted for all processes together in the cache that they share."""

import logging
from ipaddress import IPv6Address, ip_address
from time import time
from typing import NamedTuple

from django.core.cache import caches
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
