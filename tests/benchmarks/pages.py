"""The site's busiest pages under gunicorn as it runs in production, beside what the same machine could do at best."""

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
# Times as fast as the site may be: what sends the same bytes without Django, for pages that are kept (a quarter
# of that must be left); and a Django view with the same queries and a template of the same size, for others.
BARE_WSGI, BARE_DJANGO, P99 = 4, 2, 3
MEGABYTES, CACHE_ENTRIES, COLD_SECONDS = 100, 1000, 3
# What gunicorn serves: the application and the number of pages that it caches.
SERVED = {
    "kept": ("policeapp.wsgi", CACHE_ENTRIES),
    "made": ("policeapp.wsgi", 0),
    "bare WSGI": ("tests.benchmarks.bare:wsgi", 0),
    "bare Django": ("tests.benchmarks.bare:django", 0),
}
FAR = 400  # a far page of the directory
BROWSER = {"headers": {"accept-encoding": "br"}}


def rows(case):
    """The pages under load, then each by itself without a server."""
    client = Client(SERVER_NAME="127.0.0.1")
    pages = busiest()
    kept = {path: look_at(client, path) for path in pages.values()}
    for path, page in kept.items():
        with queries() as made:
            bare.ask(path)
        assert made() == page["queries"], f"The bare view of {path} makes {made()} queries, not {page['queries']}."
    file = case.folder / "pages.json"
    file.write_text(json.dumps(kept))
    loads, cold, heaviest = {}, 0, 0
    for what, (application, entries) in SERVED.items():
        begun = perf_counter()
        with serving(application, file, entries) as server:
            burden(server.port, pages["profile"], 0.05)
            if what == "kept":
                cold = perf_counter() - begun
            for path in pages.values():
                burden(server.port, path, 0.5)
                loads[what, path] = burden(server.port, path, SECONDS / 3 if case.quick else SECONDS)
            if what == "kept":
                heaviest = server.heaviest()
    for name, path in pages.items():
        rate = {what: loads[what, path][0] for what in SERVED}
        p50, p99 = ({what: at(loads[what, path][1], part) for what in SERVED} for part in (0.5, 0.99))
        figures = {f"{what}, a second": rate[what] for what in SERVED}
        figures |= {"kept, ms p50": p50["kept"], "kept, ms p99": p99["kept"], "bare WSGI, ms p99": p99["bare WSGI"]}
        figures |= {"kept, of bare WSGI": rate["kept"] / rate["bare WSGI"]}
        figures |= {"made, of bare Django": rate["made"] / rate["bare Django"]}
        figures |= {"queries": kept[path]["queries"], "KB": kept[path]["bytes"] / 1000}
        bars = [
            *bars_of_page(kept[path]),
            Bar("kept: bare WSGI is times as fast", rate["bare WSGI"] / rate["kept"], BARE_WSGI),
            Bar("kept: p99, times bare WSGI's", p99["kept"] / p99["bare WSGI"], P99),
            Bar("made: bare Django is times as fast", rate["bare Django"] / rate["made"], BARE_DJANGO),
        ]
        yield Row(f"{name} under load", case, figures, bars)
    figures = {"s from cold to the first page": cold, "MB of a worker": heaviest}
    bars = [Bar("s to the first page", cold, COLD_SECONDS), Bar("MB", heaviest, MEGABYTES)]
    yield Row("the server", case, figures, bars)
    alone = {"profile": pages["profile"], "directory, page 1": "/departments/"}
    if not case.quick:
        alone[f"directory, page {FAR}"] = f"/departments/?page={FAR}"
    for name, path in alone.items():
        page = look_at(client, path)
        yield Row(name, case, {"ms": median_ms(lambda path=path: client.get(path, **BROWSER), 41)}, bars_of_page(page))


def busiest():
    """``{name: path}`` of the busiest pages."""
    return {
        "profile": Department.objects.get(pk=5).get_absolute_url(),
        "directory search": "/departments/?q=springfield",
        "near search": "/jobs/?near=10001",
        "job list": "/jobs/",
    }


def at(took, part):
    """The milliseconds that so large a part of the requests took at most."""
    return took[min(len(took) - 1, int(len(took) * part))] * 1000


def look_at(client, path):
    """The page's HTML, its compressed bytes as a browser gets them, and its queries."""
    html = client.get(path).content.decode()
    with queries() as made:
        response = client.get(path, **BROWSER)
    assert response.status_code == 200, f"{path} answers {response.status_code}"
    body = response.content
    return {"html": html, "body": body.hex(), "bytes": len(body), "queries": made()}


@contextmanager
def queries():
    """Gives a function that says how many queries were made inside, but for those for the version of the content."""
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
        """The resident megabytes of its largest worker (Linux)."""
        workers = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        sizes = [re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()) for pid in workers]
        return max(int(size[1]) for size in sizes) / 1024


@contextmanager
def serving(application, pages, entries):
    """A :class:`Server` with the site's settings, this application and so many cached pages."""
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
