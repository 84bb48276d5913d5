"""Editions, of which each public page belongs to one: a version of the content, while the clock changes nothing in it.

While the database does not answer, the last known edition holds until an opening opens or closes.
"""

import logging
from datetime import timedelta
from threading import Lock
from time import monotonic
from typing import NamedTuple

from django.db import Error
from django.utils import timezone

from jobs.models import Job

from . import content

logger = logging.getLogger(__name__)

# What depends on the time but is no opening or closing changes at quarters of an hour: days end everywhere at one, and
# tests begin at one.
QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)
# Seconds: so long a request waits for the version, and so long nobody asks again a database that does not answer.
PATIENCE, REST = 1, 1


class Edition(NamedTuple):
    """A version of the content and between which instants (seconds since 1970) the clock changes nothing in it.

    From ``ends`` on an opening may be shown as open that isn't, or the other way round.
    """

    version: tuple
    since: float
    until: float
    ends: float

    def covers(self, now):
        """A clock may be set back by a little, and threads need not agree on it to the second."""
        return self.since - 60 <= now < self.until


class Editions:
    """Finds out the present edition."""

    def __init__(self):
        self.lock = Lock()
        self.known = None
        self.rests_until = 0

    def current(self, now):
        """The edition at the instant: the last known one while the database does not answer, None when that has ended.

        One query at a time: a database that hangs holds up one thread of a process, and not all.
        """
        if monotonic() >= self.rests_until:
            if self.lock.acquire(timeout=PATIENCE):
                try:
                    self._ask(now)
                except Error as problem:
                    self._rest(problem)
                finally:
                    self.lock.release()
            else:
                self._rest("nothing for a second")
        known = self.known
        if known and (known.covers(now) or self.rests_until > monotonic() and now < known.ends):
            return known
        return None

    def _ask(self, now):
        version = content.version()
        if not self.known or self.known.version != version or not self.known.covers(now):
            self.known = Edition(version, now, *changes())

    def _rest(self, problem):
        self.rests_until = monotonic() + REST
        logger.warning("The database does not say which pages are up to date: %s", problem)


def changes():
    """The next instant at which the clock changes a page, and the next at which an opening opens or closes, at most a
    day from now."""
    now = timezone.now()
    quarter = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) + QUARTER
    ends = Job.objects.next_change(now, now + DAY) or now + DAY
    return min(quarter, ends).timestamp(), ends.timestamp()
