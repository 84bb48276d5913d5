"""Redis, which caches pages and counts searches, hangs and then dies while visitors are served."""

import shutil
import signal
import subprocess
from contextlib import contextmanager

from ..postgres import free_port
from . import site
from .load import Load, longest
from .report import Bar, Row

MAX_SECONDS = 5  # for the slowest response
PAGES = [*site.PAGES, "/departments/suggest/?q=we{n}", "/jobs/feed/?q=officer{n}"]


def rows(case):
    seconds, port = case.of(3, 8, 60), free_port()
    with running(port, case.folder) as server:
        values = {"CACHE_URL": f"redis://127.0.0.1:{port}/0", "UNCACHED_PAGE_LIMIT": "10"}
        with site.serving(case.sqlite(), **values) as served, Load(served.port, PAGES, each=4) as load:
            load.more()
            yield row("Redis running", load, load.wait(seconds))
            server.send_signal(signal.SIGSTOP)
            yield row("Redis frozen", load, load.wait(seconds))
            server.kill()
            yield row("Redis killed", load, load.wait(seconds))
            with running(port, case.folder):
                yield row("Redis running again", load, load.wait(seconds))


def row(what, load, began):
    mine = [answer for answer in load.answers if answer.began > began]
    took = sorted(answer.took for answer in mine) or [0]
    return Row(
        what,
        {"responses": len(mine), "ms p50": took[len(took) // 2] * 1000, "s at most": took[-1]},
        [
            Bar("requests lost", sum(not answer.status for answer in mine), 0),
            Bar("responses other than 200", sum(answer.status not in (0, 200) for answer in mine), 0),
            Bar("s for a response", longest(mine), MAX_SECONDS),
            Bar("periods without a response", not mine, 0),
        ],
    )


@contextmanager
def running(port, folder):
    """Run a private Redis server. Yield its process."""
    program = shutil.which("redis-server")
    if not program:
        raise SystemExit("There is no redis-server: install Debian's package redis-server.")
    server = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder], stdout=subprocess.DEVNULL
    )
    try:
        yield server
    finally:
        server.kill()
        server.wait()
