"""What Prometheus is told of requests. Each process counts its own; :mod:`policeapp.monitoring` answers with the sums.

Imported only where ``METRICS`` is set. Routes are names of pages, never addresses that somebody asked for: there are
only so many.
"""

from prometheus_client import Counter, Gauge, Histogram

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")

REQUESTS = Counter("policeapp_requests", "Requests answered.", ["route", "method", "status"])
SECONDS = Histogram(
    "policeapp_request_seconds",
    "How long requests took.",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
IN_FLIGHT = Gauge("policeapp_requests_in_flight", "Requests being answered.", multiprocess_mode="livesum")
QUERIES = Counter("policeapp_queries", "Database queries of requests.")
EVENTS = Counter("policeapp_events", "What happened, such as hits of the page cache.", ["event"])


def note(route, method, status, seconds, queries):
    """A request was answered; ``status`` is the answer's code, of which the class (2xx) counts."""
    REQUESTS.labels(route, method if method in METHODS else "other", f"{status // 100}xx").inc()
    SECONDS.labels(route).observe(seconds)
    QUERIES.inc(queries)
