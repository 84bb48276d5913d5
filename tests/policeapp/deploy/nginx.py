"""Runs the shipped nginx configuration like Debian's nginx, in a temporary folder.

It uses Unix sockets, so no port can be in use, and visitors have the IP addresses that tests give them.
"""

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from contextlib import contextmanager
from getpass import getuser
from http.client import HTTPConnection
from typing import NamedTuple

from django.conf import settings

from ...processes import PRODUCTION, ROOT, environment
from ...server import PATIENCE

DEPLOY = ROOT / "policeapp" / "deploy"
SITE = DEPLOY / "nginx" / "policeapp.conf"
HOST = "police.example.org"

# The parts of Debian's /etc/nginx/nginx.conf that matter here. Tests send the visitor's IP address in a header.
AROUND = """
user {user};
daemon off;
worker_processes 2;
worker_rlimit_nofile 4096;
pid {folder}/nginx.pid;
error_log stderr notice;
events {{ worker_connections 2048; }}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/unused;
    uwsgi_temp_path {folder}/unused;
    scgi_temp_path {folder}/unused;
    set_real_ip_from unix:;
    real_ip_header Test-Client;
    {site}
}}
"""


class Answer(NamedTuple):
    status: int
    headers: object  # an email.message.Message: names in any case
    body: bytes


class Connection(HTTPConnection):
    """An HTTP/1.1 connection to the site over TLS, through a Unix socket."""

    def __init__(self, path, context, server_name=HOST):
        super().__init__(HOST, timeout=PATIENCE)
        self.path, self.context, self.server_name = path, context, server_name

    def connect(self):
        plain = unix_connection(self.path)
        try:
            self.sock = self.context.wrap_socket(plain, server_hostname=self.server_name)
        except BaseException:
            plain.close()
            raise


class Nginx:
    """A running nginx. ``http`` and ``https`` are the paths of its sockets."""

    def __init__(self, folder):
        self.folder = folder
        self.http, self.https = f"{folder}/80.sock", f"{folder}/443.sock"
        self.context = ssl.create_default_context(cafile=f"{folder}/fullchain.pem")

    def connection(self, **options):
        return Connection(self.https, self.context, **options)

    def ask(self, path, method="GET", body=None, *, client="192.0.2.1", **headers):
        """Send a request over TLS from the IP address ``client`` and return the ``Answer``.

        Header names have underscores instead of hyphens.
        """
        connection = self.connection()
        try:
            written = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, written | {"Test-Client": client})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def logs(self):
        """Return the text of the log files. It is complete after nginx stops."""
        return "".join(path.read_text() for path in self.folder.glob("logs/*"))


def unix_connection(path):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE)
    connection.connect(path)
    return connection


@contextmanager
def nginx(folder, **changes):
    """Run nginx with the shipped site and all paths below ``folder``; gunicorn listens on ``folder/site.sock``.

    ``changes`` replace values in the configuration: ``rate="1r/m"`` replaces every ``rate=…``, and
    ``client_header_timeout="1s"`` the value of this directive. Yields an :class:`Nginx`.
    """
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "nginx is not installed. Install Debian's package nginx."
    (folder / "logs").mkdir()
    (folder / "srv").mkdir()
    (folder / "srv" / "current").symlink_to(ROOT)
    (folder / "srv" / "static").symlink_to(settings.STATIC_ROOT)
    make_certificate(folder)
    site = adapted(folder, **changes)
    (folder / "nginx.conf").write_text(AROUND.format(user=getuser(), folder=folder, site=site))
    process = subprocess.Popen(
        [program, "-e", "stderr", "-p", folder, "-c", folder / "nginx.conf"], stderr=subprocess.PIPE, text=True
    )
    try:
        lines = []
        for line in process.stderr:
            lines.append(line)
            if "start worker process " in line:
                break
        else:
            raise AssertionError("nginx does not start:\n" + "".join(lines))
        yield Nginx(folder)
    finally:
        process.send_signal(signal.SIGQUIT)
        process.communicate(timeout=PATIENCE)


def adapted(folder, **changes):
    """Return the shipped configuration with all paths below ``folder``."""
    site = SITE.read_text()
    paths = {
        "/run/policeapp.sock": "site.sock",
        "/etc/letsencrypt/live/police.example.org/": "",
        "/var/cache/policeapp": "cache",
        "/var/log/nginx/": "logs/",
        "/var/www/html": "html",
        "/srv/policeapp": "srv",
    }
    for path, ours in paths.items():
        assert path in site, path
        site = site.replace(path, f"{folder}/{ours}")
    site = re.sub(r"listen (80|443)\b", rf"listen unix:{folder}/\1.sock", site)
    site = re.sub(r"listen \[::\]:(80|443)\b", rf"listen unix:{folder}/\1-6.sock", site)
    for name, value in changes.items():
        site, found = re.subn(rf"\b({name}[ =])[^\s;]+", rf"\g<1>{value}", site)
        assert found, name
    return site


def make_certificate(folder):
    """Create a self-signed certificate for the site."""
    subject = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", folder / "privkey.pem"]
    subprocess.run(
        ["openssl", "req", "-x509", "-days", "2", *key, *subject, "-out", folder / "fullchain.pem"],
        check=True,
        capture_output=True,
    )


@contextmanager
def listening(path):
    """Open the site's socket like systemd: it stays open while gunicorn restarts."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(1024)
        yield listener


@contextmanager
def gunicorn(listener, **values):
    """Run the site on this socket, which it inherits as from systemd. Stop it afterwards."""
    values = PRODUCTION | {"TRUSTED_PROXIES": "unix", "WEB_CONCURRENCY": "1", "PYTHONWARNINGS": ""} | values
    start = f'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@" 3<&{listener.fileno()}'
    serve = [sys.executable, "-m", "gunicorn", "--config", "policeapp/gunicorn.py", "policeapp.wsgi"]
    process = subprocess.Popen(
        ["bash", "-c", start, "bash", *serve],
        cwd=ROOT,
        env=environment(values),
        pass_fds=[listener.fileno()],
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)
