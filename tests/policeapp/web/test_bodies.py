"""Large request bodies are refused by their length, before they are parsed."""

import pytest
from django.conf import settings
from django.http.multipartparser import MultiPartParser

from policeapp.web.middleware import MAX_BODY, MAX_BODY_SIGNED_IN

from ...factories import text_of
from ...server import running

UPLOAD = "/admin/policeapp/import/add/"
MULTIPART = {"content_type": "multipart/form-data; boundary=x"}


@pytest.fixture
def parsed(monkeypatch):
    """The bodies that Django has parsed."""
    bodies, parse = [], MultiPartParser.parse

    def count(self):
        bodies.append(self)
        return parse(self)

    monkeypatch.setattr(MultiPartParser, "parse", count)
    return bodies


@pytest.mark.parametrize("url", ["/alerts/new/", "/admin/login/", UPLOAD, "/", "/no-such-page/"])
def test_a_large_body_of_a_stranger_is_not_parsed(client, db, parsed, url):
    response = client.post(url, {"file": "x" * MAX_BODY})
    assert response.status_code == 413 and parsed == []
    assert "The limit is 64 KB, or 30 MB if you are signed in." in text_of(response)
    assert client.post(url, {"file": "x" * 1000}).status_code != 413


def test_people_who_are_signed_in_may_send_more(alice, parsed):
    assert alice.post(UPLOAD, {"file": "x" * 2_000_000}).status_code == 200
    assert len(parsed) == 1
    response = alice.generic("POST", UPLOAD, CONTENT_LENGTH=str(MAX_BODY_SIGNED_IN + 1), **MULTIPART)
    assert response.status_code == 413 and len(parsed) == 1


@pytest.mark.parametrize("length", ["", "-1", "x", "²", "0x9999999999"])
def test_a_wrong_length_is_no_length(client, db, length):
    assert client.generic("POST", "/jobs/", CONTENT_LENGTH=length, **MULTIPART).status_code == 405


def test_the_server_answers_before_the_body_arrives_and_reads_no_body_without_a_length(tmp_path):
    head = "POST /alerts/new/ HTTP/1.1\r\nHost: police.example.org\r\nConnection: close\r\n"
    head += "Content-Type: multipart/form-data; boundary=x\r\n"
    part = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n' + b"x" * 5_000_000
    values = {"TMPDIR": str(tmp_path), "DATABASE_URL": "sqlite://:memory:", "STATIC_ROOT": str(settings.STATIC_ROOT)}
    with running(HTTPS="0", **values) as server:
        answer = server.send(f"{head}Content-Length: 1000000000\r\n\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 413 ")
        chunks = f"{head}Transfer-Encoding: chunked\r\n\r\n{len(part):x}\r\n".encode() + part + b"\r\n0\r\n\r\n"
        assert server.send(chunks).startswith(b"HTTP/1.1 403 ")  # the form is empty, so it has no CSRF token
