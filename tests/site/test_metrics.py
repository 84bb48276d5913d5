"""What Prometheus is told, at a port of its own: what all workers have counted, and figures of the site."""

import os
import signal
import socket
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.utils import timezone
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from jobs.alerts import outbox
from policeapp import watching
from policeapp.models import Import
from policeapp.monitoring import SiteFigures

from ..factories import make_alert, make_department, make_job, yesterday
from ..postgres import free_port
from .processes import PRODUCTION, python
from .server import PATIENCE, running


def samples(text):
    """``{(name, values of labels in their names' order): value}`` of what Prometheus would read."""
    return {
        (sample.name, *dict(sorted(sample.labels.items())).values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


# What is counted of requests


@pytest.fixture
def counted(client, settings):
    """``counted(name, **labels)``: by how much it has grown since the test began."""
    settings.METRICS = "127.0.0.1:9100"
    client.handler.load_middleware()

    def value(name, labels):
        return REGISTRY.get_sample_value(name, labels) or 0

    before = {(s.name, *sorted(s.labels.items())): s.value for family in REGISTRY.collect() for s in family.samples}
    return lambda name, **labels: value(name, labels) - before.get((name, *sorted(labels.items())), 0)


def test_requests_are_counted_by_the_names_of_pages_and_never_by_addresses(client, db, counted):
    for number in range(3):
        client.get(f"/departments/ct/nothing-{number}/?near=06880")
        client.get(f"/nowhere/{number}/")
    client.get("/healthz")
    assert counted("policeapp_requests_total", route="department", method="GET", status="4xx") == 3
    assert counted("policeapp_requests_total", route="-", method="GET", status="4xx") == 3
    assert counted("policeapp_requests_total", route="healthz", method="GET", status="2xx") == 1
    assert counted("policeapp_request_seconds_count", route="healthz") == 1
    told = generate_latest(REGISTRY).decode()
    assert "nothing-" not in told and "nowhere" not in told and "06880" not in told


def test_methods_that_somebody_invents_are_counted_together(client, counted):
    for method in ("BREW", "WHEN"):
        client.generic(method, "/healthz")
    assert counted("policeapp_requests_total", route="healthz", method="other", status="4xx") == 2


def test_queries_are_counted(client, places, counted, django_assert_max_num_queries):
    with django_assert_max_num_queries(20) as queries:
        client.get("/jobs/?near=06880")
    assert counted("policeapp_queries_total") == len(queries) > 0


def test_a_request_is_in_flight_until_it_is_answered(rf, settings, counted):
    seen = []

    def answer(request):
        seen.append(counted("policeapp_requests_in_flight"))
        return HttpResponse()

    watching.WatchRequests(answer)(rf.get("/"))
    assert [*seen, counted("policeapp_requests_in_flight")] == [1, 0]


def test_pages_from_the_page_cache_are_counted_by_their_names_too(client, westport, counted):
    for _visit in range(3):
        client.get(westport.get_absolute_url())
    assert counted("policeapp_requests_total", route="department", method="GET", status="2xx") == 3
    assert counted("policeapp_events_total", event="page_cache_miss") == 1
    assert counted("policeapp_events_total", event="page_cache_hit") == 2


def test_what_happens_elsewhere_may_be_counted_too_and_costs_nothing_without_metrics(settings, counted):
    watching.count("page_cache_hit")
    assert counted("policeapp_events_total", event="page_cache_hit") == 1
    settings.METRICS = ""
    watching.count("page_cache_hit")
    assert counted("policeapp_events_total", event="page_cache_hit") == 1


# Figures of the site


def figures():
    registry = CollectorRegistry()
    registry.register(SiteFigures())
    return samples(generate_latest(registry).decode())


def test_an_empty_site_has_its_figures_too(db):
    assert figures() == {
        ("policeapp_database_up",): 1,
        ("policeapp_messages_total", "sent"): 0,
        ("policeapp_messages_total", "refused"): 0,
        ("policeapp_messages_total", "given_up"): 0,
        ("policeapp_alerts_last_run_timestamp_seconds",): 0,
        ("policeapp_messages_waiting",): 0,
        ("policeapp_openings_open",): 0,
        ("policeapp_departments_published",): 0,
        ("policeapp_last_upload_timestamp_seconds",): 0,
    }


def test_figures_tell_how_the_site_does(db):
    make_job()
    make_job(closes_on=yesterday())
    make_job(is_sample=True)
    make_department("A draft", status="draft")
    make_alert().messages.create(kind="digest")
    outbox.record_run({outbox.Outcome.SENT: 3, outbox.Outcome.REFUSED: 1, outbox.Outcome.GIVEN_UP: 0}, "")
    applied = timezone.now()
    Import.objects.create(kind="departments", file_name="agencies.csv", applied_at=applied)
    found = figures()
    assert found["policeapp_openings_open",] == 1
    assert found["policeapp_messages_waiting",] == 1
    assert found["policeapp_messages_total", "sent"] == 3
    assert found["policeapp_messages_total", "refused"] == 1
    assert found["policeapp_alerts_last_run_timestamp_seconds",] == outbox.last_run().ended_at.timestamp()
    assert found["policeapp_last_upload_timestamp_seconds",] == applied.timestamp()


def test_without_the_database_there_are_no_figures_but_that_it_is_away(db):
    def fail(*_):
        raise OperationalError("the connection is lost")

    with connection.execute_wrapper(fail):
        assert figures() == {("policeapp_database_up",): 0}


# The port


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The site behind two workers; ``metrics()`` is what they tell."""
    folder, port = tmp_path_factory.mktemp("metrics"), free_port()
    values = {
        "METRICS": f"127.0.0.1:{port}",
        "TMPDIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'new.sqlite3'}",
    }
    values |= {"WEB_CONCURRENCY": "2", "HTTPS": "0", "STATIC_ROOT": str(settings.STATIC_ROOT)}
    with running(**values) as server:

        def metrics():
            with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as answer:
                return samples(answer.read().decode())

        server.metrics = metrics
        server.wait_for(r"(?s)Booting worker.*Booting worker")
        yield server
    assert not list(folder.glob("policeapp-metrics-*")), "the counts of a server go with it"


def workers(server):
    """The process ids of the workers that live now."""
    pid = server.process.pid
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


@contextmanager
def stopped(pid):
    """Meanwhile the process does nothing."""
    os.kill(pid, signal.SIGSTOP)
    while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        os.sched_yield()
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


VISITS = ("policeapp_requests_total", "GET", "healthz", "2xx")


def test_one_answer_sums_up_what_all_workers_have_counted_also_those_that_have_died(server):
    one, other = workers(server)
    for pid, visits in ((one, 2), (other, 3)):
        with stopped(pid):  # so that the other one answers
            for _visit in range(visits):
                assert server.get("/healthz")[0] == 200
    assert server.metrics()[VISITS] == 5
    os.kill(one, signal.SIGKILL)
    server.wait_for(r"(?s)(Booting worker.*){3}")
    found = server.metrics()
    assert (found[VISITS], found["policeapp_requests_in_flight",]) == (5, 0)
    assert found["policeapp_database_up",] == 0  # it has no tables


def test_the_port_of_the_site_tells_nothing_of_it(server):
    assert server.get("/metrics")[0] == 404


def test_a_port_that_is_taken_ends_the_start_with_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        env = PRODUCTION | {"BIND": "127.0.0.1:0", "METRICS": address}
        done = python("-m", "gunicorn", "--config", "policeapp/gunicorn.py", "policeapp.wsgi", env=env)
    assert done.returncode == 1
    assert f"METRICS={address}: nothing can listen there" in done.stderr
    assert "Traceback" not in done.stderr
