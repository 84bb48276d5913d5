"""PostgreSQL is stopped, frozen and killed while visitors are served."""

from . import site
from .load import Load, longest
from .postmaster import Postmaster
from .report import Bar, Row

SECONDS = 5  # DATABASE_TIMEOUT
VISITORS = 16


def rows(case):
    url, postmaster = case.postgres(), Postmaster(case.server)
    faults = [
        ("stopped", postmaster.stop, postmaster.start),
        ("frozen", postmaster.freeze, postmaster.thaw),
        ("killed", postmaster.kill, postmaster.start),
    ]
    with (
        site.serving(url, DATABASE_TIMEOUT=str(SECONDS), UNCACHED_PAGE_LIMIT="0") as server,
        Load(server.port, site.PAGES, visitors=VISITORS) as load,
        Load(server.port, ["/healthz"], visitors=1) as health,
    ):
        load.more()
        for fault, begin, end in faults * case.of(1, 1, 10):
            began = load.wait(0)
            begin()
            try:
                load.wait(case.of(6, 12, 12))
            finally:
                end()
            back = load.wait(8)
            yield row(f"PostgreSQL {fault}", load, health, began, back)


def row(what, load, health, began, back):
    """Return the row of a fault that lasted from ``began`` until ``back``, with the time after it."""
    mine = [answer for answer in load.answers if answer.ended > began]
    meanwhile = [answer for answer in mine if answer.ended < back]
    refused = [answer for answer in mine if answer.status == 503]
    recovered = max([0, *(answer.ended - back for answer in refused)])
    alive = [answer for answer in health.answers if answer.ended > began]
    figures = {
        "s down": back - began,
        "× 200 meanwhile": sum(answer.status == 200 for answer in meanwhile),
        "× 503 meanwhile": sum(answer.status == 503 for answer in meanwhile),
        "s for a response at most": longest(mine),
        "s until the last 503": recovered,
        "s for /healthz at most": longest(alive),
        "/healthz responses": len(alive),
    }
    return Row(
        f"{what}, {VISITORS} visitors",
        figures,
        [
            Bar("requests lost", sum(not answer.status for answer in mine), 0),
            Bar("responses other than 200 and 503", sum(answer.status not in (0, 200, 503) for answer in mine), 0),
            Bar("503 without the page or Retry-After", sum(not answer.is_unavailable_page for answer in refused), 0),
            Bar("s until it recovers", recovered, 5),
            Bar("s for a response", longest(mine), SECONDS + 3),
            Bar("/healthz that fail", sum(answer.status != 200 for answer in alive), 0),
            Bar("s for /healthz", longest(alive), 1),
        ],
    )
