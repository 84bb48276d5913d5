"""A small website on 127.0.0.1 for connectors, and a resolver that lets them reach it."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from jobs.imports.connectors import fetch

GONE = "127.0.0.1 is not public"


class Website:
    """A running web server. ``pages`` maps paths to a body, or to ``(status, headers, body)``, or to a function.

    A function gets the request handler and writes the answer itself. ``requests`` are ``(path, headers)``.
    """

    def __init__(self):
        self.pages, self.requests, site = {}, [], self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                site.requests.append((self.path, dict(self.headers)))
                page = site.pages.get(self.path, (404, {}, b""))
                if callable(page):
                    return page(self)
                status, headers, body = page if isinstance(page, tuple) else (200, {}, page)
                body = body.encode() if isinstance(body, str) else body
                answer(self, status, {"Content-Length": str(len(body))} | headers, body)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, args=[0.01], daemon=True)
        self.thread.start()

    def url(self, path="/", host="careers.test"):
        return f"http://{host}:{self.port}{path}"

    def paths(self):
        return [path for path, _headers in self.requests]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def answer(handler, status, headers, body=b""):
    """Write an answer, as far as the client reads it."""
    try:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)
    except OSError:
        pass


class LocalResolver(fetch.Resolver):
    """Finds all hosts below ``.test`` and USAJOBS on this machine; other names have the given ``addresses``."""

    def __init__(self, **addresses):
        self.known, self.lookups = addresses, []

    def addresses(self, host, port):
        if host.endswith(".test") or host == "data.usajobs.gov":
            return ["127.0.0.1"]
        return super().addresses(host, port)

    def lookup(self, host, port):
        self.lookups.append(host)
        found = self.known.get(host.partition(".")[0], [host])
        return found() if callable(found) else found
