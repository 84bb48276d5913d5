"""The parts of the backend: a connection that does not wait for ever, and a door at which not everybody waits."""

from math import inf
from threading import Lock
from time import monotonic

import psycopg
from django.db.backends.postgresql import base

# How long nobody asks a server that has not answered.
REST_SECONDS = 1


class Connection(psycopg.Connection):
    """Gives up on a server that says nothing for ``patience`` seconds, such as one that is stopped; None: never."""

    patience = None
    fell_silent = False

    def wait(self, *arguments, timeout=None, **options):
        """As psycopg does; what the server may still say after this is lost with the connection."""
        try:
            return super().wait(*arguments, timeout=self.patience if timeout is None else timeout, **options)
        except psycopg.OperationalError:
            if timeout is None and self.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
                self.fell_silent = True
                self.close()
            raise


class DatabaseWrapper(base.DatabaseWrapper):
    """Where the server does not answer, one request at a time waits for it, and all others are told so at once.

    So there are threads left for what needs no database, and the server is not stormed when it is back.
    """

    _rests_until = {}  # {alias: when somebody may ask again}, of databases that have not answered
    _lock = Lock()

    def __init__(self, settings_dict, *arguments, **options):
        super().__init__(settings_dict, *arguments, **options)
        if pool := settings_dict["OPTIONS"].get("pool"):
            pool["connection_class"] = Connection

    def get_new_connection(self, conn_params):
        self._wait_for_no_other()
        try:
            connection = super().get_new_connection(conn_params)
        except BaseException:
            self._rest()
            raise
        self._rests_until.pop(self.alias, None)
        return connection

    def create_cursor(self, name=None):
        cursor = super().create_cursor(name)
        if name:
            # Closing a server's cursor asks the server, of which Django does not think when it translates errors.
            cursor.close = self.wrap_database_errors(cursor.close)
        return cursor

    def _wait_for_no_other(self):
        with self._lock:
            if monotonic() < self._rests_until.get(self.alias, 0):
                raise self.Database.OperationalError("The database did not answer a moment ago.")
            if self.alias in self._rests_until:
                self._rests_until[self.alias] = inf

    def _rest(self):
        self._rests_until[self.alias] = monotonic() + REST_SECONDS

    def _close(self):
        if getattr(self.connection, "fell_silent", False):
            self._rest()
        return super()._close()
