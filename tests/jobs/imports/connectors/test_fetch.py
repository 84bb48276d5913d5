"""Fetching is safe: public addresses only, and never much, long or often."""

import gzip
import re
import socket
import ssl
import time

import pytest

from jobs.imports.connectors import fetch
from jobs.imports.connectors.fetch import Busy, Failed, Fetcher, Page

from .website import LocalResolver, answer

pytestmark = pytest.mark.any_engine

PRIVATE = [
    *("127.0.0.1", "10.0.0.8", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
    *("255.255.255.255", "192.0.2.7", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.8", "2002:7f00:1::", "2002:a00:8::1", "64:ff9b::7f00:1", "2001:db8::1"),
    *("fec0::1", "::7f00:1", "::ffff:0:7f00:1"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_it_connects_to_no_address_that_is_not_public(address, monkeypatch):
    monkeypatch.setattr(fetch, "resolver", LocalResolver(inside=[address]))
    monkeypatch.setattr(fetch, "_connection", None)
    with pytest.raises(Failed, match="not on the public internet"):
        Fetcher().get("http://inside.example/")


def test_public_addresses_are_allowed():
    for address in ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"):
        assert fetch.Resolver().is_allowed(address), address


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    monkeypatch.setattr(fetch, "resolver", LocalResolver(mixed=["93.184.216.34", "10.0.0.8"]))
    with pytest.raises(Failed, match="not on the public internet"):
        Fetcher().get("http://mixed.example/")


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://careers.test/", "file:///etc/passwd", "careers.test/jobs", "http://", "http://user@careers.test/"),
        *("http://[::1", "http://careers.test:99999/", "gopher://careers.test/", "javascript:alert(1)"),
    ],
)
def test_it_fetches_only_web_addresses(website, url):
    with pytest.raises(Failed, match="not a web address"):
        Fetcher().get(url)


def test_it_connects_to_the_address_that_was_checked_and_resolves_each_name_once(website, monkeypatch):
    """A name that is public when it is checked, and private afterwards, doesn't help an attacker."""
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    resolver = LocalResolver(rebinding=lambda: next(answers))
    connected = []

    def refuse(scheme, host, address, port, timeout):
        connected.append(address)
        return fetch.HTTPConnection("127.0.0.1", 9, timeout=timeout)

    monkeypatch.setattr(fetch, "resolver", resolver)
    monkeypatch.setattr(fetch, "_connection", refuse)
    with pytest.raises(Failed, match="cannot be reached"):
        Fetcher().get("http://rebinding.example/")
    assert connected == ["93.184.216.34"] and resolver.lookups == ["rebinding.example"]
    with pytest.raises(Failed, match="not on the public internet"):
        Fetcher().get("http://rebinding.example/")
    assert connected == ["93.184.216.34"]


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1/", "http://2130706433/", "http://[::1]/", "//10.0.0.8/", "http://db/"]
)
def test_a_redirect_to_a_private_address_is_refused(website, monkeypatch, target):
    lookup = {"2130706433": ["127.0.0.1"], "db": ["10.0.0.8"]}
    monkeypatch.setattr(LocalResolver, "lookup", lambda self, host, port: lookup.get(host, [host]))
    website.pages["/"] = 302, {"Location": target}, b""
    with pytest.raises(Failed, match="not on the public internet"):
        Fetcher().get(website.url())
    assert website.paths() == ["/"]


def test_headers_go_to_no_other_host_and_never_without_encryption(monkeypatch):
    sent = []

    def request(url, headers, deadline):
        sent.append((url, headers))
        return Page(url, 302, b"", {"location": targets.pop()}) if targets else Page(url, 200, b"", {})

    monkeypatch.setattr(fetch, "_request", request)
    for target in ("http://data.test/", "https://data.test:8443/", "https://other.test/", "https://data.test/b"):
        targets = [target]
        Fetcher().get("https://data.test/a", {"Authorization-Key": "secret"})
    assert [url for url, headers in sent if headers] == ["https://data.test/a"] * 4 + ["https://data.test/b"]


def test_a_page_that_keeps_a_parser_busy_is_given_up():
    with pytest.raises(Failed, match="too long to read"), fetch.time_limit(0.05):
        re.match(r"(a+)+$", "a" * 100 + "b")


def test_it_follows_redirects_and_says_where_the_page_is(website):
    website.pages |= {"/old": (301, {"Location": "/new"}, b""), "/new": b"jobs"}
    page = Fetcher().get(website.url("/old"))
    assert (page.url, page.content) == (website.url("/new"), b"jobs")
    website.pages["/loop"] = 302, {"Location": "/loop"}, b""
    with pytest.raises(Failed, match="redirects too often"):
        Fetcher().get(website.url("/loop"))


def test_a_key_goes_to_no_other_host(website):
    website.pages |= {"/": (302, {"Location": website.url("/there", "other.test")}, b""), "/there": b"jobs"}
    Fetcher().get(website.url(), {"Authorization-Key": "secret"})
    (_path, first), (_path, second) = website.requests
    assert first["Authorization-Key"] == "secret" and "Authorization-Key" not in second
    assert second["Host"] == f"other.test:{website.port}"


def test_it_says_who_asks_and_where_to_complain(website, settings):
    settings.CONTACT_EMAIL = "office@police.example.org"
    website.pages["/"] = b"jobs"
    Fetcher().get(website.url())
    assert website.requests[0][1]["User-Agent"] == f"PoliceApp (+{settings.SITE_URL}/; office@police.example.org)"


def test_a_certificate_must_be_valid_for_the_name():
    connection = fetch._connection("https", "careers.example", "93.184.216.34", 443, 5)
    assert (connection.host, connection.port) == ("93.184.216.34", 443)
    assert connection.server_hostname == connection.assert_hostname == "careers.example"
    assert connection.cert_reqs == ssl.CERT_REQUIRED and connection.ssl_context is None


def send_much(handler):
    answer(handler, 200, {})
    try:
        for _number in range(50):
            handler.wfile.write(b"x" * 1024 * 1024)
    except OSError:
        pass


def test_it_reads_at_most_ten_megabytes_also_of_a_small_compressed_answer(website):
    website.pages["/large"] = send_much
    bomb = gzip.compress(b"0" * 50 * 1024 * 1024)
    website.pages["/bomb"] = 200, {"Content-Encoding": "gzip"}, bomb
    website.pages["/compressed"] = 200, {"Content-Encoding": "gzip"}, gzip.compress(b"jobs")
    for path in ("/large", "/bomb"):
        with pytest.raises(Failed, match="larger than 10 MB"):
            Fetcher().get(website.url(path))
    assert Fetcher().get(website.url("/compressed")).content == b"jobs"


def drip(handler):
    """Send one byte after the other, so that no read waits long."""
    answer(handler, 200, {"Content-Length": "1000"})
    try:
        while True:
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.02)
    except OSError:
        pass


def test_it_waits_a_limited_time_for_the_whole_answer(website, monkeypatch):
    monkeypatch.setattr(fetch, "MAX_SECONDS", 0.3)
    website.pages["/"] = drip
    began = time.monotonic()
    with pytest.raises(Failed, match="too long"):
        Fetcher().get(website.url())
    assert time.monotonic() - began < 5


def test_an_answer_that_is_cut_off_or_not_http_fails(website):
    website.pages["/short"] = 200, {"Content-Length": "1000"}, b"<source>"
    website.pages["/noise"] = lambda handler: handler.wfile.write(b"\x00\x01 nothing\r\n\r\n")
    for path in ("/short", "/noise"):
        with pytest.raises(Failed, match="cut off"):
            Fetcher().get(website.url(path))
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Failed, match="cannot be reached"):
        Fetcher().get(f"http://careers.test:{port}/")


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [(429, "120", 120), (503, "", 3600), (429, "Fri, 01 Jan 2100 00:00:00 GMT", 7 * 86400), (429, "soon", 3600)],
)
def test_it_says_how_long_a_busy_website_wants_to_rest(website, status, header, seconds):
    website.pages["/"] = status, {"Retry-After": header} if header else {}, b""
    with pytest.raises(Busy) as busy:
        Fetcher().get(website.url())
    assert busy.value.seconds == seconds


def test_other_errors_fail_and_missing_pages_are_answers(website):
    website.pages |= {"/broken": (500, {}, b""), "/secret": (403, {}, b""), "/gone": (410, {}, b"")}
    for path in ("/broken", "/secret"):
        with pytest.raises(Failed, match="answered with status"):
            Fetcher().get(website.url(path))
    assert [Fetcher().get(website.url(path)).status for path in ("/gone", "/missing")] == [410, 404]


def test_it_obeys_robots_txt_and_reads_it_once(website):
    website.pages |= {
        "/robots.txt": "User-agent: PoliceApp\nDisallow: /private/\n\nUser-agent: *\nDisallow: /",
        "/jobs": b"jobs",
        "/private/jobs": b"secret",
    }
    fetcher = Fetcher()
    assert fetcher.get(website.url("/jobs"), obey_robots=True).content == b"jobs"
    with pytest.raises(Failed, match="robots.txt"):
        fetcher.get(website.url("/private/jobs"), obey_robots=True)
    assert website.paths() == ["/robots.txt", "/jobs"]


def test_without_robots_txt_all_is_allowed_and_while_it_fails_nothing_is(website):
    website.pages["/jobs"] = b"jobs"
    assert Fetcher().get(website.url("/jobs"), obey_robots=True).content == b"jobs"
    website.pages["/robots.txt"] = 500, {}, b""
    with pytest.raises(Failed):
        Fetcher().get(website.url("/jobs"), obey_robots=True)


@pytest.mark.parametrize(
    ("content", "header", "text"),
    [
        ("Café".encode(), "", "Café"),
        ("Café".encode(), "text/xml; charset=iso-8859-1", "Café"),
        ("Café".encode("cp1252"), "", "Café"),
        ("Café".encode("cp1252"), "text/xml; charset=utf-8", "Café"),
        ("Café".encode("utf-8-sig"), "", "Café"),
        ("Café".encode("utf-16"), "", "Café"),
        ("Café”".encode("cp1252"), "text/xml; charset=unknown-9", "Café”"),
    ],
)
def test_it_reads_text_in_the_encoding_that_it_has(content, header, text):
    assert fetch.decode(Page("", 200, content, {"content-type": header})) == text
