"""Metrics for Prometheus: each process counts its requests, and apps add figures from the database."""

import os

from django.conf import settings
from django.db import Error
from django.http import Http404, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from ..web.middleware import IPNetworks

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")

# Labels have few values: routes are names of URL patterns, and unknown methods count as "other".
REQUESTS = Counter("policeapp_requests", "Requests answered.", ["route", "method", "status"])
SECONDS = Histogram("policeapp_request_seconds", "How long requests took.", ["route"])
EVENTS = Counter("policeapp_events", "Events, such as page cache hits.", ["event"])

# Functions that yield metrics from the database; apps add theirs in AppConfig.ready().
figures = []


def observe(route, method, status, seconds):
    """Count a request that took ``seconds``. The label for its status is only the class, such as 2xx."""
    REQUESTS.labels(route, method if method in METHODS else "other", f"{status // 100}xx").inc()
    SECONDS.labels(route).observe(seconds)


def count_event(event):
    """Count an event with one of a few names, such as "page_cache_hit"."""
    EVENTS.labels(event).inc()


class SiteFigures:
    """Collects the figures. While the database is down, the only metric is ``policeapp_database_up``."""

    def collect(self):
        try:
            found = [metric for function in figures for metric in function()]
        except Error:
            found = []
        yield GaugeMetricFamily("policeapp_database_up", "Whether the database answers.", value=bool(found))
        yield from found


@never_cache
@require_safe
def metrics(request):
    """Return all metrics to clients in METRICS_ALLOWED, and 404 to everyone else."""
    if request.META.get("REMOTE_ADDR", "") not in IPNetworks(settings.METRICS_ALLOWED):
        raise Http404
    site, requests = CollectorRegistry(), REGISTRY
    site.register(SiteFigures())
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        requests = CollectorRegistry()
        MultiProcessCollector(requests)
    return HttpResponse(generate_latest(requests) + generate_latest(site), content_type=CONTENT_TYPE_LATEST)
