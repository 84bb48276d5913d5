"""Garbage from a grammar is asked for at all public addresses, over real connections."""

import string
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from itertools import count
from threading import local
from time import monotonic
from urllib.parse import quote

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from ..site.test_garbage import PATHS, SEARCHES, VALUES, queries
from . import site
from .load import someone
from .report import Bar, Row

AT_ONCE = 2_000  # requests
VISITORS = 6
MOST_MEGABYTES, MOST_GROWTH = 200, 40

METHODS = st.sampled_from(["GET"] * 12 + ["HEAD", "POST", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
TARGETS = PATHS | st.sampled_from(sorted(SEARCHES)).flatmap(
    lambda url: queries(SEARCHES[url]).map(lambda query: f"{url}?{query}")
)
HEADERS = st.dictionaries(
    st.sampled_from(["Accept", "Accept-Encoding", "Cookie", "Range", "Referer", "If-None-Match", "If-Modified-Since"]),
    VALUES.map(lambda value: quote(value, safe=string.punctuation + " ")[:4000]),
    max_size=2,
)
BODIES = st.dictionaries(st.sampled_from("email frequency username password next shown d j".split()), VALUES)
REQUESTS = st.tuples(METHODS, TARGETS, HEADERS, BODIES)


def rows(case):
    number, url = case.of(2_000, 20_000, 200_000), case.sqlite()
    with site.serving(url) as server:
        began, memory, answers = monotonic(), [], []
        clients, connections = count(), local()

        def ask(request):
            return answer(server.port, connections, next(clients), *request)

        with ThreadPoolExecutor(VISITORS) as visitors:
            for turn in range(number // AT_ONCE):
                answers += visitors.map(ask, made(AT_ONCE, turn))
                memory.append(max(map(site.memory_of, site.workers_of(server))))
        took = monotonic() - began
    failures = [(status, request) for status, request in answers if status >= 500]
    for status, (method, target, headers, body) in failures[:5]:
        print(f"    {status} {method} {target[:300]!r} {headers} {body}")
    statuses = Counter(status for status, _ in answers)
    yield Row(
        f"{len(answers):,} garbage requests",
        {f"× {status or 'not answered'}": times for status, times in sorted(statuses.items())}
        | {"s": took, "MB of a worker at first": memory[0], "MB at last": memory[-1]},
        [
            Bar("answers from 500 on", len(failures), 0),
            Bar("requests not answered", statuses[0], 0),
            Bar("MB of a worker at most", max(memory), MOST_MEGABYTES),
            Bar("MB more than after the first 2,000", memory[-1] - memory[0], MOST_GROWTH),
        ],
    )


def made(number, turn):
    """So many requests, others in each turn."""
    requests = []

    @seed(turn)
    @settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(REQUESTS)
    def keep(request):
        requests.append(request)

    keep()
    return requests


def answer(port, connections, client, method, target, headers, body):
    """``(status, request)``; the status is 0 where no answer came."""
    request = (method, target, headers, body)
    encoded = "&".join(f"{name}={value}" for name, value in body.items()) if method == "POST" else None
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if encoded is not None else {}
    target = quote(target, safe=string.punctuation) or "/"
    for _ in range(2):  # a connection that was kept may be closed by now
        connection = getattr(connections, "kept", None) or HTTPConnection("127.0.0.1", port, timeout=60)
        connections.kept = connection
        try:
            connection.request(method, target, encoded, headers | kind | someone(client))
            response = connection.getresponse()
            response.read()
            return response.status, request
        except (OSError, HTTPException):
            connection.close()
            connections.kept = None
    return 0, request
