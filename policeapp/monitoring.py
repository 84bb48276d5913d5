"""The port that Prometheus asks: what all processes have counted, and figures of the site from its database.

Imported only where ``METRICS`` is set.
"""

from http.server import ThreadingHTTPServer
from threading import Thread

from django.core.cache import cache
from django.db import DatabaseError, connections
from django.db.models import Max
from prometheus_client import CollectorRegistry, MetricsHandler
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from departments import index
from jobs.alerts import outbox
from jobs.models import Job, Message

from .models import Import

# How long counts may be out of date: to count all openings takes a while.
SECONDS = 60


def serve(listener):
    """Answer whoever asks at this listening socket, from a thread of its own.

    Processes may share the socket: one of them answers, for all.
    """
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    registry.register(SiteFigures())
    server = Server(listener.getsockname(), MetricsHandler.factory(registry), bind_and_activate=False)
    server.socket.close()
    # Whom another process was quicker than goes on waiting for the next.
    listener.setblocking(False)
    server.socket = listener
    Thread(target=server.serve_forever, name="metrics", daemon=True).start()


class Server(ThreadingHTTPServer):
    """Gives back the database connections of each of its threads."""

    def process_request_thread(self, request, client_address):
        try:
            super().process_request_thread(request, client_address)
        finally:
            connections.close_all()


class SiteFigures(Collector):
    """Figures from the database; without it, that it does not answer."""

    def collect(self):
        try:
            families = [*_alerts(), *_counts()]
        except DatabaseError:
            families = []
        yield GaugeMetricFamily("policeapp_database_up", "Whether the database answers.", value=bool(families))
        yield from families


def _alerts():
    run = outbox.last_run()
    messages = CounterMetricFamily("policeapp_messages", "E-mails of all runs of send_alerts.", labels=["outcome"])
    for outcome in ("sent", "refused", "given_up"):
        messages.add_metric([outcome], getattr(run, outcome, 0))
    yield messages
    yield _instant("policeapp_alerts_last_run", "When send_alerts ended last", run and run.ended_at)


def _counts():
    counted = cache.get_or_set("policeapp.monitoring", _count, SECONDS)
    yield GaugeMetricFamily("policeapp_messages_waiting", "Messages that are still to be sent.", counted["waiting"])
    yield GaugeMetricFamily("policeapp_openings_open", "Openings that are open, without samples.", counted["openings"])
    yield GaugeMetricFamily("policeapp_departments_published", "Departments in the directory.", counted["departments"])
    yield _instant("policeapp_last_upload", "When the last uploaded file was imported", counted["upload"])


def _count():
    return {
        "waiting": Message.objects.to_send().count(),
        "openings": Job.objects.open().real().count(),
        "departments": sum(index.numbers().values()),
        "upload": Import.objects.aggregate(last=Max("applied_at"))["last"],
    }


def _instant(name, said, instant):
    value = instant.timestamp() if instant else 0
    return GaugeMetricFamily(f"{name}_timestamp_seconds", f"{said}, as seconds since 1970; 0: never.", value)
