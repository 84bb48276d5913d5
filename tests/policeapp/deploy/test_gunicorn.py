"""The site under gunicorn, through raw sockets: it rejects invalid requests and keeps running."""

import gzip
import re
import socket

import brotli
import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ...server import PATIENCE, migrated_database, running
from ...whole_site import Markup

WESTPORT = "/departments/ct/westport-police-department/"
HOST = b"Host: police.example.org\r\n"
END = b"Connection: close\r\n\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory, django_db_setup):
    """The site behind gunicorn, without HTTPS and with Westport in its database."""
    with (
        migrated_database(tmp_path_factory.mktemp("database")) as url,
        running(DATABASE_URL=url, HTTPS="0", STATIC_ROOT=str(settings.STATIC_ROOT)) as server,
    ):
        yield server


def get(target, *headers):
    """Return a request as bytes. The headers are sent unchanged."""
    return b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"".join(header + b"\r\n" for header in headers) + END


def post(*headers, body=b""):
    lines = b"".join(header + b"\r\n" for header in headers)
    return b"POST /admin/login/ HTTP/1.1\r\n" + HOST + FORM + lines + b"\r\n" + body


def statuses(answer):
    return [int(status) for status in re.findall(rb"^HTTP/1\.[01] (\d{3})", answer, flags=re.MULTILINE)]


# {description: (bytes to send, expected status)}. The status is None if the connection may close without an answer.
NONSENSE = {
    # The request line
    "nothing": (b"", None),
    "words": (b"garbage\r\n\r\n", 400),
    "all bytes": (bytes(range(256)) + b"\r\n\r\n", 400),
    "NUL bytes": (b"\0" * 100 + b"\r\n\r\n", 400),
    "a line that never ends": (b"G" * 1_000_000, 414),
    "HTTP/0.9": (b"GET /healthz\r\n\r\n", 400),
    "HTTP/2's preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 400),
    "HTTP/2 by name": (b"GET /healthz HTTP/2.0\r\n" + HOST + END, 400),
    "HTTP/9.9": (b"GET /healthz HTTP/9.9\r\n" + HOST + END, 400),
    "no such protocol": (b"GET /healthz HTP/1.1\r\n" + HOST + END, 400),
    "a small-letter protocol": (b"GET /healthz http/1.1\r\n" + HOST + END, 400),
    "a handshake of TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 100, None),
    "lines that end in half a line break": (b"GET /healthz HTTP/1.1\nHost: police.example.org\n\n", 400),
    "two spaces": (b"GET  /healthz  HTTP/1.1\r\n" + HOST + END, 400),
    "a space in the path": (get(b"/a b"), 400),
    "a space before all": (b" " + get(b"/"), 400),
    "PROXY": (b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + get(b"/healthz"), 400),
    # The method
    "a small-letter method": (b"get" + get(b"/")[3:], 400),
    "a method that is no word": (b"G\xc9T" + get(b"/")[3:], 400),
    "a method without end": (b"G" * 5000 + get(b"/"), 414),
    "CONNECT": (b"CONNECT elsewhere.example:443 HTTP/1.1\r\n" + HOST + END, 404),
    "TRACE": (b"TRACE / HTTP/1.1\r\n" + HOST + END, 405),
    "OPTIONS *": (b"OPTIONS * HTTP/1.1\r\n" + HOST + END, 404),
    # The path
    "no slash": (get(b"healthz"), 400),
    "a path of raw bytes": (get(b"/\xff\xfe"), 400),
    "a raw NUL in the path": (get(b"/\0"), 400),
    "a raw NUL in the query": (get(b"/jobs/?q=\0"), 400),
    "a NUL in the path": (get(b"/%00"), 404),
    "broken percent signs": (get(b"/%zz%%"), 404),
    "a long path": (get(b"/" + b"x" * 3900), 404),
    "a huge path": (get(b"/" + b"x" * 100_000), 414),
    "a huge query": (get(b"/jobs/?q=" + b"x" * 100_000), 414),
    "a way out of the static files": (get(b"/static/../policeapp/settings.py"), 404),
    "a hidden way out of them": (get(b"/static/%2e%2e/%2e%2e/manage.py"), 404),
    "a way out of the logos": (get(b"/media/logos/..%2f..%2fmanage.py"), 404),
    "the address of another site": (get(b"http://elsewhere.example/nothing/"), 404),
    "the address of another site without its protocol": (get(b"//elsewhere.example/%2e%2e"), 404),
    "that address without its slash": (get(b"//elsewhere.example"), 404),
    "an address that is none": (get(b"http://[::1"), 400),
    # The host
    "no host": (b"GET / HTTP/1.1\r\n" + END, 400),
    "an empty host": (b"GET / HTTP/1.1\r\nHost:\r\n" + END, 400),
    "the same host twice": (b"GET / HTTP/1.1\r\n" + HOST + HOST + END, 400),
    "two hosts": (b"GET / HTTP/1.1\r\n" + HOST + b"Host: elsewhere.example\r\n" + END, 400),
    "another host": (b"GET / HTTP/1.1\r\nHost: elsewhere.example\r\n" + END, 400),
    "the machine itself": (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + END, 400),
    "a host with a path": (b"GET / HTTP/1.1\r\nHost: police.example.org/x\r\n" + END, 400),
    "a host with a user": (b"GET / HTTP/1.1\r\nHost: x@police.example.org\r\n" + END, 400),
    "a host with a NUL": (b"GET / HTTP/1.1\r\nHost: police.example.org\0\r\n" + END, 400),
    "a host of raw bytes": (b"GET / HTTP/1.1\r\nHost: \xff\xfe\r\n" + END, 400),
    "a host that a proxy would forward": (
        b"GET / HTTP/1.1\r\nHost: elsewhere.example\r\nX-Forwarded-Host: police.example.org\r\n" + END,
        400,
    ),
    # Headers
    "a header without a colon": (get(b"/healthz", b"garbage"), 400),
    "a blank before the colon": (get(b"/healthz", b"X : y"), 400),
    "a header without a name": (get(b"/healthz", b": y"), 400),
    "a header over two lines": (get(b"/healthz", b"X: y\r\n z"), 400),
    "a NUL in a header": (get(b"/healthz", b"X: a\0b"), 400),
    "half a line break in a header": (get(b"/healthz", b"X: a\rb"), 400),
    "a name of raw bytes": (get(b"/healthz", b"X\xff: y"), 400),
    "a flood of headers": (get(b"/healthz", *[b"X: y"] * 20_000), 431),
    "a long header": (get(b"/healthz", b"X: " + b"y" * 10_000), 431),
    "a huge header": (get(b"/healthz", b"X: " + b"y" * 1_000_000), 431),
    "an expectation": (get(b"/healthz", b"Expect: 200-maybe"), 417),
    # Contradictory lengths of a body, which could smuggle a second request past a proxy
    "a length and chunks": (post(b"Content-Length: 6", b"Transfer-Encoding: chunked", body=b"0\r\n\r\nG"), 400),
    "chunks and a length": (post(b"Transfer-Encoding: chunked", b"Content-Length: 4", body=b"0\r\n\r\n"), 400),
    "two lengths": (post(b"Content-Length: 0", b"Content-Length: 50", body=get(b"/healthz")), 400),
    "a list of lengths": (post(b"Content-Length: 0, 0"), 400),
    "a length below nothing": (post(b"Content-Length: -1"), 400),
    "a length with a sign": (post(b"Content-Length: +1", body=b"x"), 400),
    "a length in words": (post(b"Content-Length: one"), 400),
    "a length of thousands of digits": (post(b"Content-Length: " + b"9" * 5000), 400),
    "an unknown coding": (post(b"Transfer-Encoding: nonsense", body=b"0\r\n\r\n"), 501),  # RFC 9112, 6.1
    "almost chunks": (post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n"), 501),
    "chunks with a tab": (post(b"Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n"), 400),
    "chunks with a blank": (post(b"Transfer-Encoding : chunked", body=b"0\r\n\r\n"), 400),
    "chunks twice": (post(b"Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n"), 400),
    "chunks and not": (post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity", body=b"0\r\n\r\n"), 400),
    # Incomplete requests
    "half a request line": (b"GET /heal", None),
    "half a header": (b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: ", None),
    "half a body": (post(b"Content-Length: 100", body=b"username=x"), 403),
    "half a chunk": (post(b"Transfer-Encoding: chunked", body=b"5\r\nhe"), 403),
    # Bodies: the form is rejected before it is read, because it has no CSRF token
    "a length beyond all": (post(b"Content-Length: " + b"9" * 50), 413),
    "a chunk of no size": (post(b"Transfer-Encoding: chunked", body=b"zz\r\nx\r\n0\r\n\r\n"), 403),
    "a chunk below nothing": (post(b"Transfer-Encoding: chunked", body=b"-1\r\nx\r\n0\r\n\r\n"), 403),
    "a chunk beyond all": (post(b"Transfer-Encoding: chunked", body=b"f" * 40 + b"\r\nx\r\n"), 403),
    "a chunk that does not end": (post(b"Transfer-Encoding: chunked", body=b"5\r\nhelloXX0\r\n\r\n"), 403),
    "trailers that are none": (post(b"Transfer-Encoding: chunked", body=b"0\r\nX y\r\n\r\n"), 403),
    "a big body": (post(b"Content-Length: 3000000", body=b"x" * 3_000_000), 413),
    # Static files
    "a part that is not there": (get(b"/static/css/site.css", b"Range: bytes=9999999-"), 416),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_invalid_requests_get_an_error_and_the_server_keeps_running(server, name):
    sent, status = NONSENSE[name]
    answers = statuses(server.send(sent))
    assert answers[:1] == ([status] if status else [])
    # The server may take an unread body for a second request. It must be rejected, too.
    assert all(400 <= further < 500 for further in answers[1:])
    assert server.get("/healthz")[0] == 200


@given(
    data=st.binary(max_size=200)
    | st.builds(
        "{} {} {}\r\n{}: {}\r\n\r\n".format,
        st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "X", ""]),
        st.sampled_from(["/healthz", "/jobs/", "*", "/%ff", "http://x/", "//", ""]) | st.text(max_size=10),
        st.sampled_from(["HTTP/1.1", "HTTP/1.0", "HTTP/1", "HTTP/1.1 ", "HTTP/3", ""]),
        st.sampled_from(["Host", "Content-Length", "Transfer-Encoding", "Cookie", "Range", "Expect", "Connection"]),
        st.sampled_from(["police.example.org", "0", "-1", "chunked", "bytes=0-", "close", "100-continue"])
        | st.text(max_size=10),
    ).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
@hypothesis_settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_bytes_do_not_make_the_server_fail(server, data):
    assert [status for status in statuses(server.send(data)) if status >= 500 and status != 501] == []
    assert server.get("/healthz")[0] == 200


def test_a_smuggled_request_is_never_answered(server):
    """The second request is hidden in the body of the first."""
    hidden = b"GET /robots.txt HTTP/1.1\r\n" + HOST + END
    for sent in (
        post(b"Content-Length: 4", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n" + hidden),
        post(b"Content-Length: 0", b"Content-Length: %d" % len(hidden), body=hidden),
        post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: x", body=b"0\r\n\r\n" + hidden),
    ):
        assert b"Sitemap:" not in server.send(sent)


def test_old_browsers_are_served(server):
    assert statuses(server.send(b"GET /healthz HTTP/1.0\r\n" + HOST + b"\r\n")) == [200]
    assert statuses(server.send(b"GET / HTTP/1.0\r\n" + HOST + b"\r\n")) == [200]


def test_pipelined_requests_are_answered(server):
    request = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    assert statuses(server.send(request + request + get(b"/healthz"))) == [200, 200, 200]


def test_a_slow_client_does_not_block_others(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as slow:
        slow.sendall(b"GET /healthz HTTP/1.1\r\n")
        assert server.get("/healthz")[0] == 200
        slow.sendall(HOST + END)
        assert slow.recv(100).startswith(b"HTTP/1.1 200 ")


def test_a_redirect_never_leads_to_another_site(server):
    """A path with two leading slashes and no trailing slash."""
    for target in (b"//elsewhere.example/jobs", b"//jobs", b"/\\elsewhere.example/jobs", b"//departments"):
        status = statuses(server.send(get(target)))
        assert status == [404], target


def test_forwarding_headers_of_clients_are_ignored(server):
    plain = server.send(get(b"/robots.txt"))
    for header in (
        b"X-Forwarded-Host: elsewhere.example",
        b"X-Forwarded-Proto: https",
        b"X-Forwarded-Protocol: ssl",
        b"X-Forwarded-Ssl: on",
        b"Forwarded: host=elsewhere.example;proto=https",
        b"SCRIPT_NAME: /elsewhere",
        b"Script-Name: /elsewhere",
        b"PATH_INFO: /admin/",
    ):
        answer = server.send(get(b"/robots.txt", header))
        assert answer.partition(b"\r\n\r\n")[2] == plain.partition(b"\r\n\r\n")[2], header


def test_static_files_have_hashed_names_and_are_cached_forever(server):
    status, _, body = server.get(WESTPORT)
    assert status == 200
    tags = Markup(body.decode()).tags
    named = [link["href"] for tag, link in tags if tag == "link" and link["rel"] not in ("canonical", "alternate")]
    named += [attributes["src"] for tag, attributes in tags if tag in ("img", "script") and "src" in attributes]
    assert len(named) >= 3
    for url in named:
        assert re.fullmatch(r"/static/[\w/-]+\.[0-9a-f]{12}\.\w+", url)
        status, headers, _ = server.get(url)
        assert status == 200
        assert "max-age=315360000" in headers["cache-control"] and "immutable" in headers["cache-control"]
        assert headers["x-content-type-options"] == "nosniff"


@pytest.fixture(scope="module")
def stylesheet(server):
    """The URL of the stylesheet."""
    tags = Markup(server.get(WESTPORT)[2].decode()).tags
    [url] = [attributes["href"] for tag, attributes in tags if attributes.get("rel") == "stylesheet"]
    return url


@pytest.mark.parametrize(("coding", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_the_stylesheet_comes_compressed(server, stylesheet, coding, unpack):
    _, _, plain = server.get(stylesheet)
    status, headers, packed = server.get(stylesheet, Accept_Encoding=coding)
    assert status == 200
    assert headers["content-encoding"] == coding
    assert "accept-encoding" in headers["vary"].lower()
    assert unpack(packed) == plain
    assert len(packed) < len(plain) / 2


@pytest.mark.parametrize(("coding", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_pages_come_compressed(server, coding, unpack):
    _, _, plain = server.get(WESTPORT)
    status, headers, packed = server.get(WESTPORT, Accept_Encoding=coding)
    assert status == 200
    assert headers["content-encoding"] == coding
    assert "accept-encoding" in headers["vary"].lower()
    assert unpack(packed) == plain
    assert len(packed) < len(plain) / 2


def test_a_browser_without_compression_gets_plain_pages(server, stylesheet):
    for url in (WESTPORT, stylesheet):
        assert "content-encoding" not in server.get(url)[1]
        assert "content-encoding" not in server.get(url, Accept_Encoding="identity")[1]
        assert "content-encoding" not in server.get(url, Accept_Encoding="nonsense;q=x")[1]


def test_the_log_has_the_path_without_the_query_string(server):
    secrets = "near=06880&q=alice@example.com&x=O'Fallon\"(12345)"
    before = len(server.log)
    server.get(f"/jobs/?{secrets}", Referer=f"https://police.example.org/jobs/?{secrets}", User_Agent="Browser 06880")
    server.get(f"/nothing/alice@example.com/?{secrets}")
    server.get(f"/nothing/alice%40example.com/?{secrets}")
    server.send(b"BREW /jobs/?" + secrets.encode() + b" HTTP/1.1\r\n" + HOST + END)
    server.send(b"GET /jobs/?" + secrets.encode() + b" HTTP/7.0\r\n" + HOST + END)
    server.send(get(b"/jobs/", b"X 06880: alice@example.com"))
    server.send(post(b"Content-Length: -1", body=b"username=alice@example.com&zip=06880"))
    server.send(b"username=alice@example.com&zip=06880\r\n\r\n")
    server.get("/the-end")
    server.wait_for(r"/the-end HTTP/1\.1\" 404")
    written = server.log[before:]
    assert re.search(r'127\.0\.0\.1 "GET /jobs/ HTTP/1\.1" 200 \d+ \d+ms\n', written)
    assert "Not Found: /jobs/" not in written
    for secret in ("06880", "alice", "Fallon", "12345", "example.com", "Browser"):
        assert secret not in written, secret


def test_each_request_is_one_line_whatever_its_path(server):
    before = len(server.log)
    server.get("/%0d%0a2026-01-01%20ERROR%20forged")
    server.get("/the-end-of-lines")
    server.wait_for(r"/the-end-of-lines HTTP/1\.1\" 404")
    for line in server.log[before:].splitlines():
        assert re.match(
            r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (INFO|WARNING) (gunicorn\.access|django\.request) ", line
        )


def test_the_site_uses_https_behind_its_proxy():
    with running(TRUSTED_PROXIES="127.0.0.1", STATIC_ROOT=str(settings.STATIC_ROOT)) as server:
        assert statuses(server.send(get(b"/robots.txt"))) == [301]
        answer = server.send(get(b"/robots.txt", b"X-Forwarded-Proto: https", b"X-Forwarded-For: 203.0.113.7"))
        assert statuses(answer) == [200]
        assert b"Sitemap: https://police.example.org/sitemap.xml" in answer
        assert b"Strict-Transport-Security: max-age=31536000" in answer
