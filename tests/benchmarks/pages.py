"""The site's busiest pages under gunicorn as it runs in production, beside what the same machine could do at best."""

import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from html import unescape

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from departments.models import Department
from tests.postgres import free_port

from .load import burden, wait_for
from .table import Bar, Row, Size, median_ms

SIZES = [Size(27_000, 27_000), Size(270_000, 270_000)]
SECONDS = 3
QUERIES, KILOBYTES, KILOBYTES_WITH_MAP, GROWTH = 8, 14, 25, 1.5
FAR = 400  # the page of the directory that must be as fast as its first
BROWSER = {"headers": {"accept-encoding": "br"}}


def rows(case):
    """The pages under load, then each by itself without a server."""
    client = Client(SERVER_NAME="127.0.0.1")
    pages = {
        "profile": Department.objects.get(pk=5).get_absolute_url(),
        "directory search": "/departments/?q=springfield",
        "near search": "/jobs/?near=10001",
        "job list": "/jobs/",
    }
    kept = {path: look_at(client, path) for path in pages.values()}
    file = case.folder / "pages.json"
    file.write_text(json.dumps(kept))
    loads = {}
    for application in ("policeapp.wsgi", "tests.benchmarks.bare:wsgi", "tests.benchmarks.bare:django"):
        with serving(application, file) as port:
            for path in pages.values():
                burden(port, path, 0.5)
                loads[application, path] = burden(port, path, SECONDS / 3 if case.quick else SECONDS)
    for name, path in pages.items():
        (rate, took), (bytes_rate, _), (view_rate, _) = (loads[key] for key in loads if key[1] == path)
        figures = {
            "a second": rate,
            "ms p50": took[len(took) // 2] * 1000,
            "ms p99": took[len(took) * 99 // 100] * 1000,
            "a second of bare WSGI": bytes_rate,
            "a second of bare Django": view_rate,
            "of bare Django": rate / view_rate,
            "queries": kept[path]["queries"],
            "KB": kept[path]["bytes"] / 1000,
        }
        yield Row(f"{name} under load", case, figures, bars_of_page(kept[path]))
    alone = {"profile": pages["profile"], "directory, page 1": "/departments/"}
    alone[f"directory, page {FAR}"] = far_page(client, case)
    for name, path in alone.items():
        page = look_at(client, path)
        yield Row(name, case, {"ms": median_ms(lambda path=path: client.get(path, **BROWSER), 41)}, bars_of_page(page))


def look_at(client, path):
    """The page's HTML, its compressed bytes as a browser gets them, and its queries."""
    html = client.get(path).content.decode()
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path, **BROWSER)
    assert response.status_code == 200, f"{path} answers {response.status_code}"
    body = response.content
    return {"html": html, "body": body.hex(), "bytes": len(body), "queries": len(captured)}


def bars_of_page(page):
    most = KILOBYTES_WITH_MAP if "<svg" in page["html"] else KILOBYTES
    return [
        Bar("queries", page["queries"], QUERIES),
        Bar("KB compressed", page["bytes"] / 1000, most),
    ]


def far_page(client, case):
    """The address of a far page of the directory, found as a visitor would: by the links to the next page."""
    path = "/departments/?sort=name"
    for _ in range(FAR - 1):
        if not (link := re.search(r'<a href="([^"]+)" rel="next"', client.get(path).content.decode())):
            assert case.quick, f"The directory has fewer than {FAR} pages."
            break
        path = "/departments/" + unescape(link[1]).removeprefix("/departments/")
    return path


@contextmanager
def serving(application, pages):
    """The port of gunicorn with the site's settings and this application."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "policeapp/gunicorn.py", application],
        env=os.environ | {"BIND": f"127.0.0.1:{port}", "BARE_PAGES": str(pages)},
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def growth(rows):
    """Ten times the departments and openings."""
    took = {(row.what, row.case.size): row.figures["ms"] for row in rows if "ms" in row.figures}
    small, large = sorted({size for _, size in took})
    for what in dict.fromkeys(what for what, _ in took):
        ratio = took[what, large] / took[what, small]
        yield Row(f"{what}, growth", rows[-1].case, {}, [Bar("ten times as much: times as long", ratio, GROWTH)])
