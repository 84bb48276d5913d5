"""Visitors who ask for one page after the other, and remember what each answer was like."""

import threading
from collections import Counter
from http.client import HTTPConnection, HTTPException
from itertools import count
from time import monotonic
from typing import NamedTuple

HOST = "police.example.org"
PATIENCE = 60  # seconds, after which an answer counts as lost


class Answer(NamedTuple):
    """When it was asked for (``monotonic()``), the seconds that it took, the status, 0 for one that never came."""

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
    def is_apology(self):
        """Whether it says when to come again, in words."""
        return self.status == 503 and bool(self.retry_after) and b"temporarily unavailable" in self.body


class Load:
    """Visitors from ``with`` on until its end, each with one request at a time; ``answers`` has all, as they came.

    In each path, ``{n}`` is a number that no other request has. ``keep`` has visitors keep their connections: one that
    is closed before any answer is opened again and the request repeated, as browsers and proxies do (``repeated``).
    As many requests as ``each`` says come from one address, the next from another.
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
        """Wait for so many more answers: until a server that has just begun is at work; the moment before."""
        began, end = monotonic(), len(self.answers) + number
        while len(self.answers) < end:
            assert monotonic() - began < PATIENCE, f"not {number} answers in {PATIENCE} s"
            self._over.wait(0.05)
        return began

    def wait(self, seconds):
        """Let the visitors go on for so long; the moment before."""
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
        """The answer, and the connection if it is to be used again."""
        try:
            headers = {"Connection": "keep-alive" if self.keep else "close"}
            connection.request("GET", path, headers=headers | someone(name // self.each))
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
        """The requests that had no answer, or half of one."""
        return [answer for answer in self.answers if not answer.status]

    def but(self, *statuses):
        """The answers with any other status, the lost ones left out."""
        return [answer for answer in self.answers if answer.status not in (0, *statuses)]

    def statuses(self):
        return Counter(answer.status for answer in self.answers)

    def figures(self):
        """The numbers of answers by status, and how long they took."""
        took = sorted(answer.took for answer in self.answers) or [0]
        statuses = {f"× {status or 'lost'}": number for status, number in sorted(self.statuses().items())}
        return statuses | {"ms p50": took[len(took) // 2] * 1000, "s at most": took[-1]}


def someone(number):
    """The headers by which a trusted proxy says that a request is from another client than all others."""
    return {"Host": HOST, "X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}


def longest(answers):
    """The seconds that the slowest took; 0 of none."""
    return max((answer.took for answer in answers), default=0)
