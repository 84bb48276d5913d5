"""Fixtures that drive a real browser against a live server.

Console errors, missing files and requests to other hosts fail the test, even if the page looks right.
"""

import os
from datetime import timedelta
from functools import partial

import pytest
from django.core.handlers.wsgi import WSGIHandler
from playwright.sync_api import expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from policeapp.web import spam

from .. import factories
from ..admin import sign_in
from ..browser_setup import installed
from .scenes import build

# Playwright's synchronous API runs an event loop, and Django refuses database access in one.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# Generous, for a busy machine.
expect.set_options(timeout=10_000)

HOST = "127.0.0.1"
FLAGS = [
    "--no-sandbox",
    # Neither the browser nor a page can reach any host but the live server.
    f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOST}, EXCLUDE localhost",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
]
# Chromium logs this for every 4xx and 5xx response. Visits checks the status itself.
NETWORK_ERROR = "Failed to load resource"


@pytest.fixture(scope="package")
def live_server(static_files, django_db_setup):
    """A live server that serves static files and logos as production does: by the site's own middleware and view."""
    server = LiveServer(HOST, start=False)
    server.thread.static_handler = lambda django_media_handler: WSGIHandler()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="package")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=installed(), args=FLAGS)
        yield chromium
        chromium.close()


class Visits:
    """Opens pages, each in its own browser context, and collects their errors in ``problems``."""

    def __init__(self, browser, origin):
        self.browser = browser
        self.origin = origin
        self.contexts = []
        self.problems = []

    def __call__(self, path=None, *, width=1280, height=900, status=200, **context):
        """Return the page of a new visitor, and open the path in it if one is given.

        Other keyword arguments are passed to ``Browser.new_context``.
        """
        context = self.browser.new_context(
            base_url=self.origin, viewport={"width": width, "height": height}, reduced_motion="reduce", **context
        )
        context.set_default_timeout(10_000)
        self.contexts.append(context)
        context.on("page", self.watch)
        page = context.new_page()
        if path is not None:
            go(page, path, status)
        return page

    def watch(self, page):
        page.on("console", self.check_console)
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))
        page.on("request", self.check_request)
        page.on("response", self.check_response)

    def check_console(self, message):
        if message.type in ("error", "warning") and not message.text.startswith(NETWORK_ERROR):
            self.problems.append(f"console: {message.text}")

    def check_request(self, request):
        if not request.url.startswith((f"{self.origin}/", "data:", "blob:")):
            self.problems.append(f"request to another host: {request.url}")

    def check_response(self, response):
        # A test can expect an error status for a page (see go), but never for a file that the page loads.
        if response.status >= 400 and not response.request.is_navigation_request():
            self.problems.append(f"{response.status} for {response.url}")

    def close(self):
        for context in self.contexts:
            context.close()


@pytest.fixture
def visit(browser, live_server, transactional_db):
    """``visit(path)``: the page of a new visitor.

    Console errors, missing files, policy violations and requests to other hosts fail the test.
    """
    visits = Visits(browser, live_server.url)
    yield visits
    visits.close()
    assert not visits.problems


@pytest.fixture
def session(client):
    """``session(user)``: the storage state of a browser in which the user has just signed in."""

    def cookies(user):
        sign_in(client, user)
        return {
            "cookies": [{"name": "sessionid", "value": client.cookies["sessionid"].value, "domain": HOST, "path": "/"}],
            "origins": [],
        }

    return cookies


@pytest.fixture
def scenes(settings, neighborhood):
    """``scenes(group)``: the public pages of a group in every state, as a list of ``scenes.Scene``."""
    settings.ROOT_URLCONF = "tests.browser.urls"
    return partial(build, westport=neighborhood)


def go(page, path, status=200):
    """Open the path in the page, check the status of the response, and return the page."""
    response = page.goto(path)
    assert response.status == status, f"{path}: {response.status}"
    return page


@pytest.fixture
def neighborhood(transactional_db, westport, places):
    """Westport, which has no openings, and departments with openings 4, 9, 40 and 44 miles from it.

    The value is Westport.
    """
    for name, city, state, at, titles in (
        ("Meriden Police Department", "Meriden", "CT", (41.5382, -72.8070), ["Police Recruit"]),
        ("Norwalk Police Department", "Norwalk", "CT", (41.096963, -73.419468), ["Police Officer", "Dispatcher"]),
        ("New York City Police Department", "New York", "NY", (40.7128, -74.0060), ["School Safety Agent"]),
        ("Bridgeport Police Department", "Bridgeport", "CT", (41.1792, -73.1894), ["Beach Patrol Officer"]),
    ):
        department = factories.make_department(name, city=city, state=state, at=at, county="Fairfield")
        for title in titles:
            closes_on = factories.today(department) + timedelta(days=30)
            factories.make_job(department, title, pay_min=60_000, pay_max=70_000, closes_on=closes_on)
    return westport


@pytest.fixture(autouse=True)
def no_minimum_time(monkeypatch):
    """Playwright fills in a public form faster than a person."""
    monkeypatch.setattr(spam, "MIN_TIME", timedelta(0))


@pytest.fixture
def mail_server(smtp, settings, live_server):
    """The mail server. Links in its emails lead to the server that the browser uses."""
    settings.SITE_URL = live_server.url
    return smtp
