"""Pages from the cache of the shipped nginx, compared with static files of the same bytes.

The visitors are written in Python and use more processor time than nginx, so their request rate says little about
nginx. The bar is therefore on nginx's processor time per response. The visitors' rate and latency are printed too.

Both use TLS, persistent connections, the access log and rate limits too high to reach. The file contains the compressed
page. Its response has fewer headers.
"""

import os
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from tests.faults.site import processor_time_of, workers_of
from tests.policeapp.deploy.nginx import HOST, gunicorn, listening, nginx

from .load import visit
from .pages import at, busiest
from .table import Bar, Row, Size

SIZES = [Size(27_000, 27_000)]
TURNS, SECONDS = 4, 0.6
# Processor time of a page, at most, relative to the file's.
FILE = 1 / 0.8
NO_LIMITS = {"rate": "1000000r/s", "burst": "1000000", "limit_conn policeapp_connections": "1000"}
SETTINGS = ("DATABASE_URL", "STATIC_ROOT", "MEDIA_ROOT", "UNCACHED_PAGE_LIMIT", "LOG_LEVEL")


def rows(case):
    with serving(case.folder) as site:
        for name, path in busiest().items():
            loads = page_and_file(site, path, 1 if case.quick else TURNS)
            figures = {f"{what}, {unit}": number for what, load in loads.items() for unit, number in load.items()}
            slower = loads["page"]["processor µs"] / loads["file"]["processor µs"]
            figures["page speed relative to the file"] = 1 / slower
            yield Row(f"{name} behind nginx", case, figures, [Bar("processor time, times the file's", slower, FILE)])


@contextmanager
def serving(folder):
    """Run gunicorn behind nginx with the shipped configuration."""
    with TemporaryDirectory(dir=folder) as folder:
        folder = Path(folder)
        with (
            listening(folder / "site.sock") as listener,
            gunicorn(listener, PROXY_SECONDS="30", **{name: os.environ[name] for name in SETTINGS}),
            nginx(folder, **NO_LIMITS) as site,
        ):
            yield site


def page_and_file(site, path, turns):
    """Measure both in turns and return ``{"page" or "file": {unit: number}}``."""
    page = site.ask(path, Accept_Encoding="br")
    assert page.status == 200, f"{path}: {page.status}"
    file = Path(os.environ["STATIC_ROOT"]) / "page-of-the-benchmark"
    file.write_bytes(page.body)
    loads = [[load(site, url) for url in (path, f"/static/{file.name}")] for _ in range(turns)]
    return {what: figures(turns) for what, turns in zip(["page", "file"], zip(*loads, strict=True), strict=True)}


def load(site, path):
    """Return the results of ``visit`` and nginx's processor time in seconds."""

    def connect():
        connection = site.connection()
        connection.connect()
        return connection.sock

    workers = workers_of((site.folder / "nginx.pid").read_text().strip())
    before = sum(map(processor_time_of, workers))
    return *visit(connect, path, SECONDS, HOST), sum(map(processor_time_of, workers)) - before


def figures(loads):
    """Combine several results of ``load`` into ``{unit: number}``."""
    rates, times, spent = zip(*loads, strict=True)
    took = sorted(chain.from_iterable(times))
    return {
        "a second": mean(rates),
        "ms p50": at(took, 0.5),
        "ms p99": at(took, 0.99),
        "processor µs": sum(spent) / len(took) * 1_000_000,
    }
