"""Fixtures for connectors."""

import pytest

from jobs.imports.connectors import fetch
from tests.factories import make_connector, make_department

from .running import FEED
from .website import LocalResolver, Website


@pytest.fixture(scope="session")
def running_website():
    website = Website()
    yield website
    website.stop()


@pytest.fixture
def website(running_website, monkeypatch):
    """A website without pages. Nothing else can be reached."""
    running_website.pages.clear()
    running_website.requests.clear()
    monkeypatch.setattr(fetch, "resolver", LocalResolver())
    return running_website


@pytest.fixture
def department(db):
    return make_department("Westport Police Department")


@pytest.fixture
def connector(department, website):
    return make_connector(department, website.url(FEED))
