"""Random garbage requests from a grammar, to all public URLs, over real connections."""

import string
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from itertools import count
from random import Random
from threading import local
from time import monotonic
from urllib.parse import quote

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from ..project.test_garbage import PATHS, SEARCHES, VALUES, queries
from . import site
from .load import client_headers
from .report import Bar, Row

AT_ONCE, PARTS = 2_000, 300  # requests per round, and the generated words that they combine
VISITORS = 6
MOST_MEGABYTES, MOST_GROWTH = 200, 40

METHODS = ["GET"] * 12 + ["HEAD", "POST", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]
HEADERS = ["Accept", "Accept-Encoding", "Cookie", "Range", "Referer", "If-None-Match", "If-Modified-Since"]
FIELDS = "email frequency login username password next shown d j".split()
TARGETS = PATHS | st.sampled_from(sorted(SEARCHES)).flatmap(
    lambda url: queries(SEARCHES[url]).map(lambda query: f"{url}?{query}")
)


def rows(case):
    number, url = case.of(2_000, 20_000, 200_000), case.sqlite()
    with site.serving(url) as server:
        began, memory, answers = monotonic(), [], []
        clients, connections, chance = count(), local(), Random(1)

        def ask(request):
            return answer(server.port, connections, next(clients), *request)

        with ThreadPoolExecutor(VISITORS) as visitors:
            for _ in range(number // AT_ONCE):
                answers += visitors.map(ask, random_requests(AT_ONCE, PARTS, chance))
                memory.append(max(map(site.memory_of, site.workers_of(server.process.pid))))
        took = monotonic() - began
    failures = [(status, request) for status, request in answers if status >= 500]
    for status, (method, target, headers, body) in failures[:5]:
        print(f"    {status} {method} {target[:300]!r} {headers} {body[:300]}")
    statuses = Counter(status for status, _ in answers)
    yield Row(
        f"{len(answers):,} garbage requests",
        {f"× {status or 'no response'}": times for status, times in sorted(statuses.items())}
        | {"s": took, "MB of a worker at first": memory[0], "MB at last": memory[-1]},
        [
            Bar("5xx responses", len(failures), 0),
            Bar("requests without a response", statuses[0], 0),
            Bar("MB of a worker at most", max(memory), MOST_MEGABYTES),
            Bar("MB more than after the first 2,000", memory[-1] - memory[0], MOST_GROWTH),
        ],
    )


def random_requests(number, parts, chance):
    """Yield random requests, ``(method, target, headers, body)``, combined from words of the grammar."""
    targets, values = words(parts, chance.randrange(2**32))
    pieces = [piece for target in targets for piece in target.partition("?")[2].split("&")]
    for _ in range(number):
        target = chance.choice(targets)
        if chance.random() < 0.7:
            between = chance.choice("&&&&;?")
            target = f"{chance.choice(list(SEARCHES))}?{between.join(chance.choices(pieces, k=chance.randrange(6)))}"
        headers = {chance.choice(HEADERS): chance.choice(values)[:4000] for _ in range(chance.randrange(3))}
        body = "&".join(f"{chance.choice(FIELDS)}={chance.choice(values)}" for _ in range(chance.randrange(4)))
        yield chance.choice(METHODS), target, headers, body


def words(number, turn):
    """Return ``(targets, values)``, this many examples of each. ``turn`` is the random seed."""
    targets, values = [], []

    @seed(turn)
    @settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(TARGETS, VALUES)
    def keep(target, value):
        targets.append(target)
        values.append(quote(value, safe=string.punctuation + " "))

    keep()
    return targets, values


def answer(port, connections, client, method, target, headers, body):
    """Send a request and return ``(status, request)``. The status is 0 without a response."""
    request = (method, target, headers, body)
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
    target = quote(target, safe=string.punctuation) or "/"
    for _ in range(2):  # the server may have closed the reused connection
        connection = getattr(connections, "open", None) or HTTPConnection("127.0.0.1", port, timeout=60)
        connections.open = connection
        try:
            connection.request(
                method, target, body if method == "POST" else None, headers | kind | client_headers(client)
            )
            response = connection.getresponse()
            response.read()
            return response.status, request
        except (OSError, HTTPException):
            connection.close()
            connections.open = None
    return 0, request
