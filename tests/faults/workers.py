"""A worker is killed while visitors are served. Only the requests that it was handling are lost."""

import os
import random
import signal
from time import monotonic

from . import site
from .load import Load
from .report import Bar, Row

# The dying process may still accept requests this long after the signal.
MOMENT = 0.05  # seconds
VISITORS = 8


def rows(case):
    chance = random.Random(1)
    kills = case.of(2, 6, 60)
    for keep in (False, True):
        with site.serving(case.sqlite()) as server, Load(server.port, site.PAGES, VISITORS, keep=keep) as load:
            main = server.process.pid
            load.more()
            killed, took = [], []
            for _ in range(kills):
                before = site.workers_of(main)
                victim = chance.choice(sorted(before))
                os.kill(victim, signal.SIGKILL)
                killed.append(monotonic())
                took.append(site.until(lambda: len(site.workers_of(main) - before) == 1, 30, "a new worker"))  # noqa: B023
                load.more()
        at_a_kill = [
            answer
            for answer in load.lost
            if any(answer.began <= moment + MOMENT <= answer.ended + 1 for moment in killed)
        ]
        figures = load.figures() | {"killed": kills, "lost per kill": len(load.lost) / kills}
        yield Row(
            f"worker killed, connections {'reused' if keep else 'for one request'}",
            figures | {"requests repeated": load.repeated, "s until a new worker": max(took)},
            [
                Bar("requests lost that started after a kill", len(load.lost) - len(at_a_kill), 0),
                Bar("lost per kill", len(load.lost) / kills, VISITORS),
                Bar("responses other than 200", len(load.but(200)), 0),
            ],
        )
