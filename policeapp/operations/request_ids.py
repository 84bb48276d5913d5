"""Gives each request an id that all its log lines carry, and counts it for the metrics."""

import re
import secrets
from time import perf_counter

from ..web.routes import route_at
from . import metrics
from .logs import request_id

# What a proxy may call a request; anything else could forge a line of the log.
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,200}")


def count(event):
    """Count an event for the metrics: one of a few names, such as "page_cache_hit"."""
    metrics.EVENTS.labels(event).inc()


class WatchRequests:
    """Names each request and counts it.

    Its place is after TrustedProxies, which leaves an ``X-Request-ID`` only where a trusted proxy has sent it, and
    before all others. The answer carries the id in the same header.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request.id = given if GIVEN_ID.fullmatch(given) else secrets.token_hex(16)
        token, start = request_id.set(request.id), perf_counter()
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        metrics.observe(route_of(request, response), request.method, response.status_code, perf_counter() - start)
        response["X-Request-ID"] = request.id
        return response


def route_of(request, response):
    """The name of the page in the map of the site; "-" for an address that has none."""
    if request.resolver_match:
        return request.resolver_match.view_name
    # A cache before the views may have answered.
    return route_at(request.path_info).name if response.status_code in (200, 304) else "-"
