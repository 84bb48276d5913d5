"""Middleware that gives each request an id for its log lines and counts it for the metrics."""

import re
import secrets
from time import perf_counter

from ..web.routes import route_at
from . import metrics
from .logs import request_id

# Ids that a proxy may send; other characters could forge a log line.
VALID_ID = re.compile(r"[A-Za-z0-9._-]{1,200}")


class RequestMonitor:
    """Sets ``request.id``, returns it in ``X-Request-ID``, and counts the request.

    It comes right after TrustedProxies, which leaves ``X-Request-ID`` only if a trusted proxy sent it.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        sent = request.META.get("HTTP_X_REQUEST_ID", "")
        request.id = sent if VALID_ID.fullmatch(sent) else secrets.token_hex(16)
        token, start = request_id.set(request.id), perf_counter()
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        metrics.observe(route_of(request, response), request.method, response.status_code, perf_counter() - start)
        response["X-Request-ID"] = request.id
        return response


def route_of(request, response):
    """Return the name of the request's URL pattern, or "-" if it has none."""
    if request.resolver_match:
        return request.resolver_match.view_name
    # The page cache may have answered before Django resolved the path.
    return route_at(request.path_info).name if response.status_code in (200, 304) else "-"
