"""Gunicorn's worker classes compared: their throughput, and the requests that they lose in a reload.

Browsers reuse connections, while the shipped nginx opens one for each request, so both are measured. If two workers
share the load evenly, the busiest has half of the processor time. Reloads are graceful. If the server closes a reused
connection, the visitor repeats the request, as browsers do, and it does not count as lost.
"""

import os
from contextlib import ExitStack, contextmanager
from itertools import chain
from statistics import mean
from unittest.mock import patch

from departments.models import Department
from tests.faults.load import HOST, Load
from tests.faults.reload import reload
from tests.faults.site import processor_time_of, workers_of

from .load import burden
from .pages import CACHE_ENTRIES, at, serving
from .table import Bar, Row, Size

SIZES = [Size(27_000, 27_000)]
# Options in addition to policeapp/gunicorn.py.
CLASSES = {
    "sync": "--worker-class sync --threads 1",
    "threads, as shipped": "",
    "threads, reuse_port": "--reuse-port",
}
SHIPPED = "threads, as shipped"
# Servers take turns, so that other load on the machine affects all of them.
TURNS, SECONDS = 3, 0.4
RELOADS = 6


def rows(case):
    path = Department.objects.get(pk=5).get_absolute_url()
    results = {(name, keep): {} for name in CLASSES for keep in (True, False)}
    for what, entries in (("cached", CACHE_ENTRIES), ("uncached", 0)):
        with ExitStack() as stack:
            servers = {name: stack.enter_context(served(options, entries)) for name, options in CLASSES.items()}
            for keep in (True, False):
                for name, figures in loaded(servers, path, keep):
                    results[name, keep] |= {f"{what}, {unit}": number for unit, number in figures.items()}
            if what == "cached":
                for name, server in servers.items():
                    for keep, figures in reloaded(server, path, 2 if case.quick else RELOADS):
                        results[name, keep] |= figures
    for (name, keep), figures in results.items():
        bars = [Bar(f"reloads: {what}", figures[what], 0) for what in ("lost", "other than 200") if name == SHIPPED]
        yield Row(f"{name}, connections {'reused' if keep else 'for one request'}", case, figures, bars)


@contextmanager
def served(options, entries):
    """Run the site under gunicorn with these options."""
    environment = {"GUNICORN_CMD_ARGS": options, "WEB_CONCURRENCY": "2", "ALLOWED_HOSTS": f"127.0.0.1,{HOST}"}
    with patch.dict(os.environ, environment), serving("policeapp.wsgi", "", entries) as server:
        yield server


def loaded(servers, path, keep):
    """Yield ``(name, {unit: number})`` for each server: throughput, latency and the distribution of the load."""
    for server in servers.values():
        burden(server.port, path, SECONDS, keep)
    turns = [[turn(server, path, keep) for server in servers.values()] for _ in range(TURNS)]
    for name, results in zip(servers, zip(*turns, strict=True), strict=True):
        rates, times, shares = zip(*results, strict=True)
        took = sorted(chain.from_iterable(times))
        yield name, {"a second": mean(rates), "ms p99": at(took, 0.99), "% on the busiest worker": mean(shares) * 100}


def turn(server, path, keep):
    """Measure for a moment. Return the results of ``burden`` and the busiest worker's share of processor time."""
    before = {pid: processor_time_of(pid) for pid in workers_of(server.pid)}
    results = burden(server.port, path, SECONDS, keep)
    spent = [processor_time_of(pid) - earlier for pid, earlier in before.items()]
    return *results, max(spent) / sum(spent)


def reloaded(server, path, times):
    """Reload the server several times under load. Yield ``(whether connections are reused, {unit: number})``."""
    with Load(server.port, [path], 4, keep=True) as reusing, Load(server.port, [path], 4) as new:
        for _ in range(times):
            reusing.more()
            new.more()
            reload(server.pid)
        reusing.more()
        new.more()
    for load in (reusing, new):
        counted = {"requests": len(load.answers), "lost": len(load.lost), "other than 200": len(load.but(200))}
        yield load.keep, counted | {"repeated": load.repeated}
