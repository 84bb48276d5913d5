"""Metrics for Prometheus: the requests of all workers and figures of the site, for allowed clients."""

import os
import signal
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from prometheus_client.parser import text_string_to_metric_families

from jobs.alerts import outbox
from policeapp.operations.metrics import count_event

from ...factories import make_alert, make_job, yesterday
from ...server import running

PROMETHEUS = "192.0.2.10"


def samples(text):
    """Parse Prometheus's format: return ``{(name, *label values, sorted by label name): value}``."""
    return {
        (sample.name, *dict(sorted(sample.labels.items())).values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def metrics(client, settings):
    """``metrics()``: the metrics that Prometheus gets."""
    settings.METRICS_ALLOWED = [PROMETHEUS]
    return lambda: samples(client.get("/metrics", REMOTE_ADDR=PROMETHEUS).content.decode())


# Access


@pytest.mark.parametrize(
    ("allowed", "address", "status"),
    [
        ([], "127.0.0.1", 404),
        ([PROMETHEUS], PROMETHEUS, 200),
        ([PROMETHEUS], "192.0.2.11", 404),
        (["192.0.2.0/24", "2001:db8::/32"], "192.0.2.11", 200),
        (["192.0.2.0/24", "2001:db8::/32"], "2001:db8::1", 200),
        (["0.0.0.0/0"], "nonsense", 404),
        (["0.0.0.0/0"], "", 404),
        (["unix"], "", 200),
        (["unix"], PROMETHEUS, 404),
    ],
)
def test_only_ip_addresses_in_the_setting_get_metrics(client, db, settings, allowed, address, status):
    settings.METRICS_ALLOWED = allowed
    response = client.get("/metrics", REMOTE_ADDR=address)
    assert response.status_code == status
    assert (b"policeapp_requests_total" in response.content) == (status == 200)


def test_behind_a_proxy_the_ip_address_of_the_client_counts(client, db, settings):
    settings.METRICS_ALLOWED, settings.TRUSTED_PROXIES = [PROMETHEUS], ["10.0.0.1"]
    client.handler.load_middleware()
    for proxy, visitor, status in (
        ("10.0.0.1", PROMETHEUS, 200),
        ("10.0.0.1", "203.0.113.7", 404),
        ("10.0.0.1", f"{PROMETHEUS}, 203.0.113.7", 404),
        ("203.0.113.7", PROMETHEUS, 404),
    ):
        response = client.get("/metrics", REMOTE_ADDR=proxy, HTTP_X_FORWARDED_FOR=visitor)
        assert response.status_code == status, (proxy, visitor)


def test_metrics_need_no_https_and_are_not_cached(client, db, settings):
    settings.METRICS_ALLOWED, settings.SECURE_SSL_REDIRECT = [PROMETHEUS], True
    client.handler.load_middleware()
    response = client.get("/metrics", REMOTE_ADDR=PROMETHEUS)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=")
    assert "no-store" in response["Cache-Control"]


# Requests


@pytest.fixture
def grown(metrics):
    """``grown(name, *labels)``: how much the metric grew since the test began."""
    before = metrics()
    return lambda *names: metrics().get(names, 0) - before.get(names, 0)


def test_requests_are_counted_by_url_name_and_not_by_url(client, db, settings, grown):
    for number in range(3):
        client.get(f"/departments/ct/nothing-{number}/?near=somewhere")
        client.get(f"/nowhere/{number}/")
    client.get("/healthz")
    assert grown("policeapp_requests_total", "GET", "department", "4xx") == 3
    assert grown("policeapp_requests_total", "GET", "-", "4xx") == 3
    assert grown("policeapp_requests_total", "GET", "healthz", "2xx") == 1
    assert grown("policeapp_request_seconds_count", "healthz") == 1
    text = client.get("/metrics", REMOTE_ADDR=PROMETHEUS).content.decode()
    assert "nothing-" not in text and "nowhere" not in text and "somewhere" not in text


def test_unknown_methods_are_counted_together(client, db, grown):
    for method in ("BREW", "WHEN"):
        client.generic(method, "/healthz")
    assert grown("policeapp_requests_total", "other", "healthz", "4xx") == 2


def test_cached_pages_are_counted_by_url_name_too(client, westport, grown):
    for _visit in range(3):
        client.get(westport.get_absolute_url())
    assert grown("policeapp_requests_total", "GET", "department", "2xx") == 3
    assert grown("policeapp_events_total", "page_cache_miss") == 1
    assert grown("policeapp_events_total", "page_cache_hit") == 2


def test_events_are_counted(db, grown):
    count_event("page_cache_hit")
    assert grown("policeapp_events_total", "page_cache_hit") == 1


# Figures of the site

LAST_RUN = ("policeapp_alerts_last_run_timestamp_seconds",)


def figures(found):
    """Return only the metrics that come from the database."""
    ours = {names: value for names, value in found.items() if names[0].startswith("policeapp_")}
    return {names: value for names, value in ours.items() if "request" not in names[0] and "event" not in names[0]}


def test_an_empty_site_has_figures_too(db, metrics):
    assert figures(metrics()) == {
        ("policeapp_database_up",): 1,
        LAST_RUN: 0,
        ("policeapp_messages_total", "sent"): 0,
        ("policeapp_messages_total", "refused"): 0,
        ("policeapp_messages_total", "given_up"): 0,
        ("policeapp_messages_waiting",): 0,
        ("policeapp_openings_open",): 0,
    }


def test_the_figures_describe_the_site(db, metrics):
    make_job()
    make_job(closes_on=yesterday())
    make_job(is_sample=True)
    make_alert().messages.create(kind="digest")
    outbox.record_run({outbox.Outcome.SENT: 3, outbox.Outcome.REFUSED: 1, outbox.Outcome.GIVEN_UP: 0}, "")
    assert figures(metrics()) == {
        ("policeapp_database_up",): 1,
        LAST_RUN: outbox.last_run().ended_at.timestamp(),
        ("policeapp_messages_total", "sent"): 3,
        ("policeapp_messages_total", "refused"): 1,
        ("policeapp_messages_total", "given_up"): 0,
        ("policeapp_messages_waiting",): 1,
        ("policeapp_openings_open",): 1,
    }


def test_without_the_database_the_only_figure_says_so(db, metrics):
    def fail(*_):
        raise OperationalError("the connection is lost")

    with connection.execute_wrapper(fail):
        assert figures(metrics()) == {("policeapp_database_up",): 0}


def test_the_figures_cost_three_queries(db, metrics, django_assert_num_queries):
    with django_assert_num_queries(3):
        metrics()


# Several workers


@pytest.fixture
def server(tmp_path):
    """The site behind two workers, without tables in its database."""
    values = {"DATABASE_URL": f"sqlite:///{tmp_path / 'new.sqlite3'}", "STATIC_ROOT": str(settings.STATIC_ROOT)}
    values |= {"METRICS_ALLOWED": "127.0.0.1", "TMPDIR": str(tmp_path), "WEB_CONCURRENCY": "2", "HTTPS": "0"}
    with running(**values) as server:
        server.wait_for(r"(?s)Booting worker.*Booting worker")
        yield server


def workers(server):
    """Return the process ids of the running workers."""
    pid = server.process.pid
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


@contextmanager
def stopped(pid):
    """Stop the process (SIGSTOP) inside the block."""
    os.kill(pid, signal.SIGSTOP)
    while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        os.sched_yield()
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_each_worker_returns_the_counts_of_all_including_dead_ones(server):
    visits = ("policeapp_requests_total", "GET", "healthz", "2xx")
    one, other = workers(server)
    for pid, number in ((one, 2), (other, 3)):
        with stopped(pid):  # so that the other one answers
            for _visit in range(number):
                assert server.get("/healthz")[0] == 200
    for pid in (one, other):
        with stopped(pid):
            found = samples(server.get("/metrics")[2].decode())
            assert (found[visits], found["policeapp_database_up",]) == (5, 0)
    os.kill(one, signal.SIGKILL)
    server.wait_for(r"(?s)(Booting worker.*){3}")
    assert samples(server.get("/metrics")[2].decode())[visits] == 5
