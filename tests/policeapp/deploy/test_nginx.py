"""The site behind the shipped nginx configuration: caching, limits and logs."""

import gzip
import re
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count

import pytest
from django.conf import settings

from ...server import PATIENCE, migrated_database
from ...whole_site import Markup
from .nginx import HOST, gunicorn, listening, nginx, unix_connection

WESTPORT = "/departments/ct/westport-police-department/"
# A URL whose response can be cached forever at any time of the day.
LOGO = f"/media/logos/{'5' * 32}.png"
SESSION = f"{settings.SESSION_COOKIE_NAME}=0123456789abcdef"


@pytest.fixture(scope="module")
def site(tmp_path_factory, django_db_setup):
    """nginx, gunicorn and a database with Westport.

    After a burst, the limits allow one request a minute, so that even a slow machine reaches them.
    """
    folder = tmp_path_factory.mktemp("nginx")
    logo = folder / LOGO.removeprefix("/")
    logo.parent.mkdir(parents=True)
    logo.write_bytes(b"a logo")
    with (
        migrated_database(folder) as url,
        listening(folder / "site.sock") as listener,
        gunicorn(
            listener,
            DATABASE_URL=url,
            STATIC_ROOT=str(settings.STATIC_ROOT),
            MEDIA_ROOT=str(folder / "media"),
            PROXY_SECONDS="30",
            METRICS_ALLOWED="0.0.0.0/0",
        ),
        nginx(folder, rate="1r/m") as site,
    ):
        yield site


@pytest.fixture
def nginx_alone(tmp_path):
    """``nginx_alone(**changes)``: an nginx without the site behind it."""
    with ExitStack() as stack:
        yield lambda **changes: stack.enter_context(nginx(tmp_path, **changes))


numbers = count(1)


@pytest.fixture
def visitor():
    """An IP address that no other test uses."""
    return f"198.51.100.{next(numbers)}"


def first_refused(site, ask, most=250):
    """Return the number of requests before the first 429, and the 429 answer."""
    for number in range(most):
        answer = ask(number)
        if answer.status == 429:
            return number, answer
    raise AssertionError(f"{most} requests were not too many")


def assert_page_of_nginx(answer, status, words):
    """Assert that nginx's own page has these words, loads nothing and does not name nginx."""
    assert answer.status == status
    text = answer.body.decode()
    assert words in text and "nginx" not in text
    assert not {"link", "script", "img"} & {tag for tag, _ in Markup(text).tags}
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


# Responses


def test_it_serves_pages_without_its_version(site):
    answer = site.ask(WESTPORT)
    assert answer.status == 200 and b"Westport Police Department" in answer.body
    assert answer.headers["Server"] == "nginx"
    for name in ("Strict-Transport-Security", "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
        assert len(answer.headers.get_all(name)) == 1, name


def test_it_speaks_http_2(site):
    site.context.set_alpn_protocols(["h2"])
    connection = site.connection()
    connection.connect()
    assert connection.sock.selected_alpn_protocol() == "h2"
    connection.close()
    site.context.set_alpn_protocols(["http/1.1"])


def test_it_redirects_to_https(site):
    with unix_connection(site.http) as connection:
        connection.sendall(f"GET /jobs/?near=06880 HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        head = connection.makefile("rb").read().decode()
    assert head.startswith("HTTP/1.1 301 ") and f"Location: https://{HOST}/jobs/?near=06880\r\n" in head


def test_requests_for_other_hosts_get_no_response(site):
    with unix_connection(site.http) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n")
        assert connection.recv(1000) == b""
    with pytest.raises(ssl.SSLError):
        site.connection(server_name="elsewhere.example").connect()


def test_static_files_with_hashed_names_are_cached_forever(site):
    page = site.ask(WESTPORT).body.decode()
    css = re.search(r"/static/css/site\.[0-9a-f]{12}\.css", page)[0]
    plain, packed = site.ask(css), site.ask(css, Accept_Encoding="gzip")
    assert plain.headers["Cache-Control"] == "public, max-age=315360000, immutable"
    assert plain.headers["Content-Type"].startswith("text/css")
    assert packed.headers["Content-Encoding"] == "gzip" and gzip.decompress(packed.body) == plain.body
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert site.ask("/static/css/site.css").headers["Cache-Control"] == "public, max-age=60"
    gone = site.ask("/static/css/site.0123456789ab.css")
    assert gone.status == 404 and gone.headers["Cache-Control"] == "no-store"


def test_logos_come_from_the_site_with_its_own_headers(site):
    answer = site.ask(LOGO)
    assert (answer.status, answer.body) == (200, b"a logo")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert site.ask("/media/logos/other.png").status == 404


@pytest.mark.parametrize(
    "path", ["/static/../current/manage.py", "/static/%2e%2e/current/manage.py", "/static../current/manage.py"]
)
def test_only_static_files_are_served_from_the_disk(site, path):
    assert site.ask(path).status in (400, 404)


# The cache


def test_a_page_is_cached_as_long_as_the_site_allows(site):
    for number in count():
        url, client = f"{WESTPORT}?{number}", f"2001:db8:{number:x}::1"
        fresh = site.ask(url, client=client)
        lifetime = re.search(r"s-maxage=(\d+)", fresh.headers["Cache-Control"])
        # Just before a quarter of an hour ends, the lifetime is too short for this test.
        if lifetime and int(lifetime[1]) > 5:
            break
    cached = site.ask(url, client=client)
    assert (fresh.headers["X-Cache-Status"], cached.headers["X-Cache-Status"]) == ("MISS", "HIT")
    assert cached.body == fresh.body and b"Westport Police Department" in cached.body
    assert cached.headers["Cache-Control"] == fresh.headers["Cache-Control"]
    assert cached.headers["X-Request-ID"] != fresh.headers["X-Request-ID"]
    assert site.ask(url, client=client, If_None_Match=fresh.headers["ETag"]).status == 304


def test_a_cached_page_has_the_date_of_its_response(site):
    """Browsers and proxies compute the age of the page from it."""
    fresh = site.ask(f"{LOGO}?dated").headers["Date"]
    clients = (f"2001:db8:{number:x}::1" for number in count(1))
    while site.ask("/static/css/site.css", client=next(clients)).headers["Date"] == fresh:
        pass
    cached = site.ask(f"{LOGO}?dated")
    assert cached.headers["X-Cache-Status"] == "HIT" and cached.headers["Date"] == fresh


def test_a_page_is_cached_once_for_each_compression(site):
    def ask(accepted):
        return site.ask(f"{LOGO}?compressed", Accept_Encoding=accepted).headers["X-Cache-Status"]

    assert [ask("gzip"), ask("gzip, deflate"), ask("br;q=0,gzip")] == ["MISS", "HIT", "HIT"]
    assert [ask("gzip, deflate, br, zstd"), ask("br"), ask("BR, *")] == ["MISS", "HIT", "HIT"]
    assert [ask("identity"), ask("gzip;q=0"), ask("gzippy")] == ["MISS", "HIT", "HIT"]


@pytest.mark.parametrize(("accepted", "coding"), [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("x", None)])
def test_pages_are_compressed_as_the_browser_accepts(site, accepted, coding):
    assert site.ask("/departments/", Accept_Encoding=accepted).headers["Content-Encoding"] == coding


def test_no_cookie_switches_the_cache_off(site, visitor):
    def ask(**headers):
        return site.ask(f"{LOGO}?{visitor}", client=visitor, **headers).headers["X-Cache-Status"]

    assert [ask(), ask(Cookie=SESSION), ask(Cookie="messages=x"), ask(Cookie="csrftoken=x")] == ["MISS"] + 3 * ["HIT"]


def test_the_admin_is_never_cached(site):
    for _ in range(2):
        answer = site.ask("/admin/login/", Cookie=SESSION)
        assert answer.status == 200 and answer.headers["X-Cache-Status"] != "HIT"


@pytest.mark.parametrize("path", ["/alerts/new/", "/admin/login/", "/jobs/eligible/?age=30", "/healthz"])
def test_private_responses_are_not_cached_by_nginx(site, path):
    for _ in range(2):
        answer = site.ask(path)
        assert answer.status == 200 and answer.headers["X-Cache-Status"] != "HIT"


def test_metrics_are_denied_by_default(site, visitor):
    """Even to clients in METRICS_ALLOWED."""
    for path in ("/metrics", "//metrics", "/%6detrics", "/metrics?x=y"):
        assert site.ask(path, client=visitor).status == 403, path
    assert site.ask("/metrics/", client=visitor).status == 404


def test_prometheus_gets_uncached_metrics(tmp_path):
    values = {"METRICS_ALLOWED": "192.0.2.10", "TMPDIR": str(tmp_path), "STATIC_ROOT": str(settings.STATIC_ROOT)}
    with (
        listening(tmp_path / "site.sock") as listener,
        gunicorn(listener, DATABASE_URL="sqlite://:memory:", **values),
        nginx(tmp_path, deny="192.0.2.66") as site,
    ):
        assert site.ask("/metrics", client="192.0.2.11").status == 404
        first, second = (site.ask("/metrics", client="192.0.2.10").body.decode() for _ in range(2))
    counted = 'policeapp_requests_total{method="GET",route="metrics",status="2xx"} 1.0'
    assert counted not in first and counted in second


# Limits


def forged(number):
    """Return headers that claim another client. Each number claims a different client."""
    address = f"203.0.113.{number}"
    return {
        "X_Forwarded_For": address,
        "X_Real_IP": address,
        "Forwarded": f"for={address}",
        "X_Forwarded_Host": "elsewhere.example",
        "X_Forwarded_Proto": "http",
    }


def test_searches_are_limited_by_client_whatever_its_headers(site, visitor):
    def ask(number):
        return site.ask(f"/healthz?near={number}", client=visitor, **forged(number))

    answered, refused = first_refused(site, ask)
    assert 40 <= answered <= 60
    assert_page_of_nginx(refused, 429, "Too many requests")
    assert int(refused.headers["Retry-After"]) > 0
    assert site.ask("/healthz", client=visitor).status == 200
    assert site.ask("/healthz?near=06880").status == 200


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/account/password/reset/"])
def test_logins_are_limited_by_client_whatever_its_headers(site, visitor, path):
    def ask(number):
        return site.ask(path, "POST", "login=alice", client=visitor, **forged(number))

    answered, refused = first_refused(site, ask)
    assert 3 <= answered <= 10
    assert_page_of_nginx(refused, 429, "Too many requests")


def test_forms_are_limited_by_client(site, visitor):
    answered, _ = first_refused(site, lambda number: site.ask("/alerts/new/", "POST", "q=officer", client=visitor))
    assert 8 <= answered <= 20


def test_an_ipv6_network_is_one_client(site):
    def ask(number):
        return site.ask("/healthz?q", client=f"2001:db8:1:2:{number:x}::1")

    first_refused(site, ask)
    assert site.ask("/healthz?q", client="2001:db8:1:3::1").status == 200


def test_simultaneous_requests_of_a_client_are_limited(site, visitor):
    held = []
    try:
        for _ in range(200):
            connection = site.connection()
            held.append(connection)
            connection.request("GET", "/healthz", headers={"Test-Client": visitor, "Content-Length": "10"})
            if site.ask("/healthz", client=visitor).status == 429:
                break
        assert 30 <= len(held) <= 50
        assert site.ask("/healthz").status == 200
    finally:
        for connection in held:
            connection.close()


# Slow and malicious clients


def test_idle_and_slow_clients_do_not_block_others(site):
    with ExitStack() as stack:
        for number in range(500):
            connection = stack.enter_context(unix_connection(site.http if number % 2 else site.https))
            if number % 2:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: police.exa")
        for _ in range(20):
            assert stack.enter_context(tls(site)).send(b"GET / HTTP/1.1\r\nHost: police.exa")
        assert site.ask(WESTPORT).status == 200
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: site.ask("/robots.txt"), range(40)))
    assert {answer.status for answer in answers} == {200}


def tls(site):
    connection = site.connection()
    connection.connect()
    return connection.sock


def test_a_client_that_never_ends_its_header_is_disconnected(nginx_alone):
    site = nginx_alone(client_header_timeout="1s")
    with unix_connection(site.http) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: police.exa")
        try:
            assert connection.recv(1000) == b""
        except ConnectionResetError:
            pass


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {"X_Long": "x" * 10_000}, 400),
        ("/", {f"X_{number}": "x" * 4000 for number in range(20)}, 400),
        ("/?q=" + "x" * 10_000, {}, 414),
    ],
    ids=["long header", "many headers", "long URL"],
)
def test_huge_headers_are_refused(site, path, headers, status):
    assert site.ask(path, **headers).status == status


def test_too_large_requests_are_rejected_before_they_are_sent(site):
    answer = site.ask("/alerts/new/", "POST", Content_Length="1000000", client="192.0.2.8")
    assert_page_of_nginx(answer, 413, "too large")


def test_the_site_decides_who_may_send_large_files(site):
    """Only people who have signed in."""
    answer = site.ask("/admin/policeapp/import/add/", "POST", b"x" * 3_000_000, client="192.0.2.8")
    assert answer.status == 413 and b"sign in again" in answer.body
    answer = site.ask("/admin/login/", "POST", Content_Length="1000000", client="192.0.2.9")
    assert_page_of_nginx(answer, 413, "too large")


def test_job_systems_may_send_long_jobs(site):
    assert site.ask("/api/v1/openings/1", "PUT", b"x" * 200_000, client="192.0.2.10").status == 401
    answer = site.ask("/api/v1/openings/1", "PUT", Content_Length="1000000", client="192.0.2.10")
    assert_page_of_nginx(answer, 413, "too large")


# Restarts


def test_while_the_site_is_down_a_page_says_so(nginx_alone):
    site = nginx_alone()
    for _ in range(2):
        answer = site.ask(WESTPORT)
        assert_page_of_nginx(answer, 503, "be right back")
        assert int(answer.headers["Retry-After"]) > 0


def test_requests_wait_while_the_site_is_restarted(tmp_path):
    """They wait in the socket, which systemd holds open."""
    with listening(tmp_path / "site.sock") as listener, nginx(tmp_path) as site, ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(site.ask, "/healthz") for _ in range(8)]
        with gunicorn(listener, DATABASE_URL="sqlite://:memory:"):
            assert [request.result(PATIENCE).status for request in waiting] == [200] * 8


# Logs


def test_logs_contain_no_searches_referrers_or_signed_links(tmp_path):
    """Errors about the missing site would contain the whole request, too."""
    secret = "s3cret"
    with nginx(tmp_path, rate="1r/m") as site:
        for path in (
            f"/jobs/?near={secret}",
            f"/alerts/manage/{secret}/",
            f"//alerts//manage/{secret}",
            f"/%61lerts/manage/{secret}/",
            f"/alerts/manage%2f{secret}/",
            f"/alerts%2F/manage/{secret}",
            f"/ALERTS/./manage/{secret}",
            f"/admin/account/password/reset/{secret}/",
            f"/admin/invitations/accept/{secret}/",
            f"/jobs/%3Fnear={secret}",
            f"/{secret}@x",
            f"/%20{secret}%40x",
        ):
            site.ask(path, Referer=f"https://{HOST}/jobs/?near={secret}", User_Agent=secret, Cookie=f"x={secret}")
        site.ask(f"/jobs/?q={secret}", "POST", "near=06880", client="203.0.113.7")
        first_refused(site, lambda number: site.ask(f"/?near={secret}", Referer=secret))
        site.ask(f"/?q={secret}{'x' * 10_000}")
        with unix_connection(site.http) as connection:
            connection.sendall(f"GET /?q={secret} nonsense\r\n\r\n".encode())
            connection.makefile("rb").read()
    written = site.logs()
    assert secret not in written
    for line in (
        "203.0.113.7 [",
        '"POST /jobs/ HTTP/1.1" 503',
        '"GET /alerts/manage/[token] HTTP/1.1"',
        '"GET /alerts/manage[encoded] HTTP/1.1"',
        '"GET / HTTP/1.1" 429',
    ):
        assert line in written, written
