"""Runs the site as in production: under gunicorn, with its own database."""

import os
import re
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings

from .processes import PRODUCTION, ROOT, environment, new_sqlite, python

PATIENCE = 30  # seconds; only a hanging server takes this long


class Server:
    """A running server. ``port`` is its TCP port and ``log`` its error output so far."""

    def __init__(self, process):
        self.process, self.lines, self.changed = process, [], threading.Condition()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        listening = r"Listening at: http://127\.0\.0\.1:(\d+)"
        self.wait_for(listening)
        self.port = int(re.search(listening, self.log)[1])

    def _read(self):
        for line in self.process.stderr:
            with self.changed:
                self.lines.append(line)
                self.changed.notify_all()

    @property
    def log(self):
        return "".join(self.lines)

    def wait_for(self, pattern):
        """Wait until the log matches the pattern, or raise ``AssertionError`` with the log."""
        with self.changed:
            assert self.changed.wait_for(lambda: re.search(pattern, self.log), PATIENCE), (
                f"no {pattern} in:\n{self.log}"
            )

    def send(self, *parts):
        """Send these bytes, close the sending side, and return the whole response."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            try:
                for part in parts:
                    connection.sendall(part)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # the server has stopped reading, but its response still arrives
            response = b""
            try:
                while received := connection.recv(65536):
                    response += received
            except ConnectionResetError:
                pass
            return response

    def get(self, path, **headers):
        """Send a GET request with headers such as ``Accept="*/*"``. Return ``(status, {header: value}, body)``."""
        lines = [f"GET {path} HTTP/1.1", "Host: police.example.org", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        head, _, body = self.send("\r\n".join([*lines, "", ""]).encode()).partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        received = {}
        for line in rest:
            name, _, value = line.partition(": ")
            received[name.lower()] = value
        return int(first.split()[1]), received, unchunked(body) if "transfer-encoding" in received else body


def unchunked(body):
    """Decode a body sent with ``Transfer-Encoding: chunked``."""
    whole = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        whole, body = whole + body[:length], body[length + 2 :] if length else b""
    return whole


@contextmanager
def running(root=ROOT, **values):
    """Run the site from the code in ``root`` with these settings. Yield its ``Server`` and stop it afterwards."""
    defaults = {"BIND": "127.0.0.1:0", "WEB_CONCURRENCY": "1", "PYTHONWARNINGS": "", "LOG_FORMAT": "text"}
    values = PRODUCTION | defaults | values
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "policeapp/gunicorn.py", "policeapp.wsgi"],
        cwd=root,
        env=environment(values),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Server(process)
    finally:
        process.terminate()
        process.wait(PATIENCE)
        process.stderr.close()


@contextmanager
def migrated_database(folder):
    """Create a migrated database with Westport, on the engine of the tests. Yield its URL, and drop it afterwards."""
    name = f"policeapp_server_{os.getpid()}"
    if "sqlite" in settings.DATABASES["default"]["ENGINE"]:
        url, server = new_sqlite(folder / f"{name}.sqlite3"), None
    else:
        server = os.environ["DATABASE_URL"]
        url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        run_sql(server, f"CREATE DATABASE {name}")
    try:
        commands = [["loaddata", "westport", "--verbosity=0"]]
        if server:
            commands.insert(0, ["migrate", "--verbosity=0"])
        for command in commands:
            done = python("manage.py", *command, env=PRODUCTION | {"DATABASE_URL": url})
            assert done.returncode == 0, done.stderr
        yield url
    finally:
        if server:
            run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")


def run_sql(url, statement):
    """Run one statement outside a transaction, as CREATE DATABASE requires."""
    with psycopg.connect(url.replace("postgres://", "postgresql://", 1), autocommit=True) as connection:
        connection.execute(statement)
