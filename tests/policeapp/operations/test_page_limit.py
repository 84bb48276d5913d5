"""The limit of searches per client and minute.

Cached pages are not counted because they cost nothing, so each search in these tests is different.
"""

from datetime import timedelta

import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.utils import timezone

from policeapp.operations.rate_limits import count_search

from ...factories import make_department, make_job, text_of

pytestmark = pytest.mark.django_db

MOST = 20
HERE, THERE = "203.0.113.7", "198.51.100.4"
SEARCHES = [
    "/departments/?near=06880",
    "/departments/suggest/?q=west",
    "/departments/compare/?q=west",
    "/jobs/?q=officer",
    "/jobs/feed/",
    "/jobs/calendar/",
    "/jobs/compare/",
    "/jobs/eligible/?age=30",
    "/alerts/new/",
]


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """``clock(seconds)`` sets the time to this many seconds after the start of a minute."""

    start = timezone.now().replace(second=0, microsecond=0)

    def turn(seconds):
        monkeypatch.setattr(timezone, "now", lambda: start + timedelta(seconds=seconds))

    turn(0)
    return turn


@pytest.fixture
def limited(settings):
    settings.SEARCH_LIMIT = MOST


def searches(number, client=HERE):
    return [count_search(client) for _ in range(number)]


def test_each_client_has_a_limit_per_minute(limited, clock, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert searches(MOST + 3) == [True] * MOST + [False] * 3
    assert searches(MOST + 1, THERE) == [True] * MOST + [False]
    clock(59.9)
    assert searches(1) == [False]
    clock(60)
    assert searches(MOST + 1) == [True] * MOST + [False]


def test_a_count_that_the_cache_drops_blocks_nobody(limited, monkeypatch):
    monkeypatch.setattr(LocMemCache, "add", lambda self, *arguments: False)  # it was there, and now it is not
    assert searches(1) == [True]


def test_the_cache_does_not_reveal_who_searched(limited, monkeypatch):
    keys = []
    monkeypatch.setattr(LocMemCache, "add", lambda self, key, *arguments: keys.append(key) or True)
    searches(1)
    assert len(keys) == 1 and HERE not in keys[0]


def test_a_client_over_the_limit_is_asked_to_wait(client, limited):
    make_job(make_department())
    assert [client.get(f"/jobs/?q=officer+{number}").status_code for number in range(MOST)] == [200] * MOST
    answer = client.get("/jobs/?q=officer")
    assert answer.status_code == 429
    assert answer["Retry-After"] == "60"
    assert "no-store" in answer["Cache-Control"]
    assert "Try again in a minute." in text_of(answer)
    assert client.get("/jobs/?q=officer", REMOTE_ADDR=THERE).status_code == 200


def test_all_searches_count_together_and_a_429_is_not_cached(client, limited):
    for number in range(MOST):
        client.get(f"/departments/suggest/?q=w{number}")
    for url in SEARCHES:
        answer = client.get(url)
        assert answer.status_code == 429, url
        assert "no-store" in answer["Cache-Control"] and "public" not in answer["Cache-Control"], url
        assert text_of(answer), url


def test_other_pages_are_not_counted(client, limited):
    job = make_job(make_department())
    for number in range(MOST + 1):
        client.get(f"/jobs/?q=officer+{number}")
    for url in ("/", "/departments/ct/", job.get_absolute_url(), job.department.get_absolute_url(), "/admin/login/"):
        assert client.get(url).status_code == 200, url


def test_no_forged_header_evades_it(client, limited):
    for number in range(MOST):
        forged = {"X-Forwarded-For": f"192.0.2.{number}", "X-Real-IP": f"192.0.2.{number}"}
        client.get(f"/jobs/?q=officer+{number}", headers=forged)
    assert client.get("/jobs/", headers={"X-Forwarded-For": "192.0.2.99"}).status_code == 429


def test_it_can_be_turned_off(client, settings):
    settings.SEARCH_LIMIT = 0
    assert {client.get(f"/departments/suggest/?q=w{number}").status_code for number in range(100)} == {200}
