"""Middleware of the site's own."""

from ipaddress import ip_address, ip_network

from django.conf import settings

FORWARDED = [
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
    "HTTP_X_REQUEST_ID",
]


class TrustedProxies:
    """Believe ``X-Forwarded-*`` and ``X-Request-ID`` only from the proxies named in ``TRUSTED_PROXIES``.

    Behind them ``REMOTE_ADDR`` becomes the client's address: the last one in ``X-Forwarded-For`` that is not itself a
    trusted proxy. From anyone else the headers are dropped, so that nothing after this can be fooled by them.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.unix = "unix" in settings.TRUSTED_PROXIES
        self.networks = [ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES if proxy != "unix"]

    def __call__(self, request):
        if self.trusts(request.META.get("REMOTE_ADDR", "")):
            request.META["REMOTE_ADDR"] = self.client(request.META)
        else:
            for header in FORWARDED:
                request.META.pop(header, None)
        return self.get_response(request)

    def trusts(self, address):
        """Whether the text ``address`` is a configured proxy; an empty one is a Unix socket's."""
        if not address:
            return self.unix
        try:
            return any(ip_address(address) in network for network in self.networks)
        except ValueError:
            return False

    def client(self, meta):
        """The nearest address that no trusted proxy has: what stands further left was written by the client."""
        hops = [hop.strip() for hop in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        for hop in reversed(hops):
            if not self.trusts(hop):
                return hop
        return meta.get("REMOTE_ADDR", "")
