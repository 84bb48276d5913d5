"""A real browser in front of a real server; whatever goes wrong unseen on a page fails its test."""

import os
from datetime import timedelta
from functools import partial

import pytest
from django.core.handlers.wsgi import WSGIHandler
from playwright.sync_api import expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from .. import factories
from ..browser_setup import installed
from .scenes import build

# Playwright's synchronous API runs an event loop under the test; Django would refuse the database to it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# Patience for a busy machine; nothing waits longer than it has to.
expect.set_options(timeout=10_000)

HOST = "127.0.0.1"
FLAGS = [
    "--no-sandbox",
    # Nothing but the pages under test goes out, and a page gets no further than the live server either.
    f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOST}",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
]
WORDS_OF_THE_NETWORK = "Failed to load resource"  # said of every 4xx and 5xx, which Visits counts itself


@pytest.fixture(scope="package")
def live_server(static_files, django_db_setup):
    """The site as gunicorn would run it: its own middleware serves the static files, its own view the logos."""
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
    """Opens pages, each in a context of its own, and keeps what went wrong on them."""

    def __init__(self, browser, origin):
        self.browser = browser
        self.origin = origin
        self.contexts = []
        self.problems = []

    def __call__(self, path=None, *, width=1280, height=900, status=200, **context):
        """A new visitor's page, at the path when one is given; the words after it are a browser context's."""
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
        page.on("console", self.hear)
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))
        page.on("request", self.see)
        page.on("response", self.count)

    def hear(self, message):
        if message.type in ("error", "warning") and not message.text.startswith(WORDS_OF_THE_NETWORK):
            self.problems.append(f"console: {message.text}")

    def see(self, request):
        if not request.url.startswith((f"{self.origin}/", "data:", "blob:")):
            self.problems.append(f"request to another host: {request.url}")

    def count(self, response):
        # A page may well be missing when the test says so (see go); what a page needs may never be.
        if response.status >= 400 and not response.request.is_navigation_request():
            self.problems.append(f"{response.status} for {response.url}")

    def close(self):
        for context in self.contexts:
            context.close()


@pytest.fixture
def visit(browser, live_server, transactional_db):
    """``visit(path)``: a page of a new visitor. Errors in the console, missing files, policy violations and requests
    to other hosts fail the test."""
    visits = Visits(browser, live_server.url)
    yield visits
    visits.close()
    assert not visits.problems


@pytest.fixture
def session(client):
    """``session(user)``: the cookies of a browser in which the user has signed in."""

    def cookies(user):
        client.force_login(user)
        return {
            "cookies": [{"name": "sessionid", "value": client.cookies["sessionid"].value, "domain": HOST, "path": "/"}],
            "origins": [],
        }

    return cookies


@pytest.fixture
def scenes(settings, neighbourhood):
    """``scenes(group)``: the public pages of a group in every state, as a list of ``scenes.Scene``."""
    settings.ROOT_URLCONF = "tests.browser.urls"
    return partial(build, westport=neighbourhood)


def go(page, path, status=200):
    """Open the address in the page, which must answer with the status."""
    response = page.goto(path)
    assert response.status == status, f"{path}: {response.status}"
    return page


@pytest.fixture
def neighbourhood(transactional_db, westport, places):
    """Westport without openings, and departments that have some: 4, 9, 40 and 44 miles from it.

    Returns Westport.
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
