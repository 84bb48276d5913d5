"""Gunicorn's settings for ``make serve``. BIND and WEB_CONCURRENCY in the environment change the defaults."""

import os
import re
import sys
import tempfile
from urllib.parse import quote

from gunicorn import glogging

from policeapp.operations.logs import logging_config

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Threads keep a few slow clients from blocking a worker; the proxy handles many of them. All workers share one socket:
# with a socket each (reuse_port), a worker that ends would drop the connections that wait on it. The database pool has
# a connection for each thread (settings.py), and two threads may wait long (database/timeouts.py).
threads = 4

# Only TRUSTED_PROXIES decides which forwarding headers to trust.
secure_scheme_headers = {}
forwarder_headers = ""

# All workers write their counts to one folder, so that each worker can return the metrics of all workers.
if os.environ.get("METRICS_ALLOWED") and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="policeapp-metrics-")

# The server has no control socket.
control_socket_disable = True


class Logger(glogging.Logger):
    """Logs each request on one line and never quotes an invalid request."""

    def atoms(self, resp, req, environ, request_time):
        """Return the values for the log format, with the path percent-encoded in ASCII."""
        return super().atoms(resp, req, environ, request_time) | {"U": quote(req.path, safe="/%@", encoding="latin-1")}

    def access(self, resp, req, environ, request_time):
        """Log a request with the id that the site gave it."""
        atoms = self.atoms_wrapper_class(self.atoms(resp, req, environ, request_time))
        fields = {"request_id": atoms["{x-request-id}o"], "method": atoms["m"], "path": atoms["U"]}
        fields |= {"status": int(atoms["s"]), "bytes": atoms["B"], "ms": atoms["M"]}
        self.access_log.info(self.cfg.access_log_format, atoms, extra=fields)

    def warning(self, msg, *args, **kwargs):
        """Log a warning, but without the quoted part of an invalid request, which may contain form data."""
        msg = re.sub(r"^(Invalid request from [^'\"]*)['\"].*", r"\1[not shown]", msg, flags=re.DOTALL)
        super().warning(msg, *args, **kwargs)


worker_class = "gthread"
logger_class = Logger
# No query string, no referrer (it may contain a query string) and no user agent.
access_log_format = '%(h)s "%(m)s %(U)s %(H)s" %(s)s %(B)s %(M)sms'
# Gunicorn's messages are formatted and redacted like the site's own.
logconfig_dict = logging_config("text" if os.environ.get("LOG_FORMAT") == "text" else "json", "INFO") | {
    "loggers": {"gunicorn.error": {"propagate": True}, "gunicorn.access": {"propagate": True}},
}


def post_fork(server, worker):
    """Let a new worker import the current code, and not the modules that the server imported when it started."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "policeapp"]:
        del sys.modules[name]
