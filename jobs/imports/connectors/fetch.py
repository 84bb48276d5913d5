"""HTTP for connectors: only from public addresses, and never much, long or often.

A host name is resolved once for each request. Its addresses are checked, and the connection goes to an address that was
checked: a second resolution could lead elsewhere. The same holds for each redirect.
"""

import http.client
import signal
import socket
import threading
import time
from contextlib import contextmanager
from datetime import UTC
from email.utils import parsedate_to_datetime
from ipaddress import ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import urllib3
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

AGENT = "PoliceApp"
MAX_SECONDS, MAX_BYTES, MAX_REDIRECTS, CHUNK = 10, 10 * 1024 * 1024, 5, 1 << 16  # for each page
MAX_RUN_SECONDS = 300  # for all pages of a list
MOVED = (301, 302, 303, 307, 308)
# Status codes that ask for patience, and for how long if they don't say it.
BUSY, PATIENCE, MAX_PATIENCE = (429, 503), 3600, 7 * 24 * 3600
PORTS = {"http": 80, "https": 443}
NAT64 = ip_network("64:ff9b::/96")  # IPv4 addresses in the last four bytes (RFC 6052)
GLOBAL_UNICAST = ip_network("2000::/3")  # Python calls some others global that only reach this network


class Failed(Exception):
    """Nothing usable was fetched. The message is a sentence for the person who looks after the connector."""


class Busy(Failed):
    """The server asks to come back after ``seconds``."""

    def __init__(self, message, seconds):
        super().__init__(message)
        self.seconds = seconds


class Page(NamedTuple):
    """A response. ``url`` is where it came from, after redirects. ``is_unchanged`` is True for status 304."""

    url: str
    status: int
    content: bytes
    headers: dict

    @property
    def is_unchanged(self):
        return self.status == 304


class Resolver:
    """Finds the public addresses of a host."""

    def addresses(self, host, port):
        """Return the IP addresses of a host as text. Raise ``Failed`` if there are none or one of them is private."""
        try:
            found = list(dict.fromkeys(self.lookup(host, port)))
        except (OSError, UnicodeError) as error:
            raise Failed(_("The host %s was not found.") % host) from error
        if not found or not all(map(self.is_allowed, found)):
            raise Failed(_("The host %s is not on the public internet.") % host)
        return found

    def lookup(self, host, port):
        return [found[4][0] for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]

    def is_allowed(self, address):
        """Return whether it is a public address. One that wraps an IPv4 address is as public as that."""
        found = ip_address(address.partition("%")[0])
        if found.version == 6:
            teredo = found.teredo[1] if found.teredo else None
            translated = ip_address(int(found) & 0xFFFFFFFF) if found in NAT64 else None
            found = found.ipv4_mapped or found.sixtofour or teredo or translated or found
        return found.is_global and not found.is_multicast and (found.version == 4 or found in GLOBAL_UNICAST)


# Tests put their own in its place.
resolver = Resolver()


@contextmanager
def time_limit(seconds):
    """Raise ``Failed`` in the block after this time, because a hostile page can keep a parser busy for hours.

    Only the main thread can be interrupted, which is that of all commands. The block must not use the database.
    """

    def stop(_number, _frame):
        raise Failed(_("The list takes too long to read."))

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, stop)
    # Again each second, because one page that fails doesn't end the reading of a list of pages.
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001), 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def user_agent():
    """Say who we are, and where to complain."""
    return f"{AGENT} (+{settings.SITE_URL}/; {settings.CONTACT_EMAIL or settings.DEFAULT_FROM_EMAIL})"


class Fetcher:
    """Fetches pages one after the other, for at most ``seconds``, and obeys robots.txt if asked to."""

    def __init__(self, seconds=MAX_RUN_SECONDS):
        self.robots, self.ends = {}, time.monotonic() + seconds

    def get(self, url, headers=None, *, obey_robots=False):
        """Return the :class:`Page` with status 200, 304, 404 or 410. Raise ``Failed`` for everything else.

        ``headers`` go to no other host, and never without encryption if the first URL has it. All redirects together
        take at most ``MAX_SECONDS``.
        """

        def check(url):
            if obey_robots and not self._is_welcome(url):
                raise Failed(_("The robots.txt of this website asks programs not to read %s.") % url)

        return _checked(self._follow(url, headers or {}, check))

    def _is_welcome(self, url):
        parts = _split(url)
        begin = f"{parts.scheme}://{parts.netloc}"
        if begin not in self.robots:
            self.robots[begin] = self._read_robots(f"{begin}/robots.txt")
        return self.robots[begin].can_fetch(AGENT, url)

    def _read_robots(self, url):
        """Return the rules. Without a file everything is allowed; while it can't be read, nothing is (RFC 9309)."""
        page, rules = self._follow(url), RobotFileParser(url)
        if page.status in BUSY or page.status >= 500:
            _checked(page)
        rules.parse(page.content.decode("utf-8", "replace").splitlines() if page.status == 200 else [])
        return rules

    def _follow(self, url, headers=None, check=lambda url: None):
        """Return the page at the end of all redirects. ``check(url)`` is called before each request."""
        deadline, origin = min(time.monotonic() + MAX_SECONDS, self.ends), _split(url)[:2]
        for _number in range(MAX_REDIRECTS + 1):
            check(url)
            page = _request(url, (headers or {}) if _split(url)[:2] == origin else {}, deadline)
            if page.status not in MOVED or not page.headers.get("location"):
                return page
            try:
                url = urljoin(url, page.headers["location"])
            except ValueError as error:
                raise Failed(_("%s is not a web address.") % page.headers["location"]) from error
        raise Failed(_("The website redirects too often."))


def _split(url):
    """Return the parts of a web address, or raise ``Failed``."""
    try:
        parts = urlsplit(url)
        is_valid = parts.scheme in PORTS and parts.hostname and parts.username is None and (parts.port or 1)
        urllib3.util.parse_url(url)
    except (ValueError, HTTPError):
        is_valid = False
    if not is_valid:
        raise Failed(_("%s is not a web address.") % url)
    return parts


def _checked(page):
    if page.status in BUSY:
        seconds = _seconds_until(page.headers.get("retry-after", ""))
        raise Busy(_("The website asks us to come back later (status %d).") % page.status, seconds)
    if page.status not in (200, 304, 404, 410):
        raise Failed(_("The website answered with status %d.") % page.status)
    return page


def _seconds_until(text):
    """Return the seconds of a ``Retry-After`` header, which is a number or a date; at most ``MAX_PATIENCE``."""
    try:
        until = parsedate_to_datetime(text)
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - timezone.now()).total_seconds()
    except ValueError:
        seconds = int(text) if text.strip().isdecimal() and len(text) < 10 else PATIENCE
    return min(max(seconds, 0), MAX_PATIENCE)


def _request(url, headers, deadline):
    """Send one request and return the :class:`Page`, with names of headers in lower case."""
    parts = _split(url)
    scheme, host, port = parts.scheme, parts.hostname, parts.port
    addresses = resolver.addresses(host, port or PORTS[scheme])
    path = urllib3.util.parse_url(url).request_uri
    sent = {"Host": parts.netloc, "User-Agent": user_agent(), "Accept-Encoding": "gzip, deflate"} | headers
    for address in addresses:
        connection = _connection(scheme, host, address, port, _time_left(deadline))
        try:
            connection.connect()
        except (HTTPError, OSError, ValueError):  # a certificate for another name is a ValueError
            connection.close()
            continue
        return _exchange(connection, url, path, sent, deadline)
    raise Failed(_("The host %s cannot be reached, or has no valid certificate.") % host)


def _connection(scheme, host, address, port, timeout):
    """Return a connection to the address. A certificate must be valid for the name of the host."""
    if scheme == "http":
        return HTTPConnection(address, port, timeout=timeout)
    return HTTPSConnection(address, port, timeout=timeout, server_hostname=host, assert_hostname=host)


def _time_left(deadline):
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise Failed(_("The website takes too long to answer."))
    return seconds


def _exchange(connection, url, path, headers, deadline):
    # Timeouts of sockets begin again with each byte; this one doesn't.
    timer = threading.Timer(_time_left(deadline), _hang_up, [connection.sock])
    timer.start()
    try:
        connection.request("GET", path, headers=headers, preload_content=False)
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.headers.items()}
        return Page(url, response.status, _read(response), names)
    except (HTTPError, http.client.HTTPException, OSError, ValueError) as error:
        _time_left(deadline)
        raise Failed(_("The answer of the website was cut off, or is not HTTP.")) from error
    finally:
        timer.cancel()
        connection.close()


def _hang_up(sock):
    try:
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        pass  # it is closed already


def _read(response):
    content = bytearray()
    for chunk in response.stream(CHUNK, decode_content=True):
        content += chunk
        if len(content) > MAX_BYTES:
            raise Failed(_("The answer of the website is larger than %d MB.") % (MAX_BYTES // 1024**2))
    return bytes(content)


def decode(page):
    """Return the text of a page: by its byte order mark, else as UTF-8, else as its header says, else Windows-1252."""
    content = page.content
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    stated = page.headers.get("content-type", "").partition("charset=")[2].strip("\"' ;")
    for encoding in ("utf-8", stated.partition(";")[0]):
        try:
            return content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("cp1252", "replace")
