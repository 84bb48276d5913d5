"""Errors are reported with the request's id and without private data."""

import gzip
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import brotli
import pytest
from django.conf import settings

from ...processes import PRODUCTION, ROOT, python

# A form that fails half-way, sent with all that a browser may send along. Prints the answer's id. It runs from a file,
# so that its lines, which hold the secrets too, can be read wherever a traceback passes through it.
SCRIPT = """
import io, logging
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults
from policeapp.wsgi import application
from policeapp.accounts.forms import SignInForm

def clean(form):
    local = "local-secret"
    logging.getLogger("policeapp").error("%s failed", "form", extra={"form": "extra-secret"}, stack_info=True)
    try:
        raise KeyError("cause")  # source-secret
    except KeyError as problem:
        fail(problem, "argument-secret")

def fail(cause, argument):
    detail = "DETAIL: Key (city)=(row-secret)"
    raise ValueError(f"cannot sign alice@example.com in at /jobs/?near=06880\\n{detail}") from cause

SignInForm.clean = clean
token = "t" * 32
form = {"login": "alice@example.com", "password": "body-secret", "csrfmiddlewaretoken": token}
body = urlencode(form).encode()
environ = {
    "REQUEST_METHOD": "POST",
    "PATH_INFO": "/admin/login/",
    "QUERY_STRING": "next=/admin/&near=06880",
    "CONTENT_TYPE": "application/x-www-form-urlencoded",
    "CONTENT_LENGTH": str(len(body)),
    "wsgi.input": io.BytesIO(body),
    "REMOTE_ADDR": "203.0.113.77",
    "HTTP_HOST": "police.example.org",
    "HTTP_COOKIE": f"csrftoken={token}; wanderer=cookie-secret",
    "HTTP_REFERER": "http://police.example.org/?q=referrer-secret",
    "HTTP_AUTHORIZATION": "Bearer header-secret",
}
setup_testing_defaults(environ)
answer = []
list(application(environ, lambda status, headers: answer.extend([status, dict(headers)])))
assert answer[0].startswith("500"), answer
logging.getLogger("policeapp").error("%s did not get /jobs/?q=log-secret", "bob@example.com")
print(answer[1]["X-Request-ID"])
"""
SECRETS = [f"{part}-secret" for part in ("local", "argument", "source", "extra", "row")]
SECRETS += [f"{part}-secret" for part in ("cookie", "body", "referrer", "header", "log")]
SECRETS += ["06880", "alice", "bob", "203.0.113.77", "qLr7-"]


@pytest.fixture
def service():
    """A report service. ``envelopes`` are the received reports, decompressed; ``dsn`` is its DSN."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            unpack = {"gzip": gzip.decompress, "br": brotli.decompress}.get(self.headers["Content-Encoding"], bytes)
            server.envelopes.append(unpack(body).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        server.envelopes, server.dsn = [], f"http://key@127.0.0.1:{server.server_port}/1"
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "fails.py"
    path.write_text(SCRIPT)
    return path


def run(script, dsn):
    values = {"ERROR_REPORTS_DSN": dsn, "HTTPS": "0", "STATIC_ROOT": str(settings.STATIC_ROOT)}
    values["PYTHONPATH"] = str(ROOT)
    return python(str(script), env=PRODUCTION | values)


def test_an_error_is_reported_with_its_request_id_and_no_private_data(service, script):
    done = run(script, service.dsn)
    assert done.returncode == 0, done.stderr
    in_form, failure, logged = (json.loads(envelope.splitlines()[2]) for envelope in service.envelopes)

    cause, exception = failure["exception"]["values"]
    assert cause["type"] == "KeyError"
    assert (exception["type"], exception["value"]) == ("ValueError", "cannot sign [email] in at /jobs/")
    assert [frame["function"] for frame in exception["stacktrace"]["frames"]][-2:] == ["clean", "fail"]
    assert failure["tags"] == in_form["tags"] == {"request_id": done.stdout.strip()}
    assert failure["request"] == {"method": "POST", "url": "http://police.example.org/admin/login/"}
    assert logged["tags"] == {"request_id": "-"}
    assert "[email] did not get /jobs/" in str(logged["logentry"])

    assert [secret for secret in SECRETS if secret in "".join(service.envelopes)] == []


def test_a_report_service_that_is_down_breaks_nothing(script):
    done = run(script, "http://key@127.0.0.1:1/1")
    assert done.returncode == 0, done.stderr
