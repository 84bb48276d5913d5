"""A worker is killed while visitors are served: what it had in hand is lost, and nothing else."""

import os
import random
import signal
from time import monotonic

from . import site
from .load import Load
from .report import Bar, Row

# A request that was begun so shortly after the signal may still have met the dying process.
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
        figures = load.figures() | {"killed": kills, "lost for each": len(load.lost) / kills}
        yield Row(
            f"worker killed, connections {'kept' if keep else 'of one request'}",
            figures | {"requests repeated": load.repeated, "s until there is a new one": max(took)},
            [
                Bar("requests lost that were begun after a kill", len(load.lost) - len(at_a_kill), 0),
                Bar("lost for each kill", len(load.lost) / kills, VISITORS),
                Bar("answers other than 200", len(load.but(200)), 0),
            ],
        )
