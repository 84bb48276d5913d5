"""Metrics of alerts and openings for Prometheus."""

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from .alerts import outbox
from .models import Job, Message


def figures():
    """Yield metrics from the database. The last run is in seconds since 1970, or 0 before the first run."""
    run = outbox.last_run()
    ended = run.ended_at.timestamp() if run else 0
    yield GaugeMetricFamily("policeapp_alerts_last_run_timestamp_seconds", "When send_mail last ran.", ended)
    messages = CounterMetricFamily("policeapp_messages", "Messages of all runs of send_mail.", labels=["outcome"])
    for outcome in ("sent", "refused", "given_up"):
        messages.add_metric([outcome], getattr(run, outcome, 0))
    yield messages
    waiting, openings = Message.objects.to_send().count(), Job.objects.open().real().count()
    yield GaugeMetricFamily("policeapp_messages_waiting", "Messages still to be sent.", waiting)
    yield GaugeMetricFamily("policeapp_openings_open", "Openings that accept applications, without samples.", openings)
