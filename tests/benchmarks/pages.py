"""The busiest pages under gunicorn as in production, compared with minimal applications on the same machine."""

import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from departments.models import Department
from tests.postgres import free_port

from . import bare
from .load import burden, wait_for
from .table import Bar, Row, Size, median_ms

SIZES = [Size(27_000, 27_000)]
SECONDS = 3
QUERIES, KILOBYTES, KILOBYTES_WITH_MAP = 8, 14, 25
# How many times as fast these may be: an application without Django that sends the same bytes, for cached pages; a
# Django view with the same queries and a template of the same size, for uncached pages; and p99 of the former.
BARE_WSGI, BARE_DJANGO, P99 = 4, 2, 3
MEGABYTES, CACHE_ENTRIES, COLD_SECONDS = 100, 1000, 3
# What gunicorn runs: the application and the size of its page cache.
SERVED = {
    "cached": ("policeapp.wsgi", CACHE_ENTRIES),
    "uncached": ("policeapp.wsgi", 0),
    "bare WSGI": ("tests.benchmarks.bare:wsgi", 0),
    "bare Django": ("tests.benchmarks.bare:django", 0),
}
FAR = 400  # a far page of the directory
BROWSER = {"headers": {"accept-encoding": "br"}}


def rows(case):
    """Measure the pages under load, then each page without a server."""
    client = Client(SERVER_NAME="127.0.0.1")
    pages = busiest()
    measured = {path: measure_page(client, path) for path in pages.values()}
    for path, page in measured.items():
        with queries() as number:
            bare.run_queries(path)
        assert number() == page["queries"], f"The bare view of {path} runs {number()} queries, not {page['queries']}."
    file = case.folder / "pages.json"
    file.write_text(json.dumps(measured))
    loads, cold, heaviest = {}, 0, 0
    for what, (application, entries) in SERVED.items():
        began = perf_counter()
        with serving(application, file, entries) as server:
            burden(server.port, pages["profile"], 0.05)
            if what == "cached":
                cold = perf_counter() - began
            for path in pages.values():
                burden(server.port, path, 0.5)
                loads[what, path] = burden(server.port, path, SECONDS / 3 if case.quick else SECONDS)
            if what == "cached":
                heaviest = server.heaviest()
    for name, path in pages.items():
        rate = {what: loads[what, path][0] for what in SERVED}
        p50, p99 = ({what: at(loads[what, path][1], part) for what in SERVED} for part in (0.5, 0.99))
        figures = {f"{what}, a second": rate[what] for what in SERVED}
        figures |= {"cached, ms p50": p50["cached"], "cached, ms p99": p99["cached"]}
        figures |= {"bare WSGI, ms p99": p99["bare WSGI"]}
        figures |= {"cached, of bare WSGI": rate["cached"] / rate["bare WSGI"]}
        figures |= {"uncached, of bare Django": rate["uncached"] / rate["bare Django"]}
        figures |= {"queries": measured[path]["queries"], "KB": measured[path]["bytes"] / 1000}
        bars = [
            *bars_of_page(measured[path]),
            Bar("cached: speed of bare WSGI, times ours", rate["bare WSGI"] / rate["cached"], BARE_WSGI),
            Bar("cached: p99, times bare WSGI's", p99["cached"] / p99["bare WSGI"], P99),
            Bar("uncached: speed of bare Django, times ours", rate["bare Django"] / rate["uncached"], BARE_DJANGO),
        ]
        yield Row(f"{name} under load", case, figures, bars)
    figures = {"s from cold to the first page": cold, "MB of a worker": heaviest}
    bars = [Bar("s to the first page", cold, COLD_SECONDS), Bar("MB", heaviest, MEGABYTES)]
    yield Row("the server", case, figures, bars)
    single = {"profile": pages["profile"], "directory, page 1": "/departments/"}
    if not case.quick:
        single[f"directory, page {FAR}"] = f"/departments/?page={FAR}"
    for name, path in single.items():
        page = measure_page(client, path)
        yield Row(name, case, {"ms": median_ms(lambda path=path: client.get(path, **BROWSER), 41)}, bars_of_page(page))


def busiest():
    """Return the busiest pages as ``{name: path}``."""
    return {
        "profile": Department.objects.get(pk=5).get_absolute_url(),
        "directory search": "/departments/?q=springfield",
        "near search": "/jobs/?near=10001",
        "job list": "/jobs/",
    }


def at(took, part):
    """Return a percentile in milliseconds. ``took`` has sorted seconds, and ``part`` is between 0 and 1."""
    return took[min(len(took) - 1, int(len(took) * part))] * 1000


def measure_page(client, path):
    """Return the HTML, the compressed body in hex, its size in bytes, and the number of queries of a page."""
    html = client.get(path).content.decode()
    with queries() as number:
        response = client.get(path, **BROWSER)
    assert response.status_code == 200, f"{path}: {response.status_code}"
    body = response.content
    return {"html": html, "body": body.hex(), "bytes": len(body), "queries": number()}


@contextmanager
def queries():
    """Yield a function that returns the number of queries so far, without those for the version of the content."""
    with CaptureQueriesContext(connection) as captured:
        yield lambda: sum("contentversion" not in query["sql"] for query in captured)


def bars_of_page(page):
    most = KILOBYTES_WITH_MAP if "<svg" in page["html"] else KILOBYTES
    return [
        Bar("queries", page["queries"], QUERIES),
        Bar("KB compressed", page["bytes"] / 1000, most),
    ]


class Server(NamedTuple):
    """A running gunicorn."""

    port: int
    pid: int

    def heaviest(self):
        """Return the resident memory of the largest worker in megabytes (Linux)."""
        workers = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        sizes = [re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()) for pid in workers]
        return max(int(size[1]) for size in sizes) / 1024


@contextmanager
def serving(application, pages, entries):
    """Run the application under gunicorn with room for ``entries`` cached pages. Yield its :class:`Server`."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "policeapp/gunicorn.py", application],
        env=os.environ | {"BIND": f"127.0.0.1:{port}", "BARE_PAGES": str(pages), "PAGE_CACHE_ENTRIES": str(entries)},
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait()
