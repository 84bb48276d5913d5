"""Logs tell what happened, and neither where a visitor lives (the query string) nor anybody's e-mail address."""

import logging
import re
import sys
from io import StringIO
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from policeapp.gunicorn import access_log_format
from policeapp.logs import PrivateFormatter, redact

VISIT = "/jobs/?near=06880&q=alice%40example.com"


@pytest.fixture
def log():
    """What the site's own handler, configured as in the settings, would write."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    configured = settings.LOGGING["formatters"]["private"]
    assert configured["()"] == f"{PrivateFormatter.__module__}.{PrivateFormatter.__name__}"
    handler.setFormatter(PrivateFormatter(configured["format"]))
    root = logging.getLogger()
    root.addHandler(handler)
    yield written.getvalue
    root.removeHandler(handler)


def formatted(message, *args, exc_info=None):
    return PrivateFormatter().format(logging.LogRecord("x", logging.ERROR, "x.py", 1, message, args, exc_info))


def test_every_handler_of_the_site_writes_with_the_redacting_formatter():
    handlers = settings.LOGGING["handlers"]
    assert {handler["formatter"] for handler in handlers.values()} == {"private"}
    assert settings.LOGGING["root"]["handlers"] == list(handlers)
    for logger in ("django", "django.server", "django.request", "django.security"):
        assert logging.getLogger(logger).handlers == [], logger
        assert logging.getLogger(logger).propagate, logger


@pytest.mark.parametrize(
    ("said", "left"),
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
        ("written to alice@example.com", "written to [e-mail]"),
        ("<alice.b+c@mail.example.co.uk>, bob@example.com", "<[e-mail]>, [e-mail]"),
        ("no account alice%40example.com", "no account [e-mail]"),
        ("kept: 06880, 50%, a @ b", "kept: 06880, 50%, a @ b"),
        ('"POST /alerts/manage/0a1b:1vX:s-_9/ HTTP/1.1" 200', '"POST /alerts/manage/[token] HTTP/1.1" 200'),
        ('"GET /alerts/confirm/0a1b%3A1vX%3As-_9/ HTTP/1.1" 404', '"GET /alerts/confirm/[token] HTTP/1.1" 404'),
        ("Not Found: /alerts/unsubscribe/0a1b:1vX:s", "Not Found: /alerts/unsubscribe/[token]"),
        (
            "Gone: https://police.example.org/alerts/renew/0a1b:1/",
            "Gone: https://police.example.org/alerts/renew/[token]",
        ),
        ('"GET /alerts/new/ HTTP/1.1" 200', '"GET /alerts/new/ HTTP/1.1" 200'),
    ],
)
def test_it_keeps_the_path_and_cuts_the_query_and_the_e_mail_address(said, left):
    assert redact(said) == left


def test_arguments_are_redacted_like_the_message():
    assert formatted("%s asked for %s", "alice@example.com", VISIT) == "[e-mail] asked for /jobs/"


def test_tracebacks_are_redacted_too():
    try:
        raise ValueError(f"cannot show {VISIT} to alice@example.com")
    except ValueError:
        said = formatted("Failed", exc_info=sys.exc_info())
    assert "Traceback" in said and "ValueError: cannot show /jobs/" in said
    assert "06880" not in said and "alice" not in said


@given(
    path=st.text("abc/-_.~!$&'()*+,;=:@%é", max_size=20),
    query=st.text("abc=&+%/?-_.~!$'()*,;:@\"", min_size=1, max_size=30),
)
def test_no_query_string_passes_whatever_its_letters(path, query):
    said = redact(f'"GET /jobs/{path}?{query}SECRET{query} HTTP/1.1" 200')
    assert "SECRET" not in said


@given(
    local=st.from_regex(r"[a-z0-9.!#$%&*+^_`{|}~-]{1,12}", fullmatch=True),
    domain=st.from_regex(r"[a-z0-9-]{1,9}\.(com|org|us)", fullmatch=True),
    before=st.sampled_from(["", " ", "<", '"', "'", "=", ",", ":", "mailto:", "/", "(", "{'email': '"]),
)
def test_no_e_mail_address_passes_wherever_it_stands(local, domain, before):
    for at in ("@", "%40"):
        said = redact(f"{before}{local}{at}{domain} was here")
        assert f"{at}{domain}" not in said
        assert said.endswith(" was here")


def test_a_page_that_is_not_there_is_logged_without_what_was_asked_of_it(client, db, log):
    client.get("/alice@example.com/?near=06880")
    assert "Not Found: " in log()
    assert "06880" not in log() and "alice" not in log()


def test_a_failure_is_logged_with_its_traceback_and_without_what_was_asked(client, log):
    client.raise_request_exception = False
    assert client.get(VISIT).status_code == 500  # this test may not use the database
    assert "Internal Server Error: /jobs/" in log() and "Traceback" in log()
    assert "06880" not in log() and "alice" not in log()


def test_a_wrong_host_is_logged_without_what_was_asked(client, db, log):
    client.get(VISIT, headers={"host": "elsewhere.example"})
    assert "Invalid HTTP_HOST header" in log()
    assert "06880" not in log() and "alice" not in log()


def test_a_refused_form_is_logged_without_where_it_came_from(db, log):
    strict = Client(enforce_csrf_checks=True)
    referrer = "https://elsewhere.example/?q='06880&x=alice@example.com"
    response = strict.post("/admin/login/?next=/06880", secure=True, headers={"referer": referrer})
    assert response.status_code == 403
    assert "Forbidden" in log() and "/admin/login/" in log()
    assert "06880" not in log() and "alice" not in log()


def test_a_failed_sign_in_is_logged_without_the_name(client, db, log):
    client.post("/admin/login/", {"username": "alice@example.com", "password": "wrong"})
    assert "alice" not in log()


def test_a_line_break_in_a_path_makes_no_second_line(client, db, log):
    client.get("/" + quote("x\r\n2026-01-01 ERROR forged"))
    assert len(log().splitlines()) == 1


def test_the_servers_access_log_asks_for_no_query_no_referrer_and_no_browser():
    """Also without the formatter, which cuts what it can recognise."""
    fields = set(re.findall(r"%\(([^)]+)\)s", access_log_format))
    assert {"m", "U", "s"} <= fields
    assert fields <= {"h", "m", "U", "H", "s", "B", "M", "t", "D", "L"}
