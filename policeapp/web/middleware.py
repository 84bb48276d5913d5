"""Middleware for proxies and response headers."""

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

# Pages may ask the browser for the visitor's location, and for no other feature.
PERMISSIONS_POLICY = (
    "geolocation=(self), accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), "
    "fullscreen=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
)


class IPNetworks:
    """The IP addresses and networks of a setting; "unix" means Unix sockets, whose clients have an empty address."""

    def __init__(self, names):
        self.unix = "unix" in names
        self.networks = [ip_network(name, strict=False) for name in names if name != "unix"]

    def __contains__(self, ip):
        if not ip:
            return self.unix
        try:
            return any(ip_address(ip) in network for network in self.networks)
        except ValueError:
            return False


class TrustedProxies:
    """Accept ``X-Forwarded-*`` and ``X-Request-ID`` only from the proxies in ``TRUSTED_PROXIES``.

    Behind them, ``REMOTE_ADDR`` becomes the client's IP address: the last one in ``X-Forwarded-For`` that is not a
    trusted proxy. For all other clients the headers are removed, so later code cannot use forged ones.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.proxies = IPNetworks(settings.TRUSTED_PROXIES)

    def __call__(self, request):
        if request.META.get("REMOTE_ADDR", "") in self.proxies:
            request.META["REMOTE_ADDR"] = self.client(request.META)
        else:
            for header in FORWARDED:
                request.META.pop(header, None)
        return self.get_response(request)

    def client(self, meta):
        """Return the last IP address that is not a trusted proxy; the client can forge those to the left of it."""
        hops = [hop.strip() for hop in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        for hop in reversed(hops):
            if hop not in self.proxies:
                return hop
        return meta.get("REMOTE_ADDR", "")


def permissions_policy(get_response):
    """Middleware that sets the Permissions-Policy header."""

    def middleware(request):
        response = get_response(request)
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        return response

    return middleware
