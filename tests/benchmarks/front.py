"""Pages from the cache of the shipped nginx, beside files with the same bytes from the same nginx.

Visitors written in Python take more of two cores than nginx does, so how many answers they get in a second says little
of nginx. The bar is on the processor time that it takes for an answer, whose inverse is how many a second a core of its
own would give. What the visitors see stands beside it.

Both come by the same road: TLS, connections that stay open, the log, and limits by client, made too high to meet. The
file is the page as it was sent, compressed, among the static files; its answer has some headers less.
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
# Times as fast as a page the file may be: four fifths of its speed must be left.
FILE = 1 / 0.8
NO_LIMITS = {"rate": "1000000r/s", "burst": "1000000", "limit_conn policeapp_connections": "1000"}
SETTINGS = ("DATABASE_URL", "STATIC_ROOT", "MEDIA_ROOT", "SEARCH_LIMIT", "LOG_LEVEL")


def rows(case):
    with serving(case.folder) as site:
        for name, path in busiest().items():
            loads = page_and_file(site, path, 1 if case.quick else TURNS)
            figures = {f"{what}, {unit}": number for what, load in loads.items() for unit, number in load.items()}
            slower = loads["page"]["processor µs"] / loads["file"]["processor µs"]
            figures["page, of the file"] = 1 / slower
            yield Row(f"{name} behind nginx", case, figures, [Bar("the file is times as fast", slower, FILE)])


@contextmanager
def serving(folder):
    """nginx with the shipped site before gunicorn."""
    with TemporaryDirectory(dir=folder) as folder:
        folder = Path(folder)
        with (
            listening(folder / "site.sock") as listener,
            gunicorn(listener, PROXY_SECONDS="30", **{name: os.environ[name] for name in SETTINGS}),
            nginx(folder, **NO_LIMITS) as site,
        ):
            yield site


def page_and_file(site, path, turns):
    """``{"page" or "file": {unit: number}}`` of the two, which take turns."""
    page = site.ask(path, Accept_Encoding="br")
    assert page.status == 200, f"{path} answers {page.status}"
    file = Path(os.environ["STATIC_ROOT"]) / "page-of-the-benchmark"
    file.write_bytes(page.body)
    loads = [[load(site, address) for address in (path, f"/static/{file.name}")] for _ in range(turns)]
    return {what: figures(turns) for what, turns in zip(["page", "file"], zip(*loads, strict=True), strict=True)}


def load(site, path):
    """``(what ``visit`` gives, the seconds of a processor that nginx took)``."""

    def connect():
        connection = site.connection()
        connection.connect()
        return connection.sock

    workers = workers_of((site.folder / "nginx.pid").read_text().strip())
    before = sum(map(processor_time_of, workers))
    return *visit(connect, path, SECONDS, HOST), sum(map(processor_time_of, workers)) - before


def figures(loads):
    """What several ``load`` say together, by unit."""
    rates, times, spent = zip(*loads, strict=True)
    took = sorted(chain.from_iterable(times))
    return {
        "a second": mean(rates),
        "ms p50": at(took, 0.5),
        "ms p99": at(took, 0.99),
        "processor µs": sum(spent) / len(took) * 1_000_000,
    }
