"""Reading public pages from a replica of the database, where there is one (``DATABASE_REPLICA_URL``)."""

import logging
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DatabaseError, connections

logger = logging.getLogger(__name__)

PRIMARY, REPLICA = "default", "replica"
# A visitor who has just changed something reads from the primary for so long: a replica may be that far behind.
WROTE_COOKIE, WROTE_SECONDS = "wrote", 15
# How long nobody asks a replica that did not answer.
REST_SECONDS = 30

_reads_replica = ContextVar("reads_replica", default=False)


@contextmanager
def reading_from_replica(allowed=True):
    """What is read inside may come from the replica."""
    token = _reads_replica.set(allowed)
    try:
        yield
    finally:
        _reads_replica.reset(token)


class ReplicaRouter:
    """All goes to the primary but the reads of requests that :class:`ReadFromReplica` lets read from the replica.

    What such a request reads inside a transaction of the primary, or after it has written, comes from the primary, and
    so does everything while the replica does not answer.
    """

    rests_until = 0

    def db_for_read(self, model, **hints):
        if _reads_replica.get() and not connections[PRIMARY].in_atomic_block and self.replica_answers():
            return REPLICA
        return PRIMARY

    def db_for_write(self, model, **hints):
        _reads_replica.set(False)
        return PRIMARY

    def allow_relation(self, one, other, **hints):
        """The two hold the same rows."""
        return True

    def allow_migrate(self, db, app_label, **hints):
        return db == PRIMARY

    def replica_answers(self):
        """Whether there is a connection to it; after a failure nobody waits for another for ``REST_SECONDS``."""
        if monotonic() < self.rests_until:
            return False
        try:
            connections[REPLICA].ensure_connection()
        except DatabaseError as problem:
            self.rests_until = monotonic() + REST_SECONDS
            logger.warning("The replica does not answer, the primary takes over: %s", problem)
            return False
        return True


class ReadFromReplica:
    """Lets GET and HEAD requests of anonymous visitors read from the replica.

    Whoever may be signed in carries a session's cookie, and needs the primary; whoever has just sent a form carries a
    cookie that says so.
    """

    def __init__(self, get_response):
        if REPLICA not in settings.DATABASES:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request):
        is_safe = request.method in ("GET", "HEAD")
        is_stranger = not {settings.SESSION_COOKIE_NAME, WROTE_COOKIE} & request.COOKIES.keys()
        # The page cache says so of a page that the replica does not have yet.
        needs_primary = getattr(request, "needs_primary", False)
        with reading_from_replica(is_safe and is_stranger and not needs_primary):
            response = self.get_response(request)
        if not is_safe:
            secure = settings.SESSION_COOKIE_SECURE
            response.set_cookie(WROTE_COOKIE, "1", max_age=WROTE_SECONDS, secure=secure, httponly=True, samesite="Lax")
        return response
