"""How many searches a client may ask for in a minute, and what it costs to count them.

Pages that the page cache has are not counted, for they cost nothing: each search here is another one.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from policeapp import limits
from policeapp.limits import OftenLimit
from policeapp.models import CacheEntry

from ..factories import make_department, make_job, text_of

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
    """``clock(seconds)`` sets the time; nobody has searched yet."""

    def turn(seconds):
        monkeypatch.setattr(limits, "time", lambda: seconds)

    turn(60_000.0)
    monkeypatch.setattr(limits, "SEARCHES", OftenLimit("searches"))
    return turn


@pytest.fixture
def limited(settings):
    settings.SEARCH_LIMIT = MOST


@pytest.fixture
def in_database(settings):
    """The shared cache where it is by default."""
    backend = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": CacheEntry._meta.db_table}
    settings.CACHES = settings.CACHES | {"shared": backend}


def goes(number, limit, who="alice", most=MOST):
    return [limit.take(who, most) for _ in range(number)]


def test_everybody_has_so_many_goes_a_minute(clock):
    limit = OftenLimit("knocks")
    assert goes(MOST + 3, limit) == [True] * MOST + [False] * 3
    assert goes(MOST + 1, limit, "bob") == [True] * MOST + [False]
    clock(60_059.9)
    assert goes(1, limit) == [False]
    clock(60_060.0)
    assert goes(MOST + 1, limit) == [True] * MOST + [False]


def test_several_processes_count_together_but_for_the_first_tenth():
    one, other = OftenLimit("knocks"), OftenLimit("knocks")
    assert goes(MOST, one) == [True] * MOST
    assert goes(MOST, other) == [True] * (MOST // 10) + [False] * (MOST - MOST // 10)


def test_who_searches_seldom_costs_no_query_and_who_does_often_two_or_three_for_each_tenth(in_database):
    limit = OftenLimit("knocks")
    with CaptureQueriesContext(connection) as captured:
        goes(30, limit, most=300)
    assert len(captured) == 0
    with CaptureQueriesContext(connection) as captured:
        goes(30, limit, most=300)
    assert {query["sql"].split()[0] for query in captured} <= {"SELECT", "INSERT", "SAVEPOINT", "RELEASE"}
    assert len(captured) <= 6
    assert CacheEntry.objects.count() == 1


def test_who_is_refused_costs_no_query(in_database):
    limit = OftenLimit("knocks")
    goes(MOST + 1, limit)
    with CaptureQueriesContext(connection) as captured:
        assert goes(50, limit) == [False] * 50
    assert len(captured) == 0


def test_without_the_shared_cache_nobody_is_turned_away(settings, caplog):
    unreachable = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}
    settings.CACHES = settings.CACHES | {"shared": unreachable}
    assert all(goes(MOST + 5, OftenLimit("knocks")))
    assert "The shared cache does not answer" in caplog.text


def test_a_client_that_searches_without_end_is_asked_to_wait(client, limited):
    make_job(make_department())
    assert [client.get(f"/jobs/?q=officer+{number}").status_code for number in range(MOST)] == [200] * MOST
    answer = client.get("/jobs/?q=officer")
    assert answer.status_code == 429
    assert answer["Retry-After"] == "60"
    assert "no-store" in answer["Cache-Control"]
    assert "wait a minute and load this page again" in text_of(answer)
    assert client.get("/jobs/?q=officer", REMOTE_ADDR=THERE).status_code == 200


def test_all_searches_count_together_and_none_is_kept_by_a_cache_when_it_is_refused(client, limited):
    for number in range(MOST):
        client.get(f"/departments/suggest/?q=w{number}")
    for url in SEARCHES:
        answer = client.get(url)
        assert answer.status_code == 429, url
        assert "no-store" in answer["Cache-Control"] and "public" not in answer["Cache-Control"], url
        assert text_of(answer), url


def test_pages_to_read_are_not_counted(client, limited):
    job = make_job(make_department())
    for number in range(MOST + 1):
        client.get(f"/jobs/?q=officer+{number}")
    for url in ("/", "/departments/ct/", job.get_absolute_url(), job.department.get_absolute_url(), "/admin/login/"):
        assert client.get(url).status_code == 200, url


def test_no_header_that_anybody_can_write_evades_it(client, limited):
    for number in range(MOST):
        forged = {"X-Forwarded-For": f"192.0.2.{number}", "X-Real-IP": f"192.0.2.{number}"}
        client.get(f"/jobs/?q=officer+{number}", headers=forged)
    assert client.get("/jobs/", headers={"X-Forwarded-For": "192.0.2.99"}).status_code == 429


def test_it_can_be_switched_off(client, settings):
    settings.SEARCH_LIMIT = 0
    assert {client.get(f"/departments/suggest/?q=w{number}").status_code for number in range(100)} == {200}


def test_what_is_remembered_is_forgotten_with_the_minute(clock):
    limit = OftenLimit("knocks")
    for number in range(100):
        limit.take(f"client {number}", MOST)
    assert len(limit.left) == 100
    clock(60_060.0)
    limit.take("another", MOST)
    assert list(limit.left) == ["another"]


def test_the_shared_cache_does_not_say_who_it_was(in_database):
    goes(MOST, OftenLimit("knocks"), HERE)
    assert CacheEntry.objects.exists()
    assert not CacheEntry.objects.filter(cache_key__contains=HERE).exists()
