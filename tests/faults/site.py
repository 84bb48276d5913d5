"""The site under test: copies of filled databases, servers, and a client with an administrator's session."""

import os
import re
import shutil
import subprocess
import sys
import time
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple
from urllib.parse import urlencode

from django.conf import settings

from ..factories import form_of
from ..processes import PRODUCTION, ROOT, environment
from ..server import run_sql, running
from .load import HOST

WESTPORT = "/departments/ct/westport-police-department/"
# Pages that are in the cache after the first request, and searches that never are.
PAGES = [WESTPORT, "/departments/", "/jobs/", "/departments/?q=police{n}", "/jobs/?q=officer{n}", "/departments/ct/"]


class Case(NamedTuple):
    """A directory for files, the URL of a PostgreSQL server, and the scale: "quick", "usual" or "soak"."""

    folder: Path
    server: str
    scale: str

    def of(self, quick, usual, soak):
        """Return the number for the scale."""
        return {"quick": quick, "usual": usual, "soak": soak}[self.scale]

    def sqlite(self, folder=None):
        """Create a filled SQLite database in the folder and return its URL."""
        path = (folder or self.folder) / f"site-{time.monotonic_ns()}.sqlite3"
        shutil.copyfile(_filled_sqlite(self.folder), path)
        return f"sqlite:///{path}"

    def postgres(self):
        """Create a filled PostgreSQL database and return its URL."""
        name = f"site_{time.monotonic_ns()}"
        run_sql(self.server, f"CREATE DATABASE {name} TEMPLATE {_filled_postgres(self.server)}")
        return self.server.rpartition("/")[0] + f"/{name}"

    def engines(self):
        """Yield ``(name, URL of a new database)`` for each engine."""
        yield "SQLite", self.sqlite()
        yield "PostgreSQL", self.postgres()


@cache
def _filled_sqlite(folder):
    path = folder / "filled.sqlite3"
    for command in (["migrate", "--verbosity=0"], ["populate"]):
        manage(*command, DATABASE_URL=f"sqlite:///{path}")
    return path


@cache
def _filled_postgres(server):
    run_sql(server, "CREATE DATABASE filled")
    for command in (["migrate", "--verbosity=0"], ["populate"]):
        manage(*command, DATABASE_URL=server.rpartition("/")[0] + "/filled")
    return "filled"


def command(*arguments, root=ROOT, prefix=(), **values):
    """Run ``manage.py`` with these settings, by the command ``prefix`` if given. Return the finished process."""
    return subprocess.run(
        [*prefix, sys.executable, "manage.py", *arguments],
        cwd=root,
        env=environment(PRODUCTION | {"PYTHONWARNINGS": ""} | values),
        capture_output=True,
        text=True,
    )


def manage(*arguments, **values):
    """Run ``manage.py``, check that it succeeds, and return its output."""
    done = command(*arguments, **values)
    assert done.returncode == 0, done.stderr
    return done.stdout


def serving(url, **values):
    """Run the site on this database: gunicorn with two workers and production settings, over plain HTTP.

    It trusts 127.0.0.1 as a proxy, so that requests can have many client IPs and stay below the rate limits. Its
    administrators need no second factor.
    """
    defaults = {"HTTPS": "0", "STATIC_ROOT": str(settings.STATIC_ROOT), "WEB_CONCURRENCY": "2", "LOG_LEVEL": "ERROR"}
    defaults |= {"TRUSTED_PROXIES": "127.0.0.1", "REQUIRE_SECOND_FACTOR": "0"}
    return running(DATABASE_URL=url, **(defaults | values))


def workers_of(pid):
    """Return the process ids of the workers of a gunicorn or nginx main process."""
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def memory_of(pid):
    """Return the resident memory of a process in megabytes, without the pages of files that SQLite maps."""
    return int(re.search(r"RssAnon:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def processor_time_of(pid):
    """Return the processor time of a process in seconds."""
    # The name, in brackets, can contain anything. The 12th and 13th fields after it count clock ticks.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def until(condition, seconds, what):
    """Wait until ``condition()`` is true and return the seconds it took. Raise ``AssertionError`` after ``seconds``."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"{what}: not within {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - began


ADMIN = """
import django
django.setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from policeapp.models import User
user = User.objects.create_superuser("alice@example.com")
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print(session.session_key)
"""


class Admin:
    """A client with an administrator's session. ``get`` and ``post`` return ``(status, headers, text)``."""

    TOKEN = "x" * 32

    def __init__(self, url):
        done = subprocess.run(
            [sys.executable, "-c", ADMIN], cwd=ROOT, env=environment(PRODUCTION | {"DATABASE_URL": url}),
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        self.cookie = f"sessionid={done.stdout.strip()}; csrftoken={self.TOKEN}"

    def get(self, server, path):
        return ask(server, "GET", path, {"Cookie": self.cookie})

    def post(self, server, path, values, **files):
        """Submit a form. ``files`` are ``{name: (file name, content)}``."""
        body, kind = encoded(values | {"csrfmiddlewaretoken": self.TOKEN}, files)
        return ask(server, "POST", path, {"Cookie": self.cookie, "Content-Type": kind}, body)

    def form(self, server, path):
        """Return the unchanged form of the page as ``{name: value}``."""
        status, _, text = self.get(server, path)
        assert status == 200, f"{path}: {status}"
        return form_in(text)


def form_in(text):
    """Return the form in a page, like :func:`tests.factories.form_of`."""
    return form_of(SimpleNamespace(content=text.encode()))


def ask(server, method, path, headers, body=None):
    """Send one request and return ``(status, headers, text)``."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=120)
    try:
        connection.request(method, path, body, headers | {"Host": HOST, "Connection": "close"})
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode(errors="replace")
    finally:
        connection.close()


def encoded(values, files):
    """Encode a form and return ``(body, content type)``."""
    if not files:
        return urlencode(values, doseq=True).encode(), "application/x-www-form-urlencoded"
    end = "a-boundary-that-is-in-no-file"
    parts = [
        (f'name="{name}"', str(item).encode())
        for name, value in values.items()
        for item in (value if isinstance(value, list) else [value])
    ]
    parts += [(f'name="{name}"; filename="{file_name}"', content) for name, (file_name, content) in files.items()]
    body = b"".join(
        f"--{end}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n"
        for head, content in parts
    )
    return body + f"--{end}--\r\n".encode(), f"multipart/form-data; boundary={end}"


def copied_checkout(folder):
    """Copy the code, so that a test can change it while it is served. Return the directory."""
    target = folder / f"checkout-{time.monotonic_ns()}"
    target.mkdir()
    shutil.copy(ROOT / "manage.py", target)
    for name in ("policeapp", "departments", "jobs", "templates", "static", "fixtures"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    return target
