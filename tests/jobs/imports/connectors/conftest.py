"""Fixtures for connectors."""

import pytest

from jobs.imports.connectors import fetch

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
