"""Simulated visitors who request pages in a loop and record the responses."""

import threading
from collections import Counter
from http.client import HTTPConnection, HTTPException
from itertools import count
from time import monotonic
from typing import NamedTuple

HOST = "police.example.org"
PATIENCE = 60  # seconds; later responses count as lost


class Answer(NamedTuple):
    """A response: when it was requested (``monotonic()``), the seconds it took, and its status, 0 if it never came."""

    began: float
    took: float
    path: str
    status: int
    retry_after: str | None
    body: bytes

    @property
    def ended(self):
        return self.began + self.took

    @property
    def is_unavailable_page(self):
        """Whether this is the 503 page with a Retry-After header."""
        return self.status == 503 and bool(self.retry_after) and b"temporarily unavailable" in self.body


class Load:
    """Visitors who send requests inside the ``with`` block, each one at a time. ``answers`` lists the responses.

    ``{n}`` in a path is replaced by a number unique to the request. With ``keep``, visitors reuse their connections. If
    one is closed before a response, they connect again and repeat the request, as browsers and proxies do;
    ``repeated`` counts these. The client IP changes after every ``each`` requests.
    """

    def __init__(self, port, paths, visitors=8, keep=False, each=1):
        self.port, self.paths, self.keep, self.each = port, paths, keep, each
        self.answers, self.repeated, self._numbers, self._over = [], 0, count(), threading.Event()
        self._visitors = [threading.Thread(target=self._visit, args=[number]) for number in range(visitors)]

    def __enter__(self):
        for visitor in self._visitors:
            visitor.start()
        return self

    def __exit__(self, *problem):
        self._over.set()
        for visitor in self._visitors:
            visitor.join()

    def more(self, number=100):
        """Wait for this many more responses. Return the time before."""
        began, end = monotonic(), len(self.answers) + number
        while len(self.answers) < end:
            assert monotonic() - began < PATIENCE, f"not {number} answers in {PATIENCE} s"
            self._over.wait(0.05)
        return began

    def wait(self, seconds):
        """Let the visitors continue for this many seconds. Return the time before."""
        began = monotonic()
        self._over.wait(seconds)
        return began

    def _visit(self, number):
        connection = None
        while not self._over.is_set():
            name = next(self._numbers)
            path = self.paths[number % len(self.paths)].replace("{n}", str(name))
            number += 1
            was_open, began = connection is not None, monotonic()
            connection = connection or HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            answer, connection = self._ask(connection, path, began, name)
            if not answer.status and was_open:
                self.repeated += 1
                connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
                answer, connection = self._ask(connection, path, began, name)
            self.answers.append(answer)

    def _ask(self, connection, path, began, name):
        """Return the answer, and the connection if it can be reused, else None."""
        try:
            headers = {"Connection": "keep-alive" if self.keep else "close"}
            connection.request("GET", path, headers=headers | client_headers(name // self.each))
            response = connection.getresponse()
            body = response.read()
        except (OSError, HTTPException):
            connection.close()
            return Answer(began, monotonic() - began, path, 0, None, b""), None
        if response.status == 200:
            body = b""
        answer = Answer(began, monotonic() - began, path, response.status, response.headers["Retry-After"], body)
        if response.will_close or not self.keep:
            connection.close()
            return answer, None
        return answer, connection

    @property
    def lost(self):
        """The requests without a complete response."""
        return [answer for answer in self.answers if not answer.status]

    def but(self, *statuses):
        """Return the answers with other statuses, without the lost ones."""
        return [answer for answer in self.answers if answer.status not in (0, *statuses)]

    def statuses(self):
        return Counter(answer.status for answer in self.answers)

    def figures(self):
        """Return the numbers of responses by status, and their times, as ``{unit: number}``."""
        took = sorted(answer.took for answer in self.answers) or [0]
        statuses = {f"× {status or 'lost'}": number for status, number in sorted(self.statuses().items())}
        return statuses | {"ms p50": took[len(took) // 2] * 1000, "s at most": took[-1]}


def client_headers(number):
    """Return the headers of a trusted proxy for a request from the client with this number."""
    return {"Host": HOST, "X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}


def longest(answers):
    """Return the seconds of the slowest answer, or 0 if there is none."""
    return max((answer.took for answer in answers), default=0)
