"""PostgreSQL responds slowly, and then a table is locked, while visitors are served."""

from collections import Counter
from time import monotonic
from urllib.parse import urlsplit, urlunsplit

import psycopg

from . import site
from .load import Load, longest
from .proxy import Proxy
from .report import Bar, Row

SECONDS = 3  # DATABASE_TIMEOUT
DELAY = 0.1  # seconds in each direction


def rows(case):
    url = case.postgres()
    parts = urlsplit(url)
    with Proxy(parts.port) as proxy:
        behind = urlunsplit(parts._replace(netloc=f"{parts.username}@127.0.0.1:{proxy.port}"))
        with (
            site.serving(behind, DATABASE_TIMEOUT=str(SECONDS)) as server,
            Load(server.port, site.PAGES) as load,
            Load(server.port, ["/healthz"], visitors=1) as health,
        ):

            def result(what, began, back=()):
                return row(what, load, health, began, back)

            load.more()
            proxy.delay = DELAY
            began = load.wait(case.of(5, 10, 60))
            proxy.delay = 0
            yield result(f"every packet to and from PostgreSQL {1000 * DELAY:.0f} ms late", began)
            load.wait(2)
            with psycopg.connect(url) as other:
                other.execute("LOCK TABLE departments_department IN ACCESS EXCLUSIVE MODE")
                began = load.wait(case.of(6, 10, 60))
            back = load.wait(7)
            yield result("a table locked by another session", began, (back,))


def row(what, load, health, began, back):
    mine = [answer for answer in load.answers if answer.ended > began]
    refused = [answer for answer in mine if answer.status == 503]
    alive = [answer for answer in health.answers if answer.ended > began]
    recovered = max([0, *(answer.ended - moment for moment in back for answer in refused)])
    figures = {
        "s": monotonic() - began,
        **{f"× {status}": number for status, number in sorted(Counter(answer.status for answer in mine).items())},
        "s for a response at most": longest(mine),
        "s until the last 503": recovered,
        "/healthz responses": len(alive),
        "s for /healthz at most": longest(alive),
    }
    return Row(
        what,
        figures,
        [
            Bar("requests lost", sum(not answer.status for answer in mine), 0),
            Bar("responses other than 200 and 503", sum(answer.status not in (0, 200, 503) for answer in mine), 0),
            Bar("s for a response", longest(mine), 3 * SECONDS),
            Bar("s for /healthz", longest(alive), 3 * SECONDS),
            Bar("s until it recovers", recovered, 5),
        ],
    )
