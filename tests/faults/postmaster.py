"""Stops, freezes, kills and restarts the PostgreSQL server of the tests."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import psycopg

from .site import until, workers_of


class Postmaster:
    """The running server at the URL of a superuser."""

    def __init__(self, url):
        self.url = url
        with psycopg.connect(url) as connection:
            self.data = Path(connection.execute("SHOW data_directory").fetchone()[0])
        process = Path(f"/proc/{self.pid}")
        self.program = os.readlink(process / "exe")
        owner = process.stat()
        # PostgreSQL refuses to run as root, so start it as the owner of the running server.
        self.owner = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}

    @property
    def pid(self):
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def stop(self):
        """Shut down without waiting for clients."""
        os.kill(self.pid, signal.SIGINT)
        until(lambda: not (self.data / "postmaster.pid").exists(), 30, "PostgreSQL stopped")

    def freeze(self):
        """Suspend all of its processes. The system still accepts connections and data for them."""
        self._signal(signal.SIGSTOP)

    def thaw(self):
        self._signal(signal.SIGCONT)

    def kill(self):
        """Kill all of its processes at once, as in a power failure."""
        self._signal(signal.SIGKILL)

    def _signal(self, number):
        for pid in (self.pid, *workers_of(self.pid)):
            with suppress(ProcessLookupError):  # a process of a connection may have ended meanwhile
                os.kill(pid, number)

    def start(self):
        subprocess.Popen(
            [self.program, "-D", self.data],
            cwd=self.data,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self.owner,
        )
        until(self.answers, 60, "PostgreSQL started")

    def answers(self):
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
            return True
        except psycopg.OperationalError:
            return False
