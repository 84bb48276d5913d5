"""Watches each request: an id that all its log lines carry, slow pages and slow queries in the log, and the counts of
the metrics."""

import logging
import re
import secrets
from contextlib import ExitStack
from time import perf_counter

from django.conf import settings
from django.db import connections

from .logs import request_id
from .routes import route_at

logger = logging.getLogger(__name__)

# What a proxy may call a request; anything else could forge a line of the log.
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,200}")
LONGEST_SQL = 4000  # characters


def count(event):
    """Count one more ``event``, one of a few names such as "page_cache_hit", where there are metrics."""
    if settings.METRICS:
        from . import metrics

        metrics.EVENTS.labels(event).inc()


class WatchRequests:
    """Names each request and watches how it goes.

    Its place is after TrustedProxies, which leaves an ``X-Request-ID`` only where a trusted proxy has sent it, and
    before all others. The answer carries the id in the same header.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.metrics = None
        if settings.METRICS:
            from . import metrics

            self.metrics = metrics
        self.watches = bool(self.metrics or settings.SLOW_PAGE_MS or settings.SLOW_QUERY_MS)

    def __call__(self, request):
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request.id = given if GIVEN_ID.fullmatch(given) else secrets.token_hex(16)
        token = request_id.set(request.id)
        try:
            response = self.watched(request) if self.watches else self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = request.id
        return response

    def watched(self, request):
        """The answer, after what there is to say of it was logged and counted."""
        queries, start = Queries(), perf_counter()
        with ExitStack() as watch:
            if self.metrics:
                watch.enter_context(self.metrics.IN_FLIGHT.track_inprogress())
            for connection in connections.all():
                watch.enter_context(connection.execute_wrapper(queries))
            response = self.get_response(request)
        seconds = perf_counter() - start
        status, ms = response.status_code, round(1000 * seconds)
        if self.metrics:
            self.metrics.note(route_of(request, response), request.method, status, seconds, queries.number)
        if 0 < settings.SLOW_PAGE_MS <= ms:
            said = {"ms": ms, "route": route_of(request, response), "status": status, "queries": queries.number}
            logger.warning("Slow page: %(ms)d ms, %(route)s, status %(status)d, %(queries)d queries", said, extra=said)
        return response


def route_of(request, response):
    """The name of the page in the map of the site; "-" for an address that has none."""
    if request.resolver_match:
        return request.resolver_match.view_name
    # A cache before the views may have answered.
    return route_at(request.path_info).name if response.status_code in (200, 304) else "-"


class Queries:
    """Counts the queries of a request, and logs slow ones without their parameters, which are private."""

    def __init__(self):
        self.number = 0

    def __call__(self, execute, sql, params, many, context):
        self.number += 1
        start = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            ms = round((perf_counter() - start) * 1000)
            if 0 < settings.SLOW_QUERY_MS <= ms:
                logger.warning("Slow query: %d ms, %s", ms, " ".join(sql.split())[:LONGEST_SQL], extra={"ms": ms})
