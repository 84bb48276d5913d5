"""PostgreSQL is stopped and started again while visitors are served."""

from time import monotonic

from . import site
from .load import Load, longest
from .postmaster import Postmaster
from .report import Bar, Row

SECONDS = 5  # DATABASE_TIMEOUT


def rows(case):
    url, postmaster = case.postgres(), Postmaster(case.server)
    with (
        site.serving(url, DATABASE_TIMEOUT=str(SECONDS)) as server,
        Load(server.port, site.PAGES) as load,
        Load(server.port, ["/healthz"], visitors=1) as health,
    ):
        load.more()
        for turn in range(case.of(1, 2, 20)):
            stopped = monotonic()
            postmaster.stop()
            load.wait(case.of(6, 12, 12))
            postmaster.start()
            back = monotonic()
            load.wait(8)
            yield row(turn + 1, load, health, stopped, back)


def row(turn, load, health, stopped, back):
    """What came of one stop, from ``stopped`` until ``back``, and of what followed."""
    mine = [answer for answer in load.answers if answer.ended > stopped]
    meanwhile = [answer for answer in mine if answer.ended < back]
    refused = [answer for answer in mine if answer.status == 503]
    recovered = max([0, *(answer.ended - back for answer in refused)])
    alive = [answer for answer in health.answers if answer.ended > stopped]
    figures = {
        "s away": back - stopped,
        "× 200 meanwhile": sum(answer.status == 200 for answer in meanwhile),
        "× 503 meanwhile": sum(answer.status == 503 for answer in meanwhile),
        "s an answer took at most": longest(mine),
        "s until the last 503": recovered,
        "s /healthz took at most": longest(alive),
        "/healthz answers": len(alive),
    }
    return Row(
        f"PostgreSQL stopped and started, {turn}",
        figures,
        [
            Bar("requests lost", sum(not answer.status for answer in mine), 0),
            Bar("answers other than 200 and 503", sum(answer.status not in (0, 200, 503) for answer in mine), 0),
            Bar("503 that say not when to come again", sum(not answer.is_apology for answer in refused), 0),
            Bar("s until it has recovered", recovered, 5),
            Bar("s for an answer", longest(mine), SECONDS + 3),
            Bar("/healthz that fail", sum(answer.status != 200 for answer in alive), 0),
        ],
    )
