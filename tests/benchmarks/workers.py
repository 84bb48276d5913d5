"""Gunicorn's classes of workers, to choose by: what each bears, and what it loses when it is reloaded.

Visitors who ask gunicorn itself keep their connections; the shipped nginx opens one for each request. The busiest of
two workers has half of the processor time where the load is spread evenly. Reloads are graceful; a request on a kept
connection that is closed meanwhile is repeated, as browsers do, and not lost.
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
# Gunicorn's options beside those of policeapp/gunicorn.py.
CLASSES = {
    "sync": "--worker-class sync --threads 1",
    "threads, as shipped": "",
    "threads, a port for each": "--reuse-port",
}
SHIPPED = "threads, as shipped"
# Each server has its turn, so that a busy moment of the machine meets all; new connections may find other workers.
TURNS, SECONDS = 3, 0.4
RELOADS = 6


def rows(case):
    path = Department.objects.get(pk=5).get_absolute_url()
    found = {(name, keep): {} for name in CLASSES for keep in (True, False)}
    for what, entries in (("kept", CACHE_ENTRIES), ("made", 0)):
        with ExitStack() as stack:
            servers = {name: stack.enter_context(served(options, entries)) for name, options in CLASSES.items()}
            for keep in (True, False):
                for name, figures in loaded(servers, path, keep):
                    found[name, keep] |= {f"{what}, {unit}": number for unit, number in figures.items()}
            if what == "kept":
                for name, server in servers.items():
                    for keep, figures in reloaded(server, path, 2 if case.quick else RELOADS):
                        found[name, keep] |= figures
    for (name, keep), figures in found.items():
        bars = [Bar(f"reloads: {what}", figures[what], 0) for what in ("lost", "other than 200") if name == SHIPPED]
        yield Row(f"{name}, connections {'kept' if keep else 'of one request'}", case, figures, bars)


@contextmanager
def served(options, entries):
    """The site under gunicorn with these options."""
    given = {"GUNICORN_CMD_ARGS": options, "WEB_CONCURRENCY": "2", "ALLOWED_HOSTS": f"127.0.0.1,{HOST}"}
    with patch.dict(os.environ, given), serving("policeapp.wsgi", "", entries) as server:
        yield server


def loaded(servers, path, keep):
    """``(name, {unit: number})`` of each server: what visitors see of a page, and how they are spread."""
    for server in servers.values():
        burden(server.port, path, SECONDS, keep)
    turns = [[turn(server, path, keep) for server in servers.values()] for _ in range(TURNS)]
    for name, mine in zip(servers, zip(*turns, strict=True), strict=True):
        rates, times, parts = zip(*mine, strict=True)
        took = sorted(chain.from_iterable(times))
        yield name, {"a second": mean(rates), "ms p99": at(took, 0.99), "% by the busiest worker": mean(parts) * 100}


def turn(server, path, keep):
    """``(what ``burden`` gives, the busiest worker's part)``."""
    before = {pid: processor_time_of(pid) for pid in workers_of(server.pid)}
    seen = burden(server.port, path, SECONDS, keep)
    spent = [processor_time_of(pid) - earlier for pid, earlier in before.items()]
    return *seen, max(spent) / sum(spent)


def reloaded(server, path, times):
    """``(whether connections are kept, {unit: number})``: what became of the requests meanwhile."""
    with Load(server.port, [path], 4, keep=True) as kept, Load(server.port, [path], 4) as new:
        for _ in range(times):
            kept.more()
            new.more()
            reload(server.pid)
        kept.more()
        new.more()
    for load in (kept, new):
        counted = {"requests": len(load.answers), "lost": len(load.lost), "other than 200": len(load.but(200))}
        yield load.keep, counted | {"repeated": load.repeated}
