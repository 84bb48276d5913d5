"""The limit of uncached pages per client and minute."""

from datetime import timedelta

import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.utils import timezone

from policeapp.operations.rate_limits import count_uncached

from ...factories import make_department, make_job, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]

MOST = 20
HERE, THERE = "203.0.113.7", "198.51.100.4"
COUNTED = [
    "/",
    "/departments/",
    "/departments/?near=06880",
    "/departments/suggest/?q=west",
    "/departments/compare/?q=west",
    "/departments/ct/",
    "/jobs/?q=officer",
    "/jobs/?q=" + "x" * 3000,
    "/jobs/feed/",
    "/jobs/calendar/",
    "/jobs/compare/",
    "/jobs/eligible/?age=30",
    "/jobs/999-x/",
    "/alerts/new/",
    "/alerts/manage/token/",
    "/privacy/",
    "/robots.txt",
    "/sitemap.xml",
    "/sitemap-ct.xml?p=2",
    "/nothing/",
    "/static/nothing.css",
]
NOT_COUNTED = ["/admin/login/", "/healthz", "/readyz", f"/media/logos/{'0' * 32}.png"]
NOT_COUNTED += ["/favicon.ico", "/apple-touch-icon.png"]


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
    settings.UNCACHED_PAGE_LIMIT = MOST


@pytest.fixture
def exhausted(client, limited):
    """The client has used its limit."""
    for number in range(MOST):
        assert client.get(f"/departments/suggest/?q=w{number}").status_code == 200


def count(number, client=HERE):
    return [count_uncached(client) for _ in range(number)]


def test_each_client_has_a_limit_per_minute(limited, clock, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert count(MOST + 3) == [True] * MOST + [False] * 3
    assert count(MOST + 1, THERE) == [True] * MOST + [False]
    clock(59.9)
    assert count(1) == [False]
    clock(60)
    assert count(MOST + 1) == [True] * MOST + [False]


def test_a_count_that_the_cache_drops_blocks_nobody(limited, monkeypatch):
    monkeypatch.setattr(LocMemCache, "add", lambda self, *arguments: False)  # it was there, and now it is not
    assert count(1) == [True]


def test_the_cache_does_not_reveal_who_visited(limited, monkeypatch):
    keys = []
    monkeypatch.setattr(LocMemCache, "add", lambda self, key, *arguments: keys.append(key) or True)
    count(1)
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


@pytest.mark.parametrize("url", COUNTED)
def test_all_uncached_pages_count_together_and_a_429_is_not_cached(client, exhausted, url):
    for _ in range(2):
        answer = client.get(url)
        assert answer.status_code == 429
        assert "no-store" in answer["Cache-Control"] and "public" not in answer["Cache-Control"]
        assert "Content-Security-Policy" in answer and answer["X-Frame-Options"] == "DENY"
        assert text_of(answer)


@pytest.mark.parametrize("url", ["/alerts/new/", "/alerts/unsubscribe/token/", "/jobs/", "/nothing/"])
def test_posts_count_too(client, exhausted, url):
    assert client.post(url).status_code == 429


@pytest.mark.parametrize("url", NOT_COUNTED)
def test_the_admin_files_and_health_checks_do_not_count(client, limited, url):
    for _ in range(MOST + 1):
        assert client.get(url).status_code != 429
    assert client.get("/jobs/").status_code == 200


@pytest.mark.parametrize("url", ["/jobs/999-x/", "/sitemap-ct.xml?p=01", "/nothing/", "/jobs/feed/?near=nowhere"])
def test_errors_count(client, limited, url):
    assert [client.get(url).status_code for _ in range(MOST)].count(429) == 0
    assert client.get("/privacy/").status_code == 429


def test_too_many_parameters_count(client, limited):
    assert [client.get("/jobs/?" + "&" * 1500).status_code for _ in range(MOST + 1)] == [400] * MOST + [429]


def test_cached_pages_do_not_count(client, limited):
    job = make_job(make_department())
    urls = ["/", "/departments/ct/", job.get_absolute_url(), "/jobs/?q=officer"]
    for _ in range(MOST):
        assert {client.get(url).status_code for url in urls} == {200}
    assert client.get("/privacy/").status_code == 200


def test_no_forged_header_evades_it(client, limited):
    for number in range(MOST):
        forged = {
            "X-Forwarded-For": f"192.0.2.{number}",
            "X-Real-IP": f"192.0.2.{number}",
            "Cookie": f"sessionid={number}",
        }
        client.get(f"/jobs/?q=officer+{number}", headers=forged)
    assert client.get("/jobs/", headers={"X-Forwarded-For": "192.0.2.99"}).status_code == 429


def test_it_can_be_turned_off(client, settings):
    settings.UNCACHED_PAGE_LIMIT = 0
    assert {client.get(f"/departments/suggest/?q=w{number}").status_code for number in range(100)} == {200}
