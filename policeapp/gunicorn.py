"""Gunicorn's settings for ``make serve``; BIND and WEB_CONCURRENCY in the environment change the usual ones."""

import os
import re
from urllib.parse import quote

from gunicorn import glogging
from gunicorn.http.errors import InvalidHeader, UnsupportedTransferCoding
from gunicorn.workers.gthread import ThreadWorker

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Threads, so that a few slow visitors hold up nobody; waiting for many is the proxy's work.
threads = 4

# Only TRUSTED_PROXIES decides whom to believe about https, addresses and paths.
secure_scheme_headers = {}
forwarder_headers = ""

# Nothing but requests steers the server.
control_socket_disable = True


class Logger(glogging.Logger):
    """Logs in which a request is one line, whatever bytes its path holds, and an unreadable one is not quoted."""

    def atoms(self, resp, req, environ, request_time):
        """Gunicorn's words for a request, with the path as the client wrote it, in ASCII."""
        return super().atoms(resp, req, environ, request_time) | {"U": quote(req.path, safe="/%@", encoding="latin-1")}

    def warning(self, msg, *args, **kwargs):
        """Gunicorn's warnings, without the words of a request it could not read: they may be a form's contents."""
        msg = re.sub(r"^(Invalid request from [^'\"]*)['\"].*", r"\1[not shown]", msg, flags=re.DOTALL)
        super().warning(msg, *args, **kwargs)


class Worker(ThreadWorker):
    """Refuses a body in an unknown coding with 400: gunicorn's 501 would count as a failure of ours."""

    def handle_error(self, req, client, addr, exc):
        """As gunicorn does, for a plain bad header."""
        if isinstance(exc, UnsupportedTransferCoding):
            exc = InvalidHeader("Transfer-Encoding")
        super().handle_error(req, client, addr, exc)


worker_class = Worker
logger_class = Logger
# Who, what, how it went, how long it took; no query string, no referrer (it may carry one) and no user agent.
access_log_format = '%(h)s "%(m)s %(U)s %(H)s" %(s)s %(B)s %(M)sms'
# Whatever else gunicorn says is redacted like the site's own messages.
logconfig_dict = {
    "formatters": {
        "private": {
            "()": "policeapp.logs.PrivateFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "private"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"gunicorn.error": {"propagate": True}, "gunicorn.access": {"propagate": True}},
}
