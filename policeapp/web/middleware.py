"""Middleware for proxies, request bodies and response headers."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.shortcuts import render

from . import unsaved
from .routes import route_at

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


# The largest request bodies (bytes); nginx has the same limits.
MAX_BODY = 64 * 1024
MAX_BODY_SIGNED_IN = 30 * 1024 * 1024


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


def accept_body(size):
    """Let a view accept larger request bodies than ``MAX_BODY`` from everyone."""

    def decorate(view):
        view.max_body = size
        return view

    return decorate


def limit_bodies(get_response):
    """Middleware that answers 413 to large request bodies, by their length and before they are parsed.

    People who are signed in, or were until their session ended, may send more. Django stores uploaded files of any
    size. It never reads a body without a length (``Transfer-Encoding: chunked``).
    """

    def middleware(request):
        try:
            size = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            size = 0  # as Django reads it
        limit = getattr(route_at(request.path_info).view, "max_body", MAX_BODY)
        if size <= limit or (size <= MAX_BODY_SIGNED_IN and _has_signed_in(request)):
            return get_response(request)
        limits = {"anonymous": MAX_BODY // 1024, "signed_in": MAX_BODY_SIGNED_IN // 1024**2}
        return render(request, "413.html", limits, status=413)

    return middleware


def _has_signed_in(request):
    return request.user.is_authenticated or bool(unsaved.last_person(request))
