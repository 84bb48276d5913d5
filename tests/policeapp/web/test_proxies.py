"""Only trusted proxies can set the visitor's IP address and HTTPS."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from hypothesis import given
from hypothesis import strategies as st

from policeapp.web.middleware import TrustedProxies

PROXY, OUTER_PROXY, VISITOR, STRANGER = "10.0.0.1", "10.0.9.9", "203.0.113.7", "198.51.100.66"

HEADERS = {
    "HTTP_FORWARDED": f"for={STRANGER};proto=https",
    "HTTP_X_FORWARDED_FOR": STRANGER,
    "HTTP_X_FORWARDED_HOST": "elsewhere.example",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_REAL_IP": STRANGER,
}


@pytest.fixture
def request_through(rf, settings):
    """``request_through(proxies, **META)``: the request as the rest of the site sees it."""

    def pass_through(proxies, remote, **meta):
        settings.TRUSTED_PROXIES = proxies
        seen = []
        TrustedProxies(lambda request: seen.append(request) or HttpResponse())(rf.get("/", REMOTE_ADDR=remote, **meta))
        return seen[0]

    return pass_through


@pytest.fixture
def address_through(request_through):
    """``address_through(proxies, remote, forwarded)``: the visitor's IP address on the site."""

    def address(proxies, remote, forwarded):
        return request_through(proxies, remote, HTTP_X_FORWARDED_FOR=forwarded).META["REMOTE_ADDR"]

    return address


def test_without_trusted_proxies_forwarding_headers_are_ignored(request_through):
    request = request_through([], VISITOR, **HEADERS)
    assert request.META["REMOTE_ADDR"] == VISITOR
    assert not HEADERS.keys() & request.META.keys()
    assert not request.is_secure()


def test_forwarding_headers_of_other_clients_are_removed(request_through):
    request = request_through([PROXY], STRANGER, **HEADERS)
    assert request.META["REMOTE_ADDR"] == STRANGER
    assert not HEADERS.keys() & request.META.keys()


def test_the_site_trusts_only_the_proxies(client, db, settings):
    """This tests the whole site: the middleware comes before all code that reads the headers."""
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/robots.txt", REMOTE_ADDR=STRANGER, HTTP_X_FORWARDED_PROTO="https").status_code == 301
    settings.TRUSTED_PROXIES = [PROXY]
    client.handler.load_middleware()
    assert client.get("/robots.txt", REMOTE_ADDR=STRANGER, HTTP_X_FORWARDED_PROTO="https").status_code == 301
    assert client.get("/robots.txt", REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_PROTO="https").status_code == 200
    assert client.get("/robots.txt", REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_PROTO="http").status_code == 301


def test_a_forwarded_host_never_names_the_site(client, db, settings):
    settings.TRUSTED_PROXIES = [PROXY]
    response = client.get("/robots.txt", REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_HOST="elsewhere.example")
    assert "https://police.example.org/sitemap.xml" in response.content.decode()


def test_the_visitor_is_found_behind_one_proxy(address_through):
    assert address_through([PROXY], PROXY, VISITOR) == VISITOR


def test_the_visitor_is_found_behind_two_proxies(address_through):
    assert address_through([PROXY, OUTER_PROXY], PROXY, f"{VISITOR}, {OUTER_PROXY}") == VISITOR


def test_the_visitor_is_found_behind_a_network_of_proxies(address_through):
    assert address_through(["10.0.0.0/8"], PROXY, f"{VISITOR}, {OUTER_PROXY}, 10.200.0.3") == VISITOR


def test_a_network_may_be_given_by_any_of_its_addresses(address_through):
    assert address_through(["10.0.0.77/8"], PROXY, VISITOR) == VISITOR


def test_entries_before_that_of_the_proxy_are_not_trusted(address_through):
    assert address_through([PROXY], PROXY, f"{STRANGER}, {VISITOR}") == VISITOR
    assert address_through([PROXY, OUTER_PROXY], PROXY, f"{STRANGER}, {VISITOR}, {OUTER_PROXY}") == VISITOR


def test_a_visitor_cannot_pretend_to_be_a_proxy(address_through):
    assert address_through([PROXY], PROXY, f"{STRANGER}, {PROXY}, {VISITOR}") == VISITOR


def test_a_request_of_the_proxy_itself_has_its_ip_address(request_through, address_through):
    assert request_through([PROXY], PROXY).META["REMOTE_ADDR"] == PROXY
    assert address_through([PROXY, OUTER_PROXY], PROXY, OUTER_PROXY) == PROXY
    assert address_through([PROXY], PROXY, "") == PROXY
    assert address_through([PROXY], PROXY, " , ,") == PROXY


def test_spaces_and_empty_parts_are_ignored(address_through):
    assert address_through([PROXY], PROXY, f"  {STRANGER} ,,{VISITOR}  , ") == VISITOR


@pytest.mark.parametrize("proxy", ["fd00::1", "fd00::/16", "fd00:0:0::1"])
def test_proxies_and_visitors_may_have_ipv6_addresses(address_through, proxy):
    assert address_through([proxy], "fd00::1", "2001:db8::7") == "2001:db8::7"
    assert address_through([proxy], "fd00::1", f"2001:db8::7, {VISITOR}") == VISITOR


def test_ipv4_and_ipv6_addresses_are_not_confused(request_through):
    assert request_through(["0.0.0.0/0"], "2001:db8::7", **HEADERS).META["REMOTE_ADDR"] == "2001:db8::7"
    assert request_through(["::/0"], VISITOR, **HEADERS).META["REMOTE_ADDR"] == VISITOR


def test_a_proxy_on_a_unix_socket_can_be_trusted(address_through, request_through):
    assert address_through(["unix"], "", VISITOR) == VISITOR
    assert address_through(["unix", PROXY], "", f"{VISITOR}, {PROXY}") == VISITOR
    assert request_through([PROXY], "", **HEADERS).META["REMOTE_ADDR"] == ""
    assert not request_through([PROXY], "", **HEADERS).is_secure()


def test_a_unix_socket_makes_no_one_else_trusted(request_through):
    request = request_through(["unix"], STRANGER, **HEADERS)
    assert request.META["REMOTE_ADDR"] == STRANGER
    assert not HEADERS.keys() & request.META.keys()


@pytest.mark.parametrize("remote", ["garbage", "10.0.0.1:8000", "10.0.0", "[fd00::1]", "10.0.0.1 ", "٠.٠.٠.٠"])
def test_an_invalid_ip_address_is_not_trusted(request_through, remote):
    request = request_through(["0.0.0.0/0", "::/0", "unix"], remote, **HEADERS)
    assert request.META["REMOTE_ADDR"] == remote
    assert not HEADERS.keys() & request.META.keys()


def test_only_the_proxies_decide_whether_a_request_is_https(request_through):
    assert request_through([PROXY], PROXY, HTTP_X_FORWARDED_PROTO="https").is_secure()
    assert not request_through([PROXY], PROXY, HTTP_X_FORWARDED_PROTO="http").is_secure()
    assert not request_through([PROXY], PROXY).is_secure()
    assert not request_through([PROXY], STRANGER, HTTP_X_FORWARDED_PROTO="https").is_secure()


@given(written=st.lists(st.ip_addresses().map(str) | st.text(max_size=20), max_size=5).map(", ".join))
def test_no_forged_header_hides_the_visitors_ip_address(written):
    with override_settings(TRUSTED_PROXIES=[PROXY]):
        seen = []
        request = RequestFactory().get("/", REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=f"{written}, {VISITOR}")
        TrustedProxies(lambda request: seen.append(request.META["REMOTE_ADDR"]))(request)
    assert seen == [VISITOR]
