"""Logs contain no query strings and no email addresses."""

import json
import logging
import re
import sys
import threading
from contextlib import contextmanager
from io import StringIO
from logging.config import DictConfigurator
from urllib.parse import quote

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from policeapp.gunicorn import access_log_format
from policeapp.operations import request_ids
from policeapp.operations.logs import FORMATTERS, RedactingFormatter, RequestIDFilter, logging_config, redact

from ...processes import PRODUCTION, python
from ...server import running

VISIT = "/jobs/?near=06880&q=alice%40example.com"


@pytest.fixture(params=FORMATTERS)
def log(request):
    """``log()``: the log as text and as JSON, in the format of the settings."""
    with written(request.param) as log:
        yield log


@pytest.fixture
def log_lines():
    """``log_lines()``: the lines of the JSON log as dicts."""
    with written("json") as log:
        yield lambda: [json.loads(line) for line in log().splitlines()]


@contextmanager
def written(log_format):
    lines = StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(DictConfigurator({}).configure_formatter(dict(FORMATTERS[log_format])))
    handler.addFilter(RequestIDFilter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield lines.getvalue
    root.removeHandler(handler)


def formatted(message, *args, exc_info=None):
    return RedactingFormatter().format(logging.LogRecord("x", logging.ERROR, "x.py", 1, message, args, exc_info))


def test_every_handler_of_the_site_writes_with_the_redacting_formatter():
    [handler] = settings.LOGGING["handlers"].values()
    assert handler["formatter"] == "redacted" and handler["filters"] == ["request id"]
    assert settings.LOGGING["formatters"] == {"redacted": FORMATTERS["json"]}
    assert settings.LOGGING["root"]["handlers"] == list(settings.LOGGING["handlers"])
    for logger in ("django", "django.server", "django.request", "django.security"):
        assert logging.getLogger(logger).handlers == [], logger
        assert logging.getLogger(logger).propagate, logger


@pytest.mark.parametrize(
    ("values", "log_format"),
    [
        ({}, "json"),
        ({"DEBUG": "1"}, "text"),
        ({"LOG_FORMAT": "text"}, "text"),
        ({"DEBUG": "1", "LOG_FORMAT": "json"}, "json"),
    ],
)
def test_logs_are_json_in_production_and_text_with_debug(values, log_format):
    script = "import json; from django.conf import settings; print(json.dumps(settings.LOGGING['formatters']))"
    done = python("-c", script, env=PRODUCTION | values)
    assert json.loads(done.stdout) == logging_config(log_format, "INFO")["formatters"]


@pytest.mark.parametrize(
    ("message", "redacted"),
    [
        ('"GET /jobs/?near=06880 HTTP/1.1" 200 5120', '"GET /jobs/ HTTP/1.1" 200 5120'),
        ('"GET /?q=Westport%2C+CT HTTP/1.1" 200', '"GET / HTTP/1.1" 200'),
        ('"GET /jobs/?q=O\'Fallon,+MO HTTP/1.1" 200', '"GET /jobs/ HTTP/1.1" 200'),
        ('"GET /jobs/?q="06880" HTTP/1.1" 200', '"GET /jobs/ HTTP/1.1" 200'),
        ('"GET /jobs/(x)?near=06880 HTTP/1.1" 200', '"GET /jobs/(x) HTTP/1.1" 200'),
        ('"GET /jobs/!?near=06880 HTTP/1.1" 200', '"GET /jobs/! HTTP/1.1" 200'),
        (
            "Referer https://police.example.org/jobs/?near=06880 is bad",
            "Referer https://police.example.org/jobs/ is bad",
        ),
        ("Not Found: /departments/ct/", "Not Found: /departments/ct/"),
        ("Was that all? Yes.", "Was that all? Yes."),
        ("written to alice@example.com", "written to [email]"),
        ("<alice.b+c@mail.example.co.uk>, bob@example.com", "<[email]>, [email]"),
        ("no account alice%40example.com", "no account [email]"),
        ("unchanged: 06880, 50%, a @ b", "unchanged: 06880, 50%, a @ b"),
        ('"POST /alerts/manage/0a1b:1vX:s-_9/ HTTP/1.1" 200', '"POST /alerts/manage/[token] HTTP/1.1" 200'),
        ('"GET /alerts/confirm/0a1b%3A1vX%3As-_9/ HTTP/1.1" 404', '"GET /alerts/confirm/[token] HTTP/1.1" 404'),
        ("Not Found: /alerts/unsubscribe/0a1b:1vX:s", "Not Found: /alerts/unsubscribe/[token]"),
        (
            "Gone: https://police.example.org/alerts/renew/0a1b:1/",
            "Gone: https://police.example.org/alerts/renew/[token]",
        ),
        ("Not Found: /departments/claims/confirm/0a1b:1vX:s/", "Not Found: /departments/claims/confirm/[token]"),
        ('"GET /admin/invitations/accept/0a1b:1/ HTTP/1.1"', '"GET /admin/invitations/accept/[token] HTTP/1.1"'),
        (
            '"GET /admin/account/password/reset/1-d0a-5f/ HTTP/1.1"',
            '"GET /admin/account/password/reset/[token] HTTP/1.1"',
        ),
        ('"GET /admin/account/password/reset/ HTTP/1.1"', '"GET /admin/account/password/reset/ HTTP/1.1"'),
        ('"GET /alerts/new/ HTTP/1.1" 200', '"GET /alerts/new/ HTTP/1.1" 200'),
        ('"GET /alerts/ HTTP/1.1" 404', '"GET /alerts/ HTTP/1.1" 404'),
        ("Not Found: /alerts/manage/", "Not Found: /alerts/manage/"),
        ('File "/srv/jobs/alerts/views.py", line 3, in new', 'File "/srv/jobs/alerts/views.py", line 3, in new'),
        ('"GET /departments/ct/caf%C3%A9/ HTTP/1.1" 404', '"GET /departments/ct/caf%C3%A9/ HTTP/1.1" 404'),
    ],
)
def test_it_keeps_paths_and_removes_query_strings_and_email_addresses(message, redacted):
    assert redact(message) == redacted


SPELLINGS_OF_A_LINK = [
    "/%61lerts/manage/TOKEN/",
    "/alerts/manage%2fTOKEN/",
    "/alerts%2Fmanage%2FTOKEN",
    "/%2561lerts/manage/TOKEN/",
    "/alerts/manage%25252fTOKEN",
    "/alerts/manage%25%32%66TOKEN",
    "/ALERTS/Manage/TOKEN/",
    "/x//alerts//manage//TOKEN",
    "/alerts/./manage/TOKEN",
    "/alerts/x/../manage/TOKEN",
    "/alerts;x/manage/TOKEN",
    "/alerts/manage/%20TOKEN",
    "/alerts/manage%20/TOKEN",
    "/alerts/manage/%22TOKEN",
    "/alerts/manage/%0ATOKEN",
    "/alerts%5cmanage%5cTOKEN",
    "/alerts/manage/%3FTOKEN",
    "/alerts/manage/TOKEN%",
    "/alerts/manage/TOKEN%20/",
    "/alerts/manage/x%20TOKEN/",
    "/alerts/manage/%FFTOKEN/",
    "/alerts/new/TOKEN",
    "/departments/claims/confirm/TOKEN/",
    "/admin/Invitations/accept/TOKEN/",
    "/admin/account/password/Reset/TOKEN/",
    "/admin/account//password//reset//TOKEN/",
]


@pytest.mark.parametrize("path", SPELLINGS_OF_A_LINK)
def test_no_spelling_of_a_link_gets_through(client, db, log, path):
    """Neither encoded, as gunicorn logs it, nor decoded, as Django does."""
    assert "TOKEN" not in redact(f'127.0.0.1 "GET {path} HTTP/1.1" 404 12')
    assert redact(f'127.0.0.1 "GET {path} HTTP/1.1" 404 12').endswith(' HTTP/1.1" 404 12')
    client.get(path)
    assert "TOKEN" not in log()


@pytest.mark.parametrize("path", ["/jobs/%3Fnear=SECRET", "/x/jane%2540SECRET", "/jane%20SECRET%40example.com"])
def test_encoded_query_strings_and_addresses_do_not_get_through(path):
    assert "SECRET" not in redact(f'"GET {path} HTTP/1.1" 404')


def test_decoded_text_cannot_forge_a_line():
    assert redact("/x%40y/%0A2026-01-01%20ERROR") == "/[email]/_2026-01-01_ERROR"


@pytest.mark.parametrize(
    "path", ["%25" * 300_000, "%61" * 300_000, "/alerts/" * 100_000, "/alerts" * 100_000, "% " + "a" * 900_000]
)
def test_long_encoded_paths_are_redacted_quickly(path):
    assert redact(f"/{path}").startswith("/")


def test_arguments_are_redacted_like_the_message():
    assert formatted("%s asked for %s", "alice@example.com", VISIT) == "[email] asked for /jobs/"


def test_tracebacks_are_redacted_too():
    try:
        raise ValueError(f"cannot show {VISIT} to alice@example.com")
    except ValueError:
        text = formatted("Failed", exc_info=sys.exc_info())
    assert "Traceback" in text and "ValueError: cannot show /jobs/" in text
    assert "06880" not in text and "alice" not in text


@given(
    path=st.text("abc/-_.~!$&'()*+,;=:@%é", max_size=20),
    query=st.text("abc=&+%/?-_.~!$'()*,;:@\"", min_size=1, max_size=30),
)
def test_no_query_string_gets_through(path, query):
    text = redact(f'"GET /jobs/{path}?{query}SECRET{query} HTTP/1.1" 200')
    assert "SECRET" not in text


@given(
    local=st.from_regex(r"[a-z0-9.!#$%&*+^_`{|}~-]{1,12}", fullmatch=True),
    domain=st.from_regex(r"[a-z0-9-]{1,9}\.(com|org|us)", fullmatch=True),
    before=st.sampled_from(["", " ", "<", '"', "'", "=", ",", ":", "mailto:", "/", "(", "{'email': '"]),
)
def test_no_email_address_gets_through(local, domain, before):
    for at in ("@", "%40"):
        text = redact(f"{before}{local}{at}{domain} was here")
        assert f"{at}{domain}" not in text
        assert text.endswith(" was here")


def test_a_long_path_is_redacted_quickly():
    """A regular expression that starts again at each letter would take hours."""
    path = f"/{'a' * 1_000_000}/@/bob@example.com/"
    assert redact(path) == path.replace("bob@example.com", "[email]")


def test_a_404_is_logged_without_its_query_string(client, db, log):
    client.get("/alice@example.com/?near=06880")
    assert "Not Found: " in log()
    assert "06880" not in log() and "alice" not in log()


def test_an_error_is_logged_with_its_traceback_and_without_its_query_string(client, log):
    client.raise_request_exception = False
    assert client.get(VISIT).status_code == 500  # this test may not use the database
    assert "Internal Server Error: /jobs/" in log() and "Traceback" in log()
    assert "06880" not in log() and "alice" not in log()


def test_a_wrong_host_is_logged_without_its_query_string(client, db, log):
    client.get(VISIT, headers={"host": "elsewhere.example"})
    assert "Invalid HTTP_HOST header" in log()
    assert "06880" not in log() and "alice" not in log()


def test_a_rejected_form_is_logged_without_its_referrer(db, log):
    strict = Client(enforce_csrf_checks=True)
    referrer = "https://elsewhere.example/?q='06880&x=alice@example.com"
    response = strict.post("/admin/login/?next=/06880", secure=True, headers={"referer": referrer})
    assert response.status_code == 403
    assert "Forbidden" in log() and "/admin/login/" in log()
    assert "06880" not in log() and "alice" not in log()


def test_a_failed_sign_in_is_logged_without_the_user_name(client, db, log):
    client.post("/admin/login/", {"login": "alice@example.com", "password": "wrong"})
    assert "alice" not in log()


def test_a_line_break_in_a_path_starts_no_second_line(client, db, log):
    client.get("/" + quote("x\r\n2026-01-01 ERROR forged"))
    assert len(log().splitlines()) == 1


def test_the_access_log_has_no_query_string_referrer_or_user_agent():
    """Even without the formatter, which removes query strings and addresses."""
    fields = set(re.findall(r"%\(([^)]+)\)s", access_log_format))
    assert {"m", "U", "s"} <= fields
    assert fields <= {"h", "m", "U", "H", "s", "B", "M", "t", "D", "L"}


# Lines of JSON


def test_a_line_of_json_has_time_level_logger_and_message(log_lines):
    logging.getLogger("policeapp.test").warning("%s openings", 3, extra={"ms": 12, "route": "jobs"})
    [line] = log_lines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00", line.pop("time"))
    assert line == {
        "level": "WARNING",
        "logger": "policeapp.test",
        "request_id": "-",
        "message": "3 openings",
        "ms": 12,
        "route": "jobs",
    }


def test_a_traceback_is_part_of_its_line(log_lines):
    try:
        raise ValueError(f"cannot show {VISIT} to alice@example.com")
    except ValueError:
        logging.getLogger("policeapp.test").exception("Failed\nin two lines")
    [line] = log_lines()
    assert line["message"] == "Failed\nin two lines"
    assert line["traceback"].startswith("Traceback") and line["traceback"].endswith("cannot show /jobs/ to [email]")


def test_only_text_and_numbers_are_logged(rf, log_lines):
    given = {"request": rf.get(VISIT), "params": ("06880",), "note": VISIT}
    logging.getLogger("policeapp.test").warning("Asked", extra=given)
    [line] = log_lines()
    assert line["note"] == "/jobs/"
    assert not {"request", "params"} & line.keys()


# The request's id


def test_all_lines_of_a_request_have_the_id_of_its_response(client, log_lines):
    client.raise_request_exception = False
    first, second = client.get("/nothing-there/"), client.get(VISIT)  # this test may not use the database
    assert (first.status_code, second.status_code) == (404, 500)
    ids = [first["X-Request-ID"], second["X-Request-ID"]]
    assert ids[0] != ids[1] and all(re.fullmatch("[0-9a-f]{32}", name) for name in ids)
    logging.getLogger("policeapp.test").warning("Afterwards")
    assert list(dict.fromkeys(line["request_id"] for line in log_lines())) == [*ids, "-"]


def test_simultaneous_requests_have_their_own_ids(rf, log_lines):
    both_are_in = threading.Barrier(2, timeout=30)

    def answer(request):
        both_are_in.wait()
        logging.getLogger("policeapp.test").warning(request.path)
        return HttpResponse()

    watch, answers = request_ids.RequestMonitor(answer), {}
    threads = [
        threading.Thread(target=lambda path=path: answers.update({path: watch(rf.get(path))})) for path in ("/a", "/b")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = {line["message"]: line["request_id"] for line in log_lines()}
    assert ids == {path: response["X-Request-ID"] for path, response in answers.items()}
    assert len(set(ids.values())) == 2


def test_only_a_trusted_proxy_can_send_an_id(client, settings):
    given = {"HTTP_X_REQUEST_ID": "4bf92f3577b34da6a3ce929d0e0e4736", "REMOTE_ADDR": "10.0.0.1"}
    assert client.get("/healthz", **given)["X-Request-ID"] != given["HTTP_X_REQUEST_ID"]
    settings.TRUSTED_PROXIES = ["10.0.0.1"]
    client.handler.load_middleware()
    assert client.get("/healthz", **given)["X-Request-ID"] == given["HTTP_X_REQUEST_ID"]


@pytest.mark.parametrize("given", ["", "x" * 201, "two words", "a\nb", 'a"b', "naïve", "a@example.com", "?near=06880"])
def test_an_unsafe_id_is_replaced(rf, given):
    response = request_ids.RequestMonitor(lambda request: HttpResponse())(rf.get("/", HTTP_X_REQUEST_ID=given))
    assert re.fullmatch("[0-9a-f]{32}", response["X-Request-ID"])


def test_the_access_log_has_the_id_too():
    with running(LOG_FORMAT="json", HTTPS="0", STATIC_ROOT=str(settings.STATIC_ROOT)) as server:
        answer = server.send(b"GET /jobs/?near=06880 HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n")
        server.wait_for("gunicorn.access")
    name = re.search(rb"X-Request-ID: (\w+)", answer)[1].decode()
    lines = [json.loads(line) for line in server.log.splitlines()]
    found = {line["logger"]: line for line in lines if line["request_id"] == name}
    assert found["django.security.DisallowedHost"]["level"] == "ERROR"
    access = found["gunicorn.access"]
    assert [access[field] for field in ("method", "path", "status")] == ["GET", "/jobs/", 400]
    assert "06880" not in server.log
