"""Gunicorn's settings for ``make serve``; BIND and WEB_CONCURRENCY in the environment change the usual ones."""

import os
import re
import sys
import tempfile
from urllib.parse import quote

from gunicorn import glogging

from policeapp.operations.logs import to_stderr

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Threads, so that a few slow visitors hold up nobody; waiting for many is the proxy's work. All workers share a socket:
# with one each (reuse_port) a worker that ends takes along the connections that wait at its own.
# The database's pool has a connection for each (policeapp.settings), and two may wait long (database/timeouts.py).
threads = 4

# Only TRUSTED_PROXIES decides whom to believe about https, addresses and paths.
secure_scheme_headers = {}
forwarder_headers = ""

# Workers write their counts into one folder, so that whichever of them Prometheus asks knows those of all.
if os.environ.get("METRICS_ALLOWED") and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="policeapp-metrics-")

# Nothing but requests steers the server.
control_socket_disable = True


class Logger(glogging.Logger):
    """Logs in which a request is one line, whatever bytes its path holds, and an unreadable one is not quoted."""

    def atoms(self, resp, req, environ, request_time):
        """Gunicorn's words for a request, with the path as the client wrote it, in ASCII."""
        return super().atoms(resp, req, environ, request_time) | {"U": quote(req.path, safe="/%@", encoding="latin-1")}

    def access(self, resp, req, environ, request_time):
        """The line of a request, by the id that the site has given it."""
        said = self.atoms_wrapper_class(self.atoms(resp, req, environ, request_time))
        fields = {"request_id": said["{x-request-id}o"], "method": said["m"], "path": said["U"]}
        fields |= {"status": int(said["s"]), "bytes": said["B"], "ms": said["M"]}
        self.access_log.info(self.cfg.access_log_format, said, extra=fields)

    def warning(self, msg, *args, **kwargs):
        """Gunicorn's warnings, without the words of a request it could not read: they may be a form's contents."""
        msg = re.sub(r"^(Invalid request from [^'\"]*)['\"].*", r"\1[not shown]", msg, flags=re.DOTALL)
        super().warning(msg, *args, **kwargs)


worker_class = "gthread"
logger_class = Logger
# Who, what, how it went, how long it took; no query string, no referrer (it may carry one) and no user agent.
access_log_format = '%(h)s "%(m)s %(U)s %(H)s" %(s)s %(B)s %(M)sms'
# All is written like the site's own messages, and redacted like them.
logconfig_dict = to_stderr("text" if os.environ.get("LOG_FORMAT") == "text" else "json", "INFO") | {
    "loggers": {"gunicorn.error": {"propagate": True}, "gunicorn.access": {"propagate": True}},
}


def post_fork(server, worker):
    """A worker runs the code that is there now, also what the server has imported for itself when it started."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "policeapp"]:
        del sys.modules[name]
