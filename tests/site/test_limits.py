"""How often somebody may do something, counted in the cache that all processes share: in memory, or in the database."""

import pytest
from django.core.cache import caches
from django.test import RequestFactory

from policeapp import limits
from policeapp.limits import Limit, client_of
from policeapp.models import CacheEntry

pytestmark = pytest.mark.django_db

THREE_AN_HOUR = Limit("knocks", 3, 3600)
HOUR = 3600.0


@pytest.fixture(params=["memory", "database"])
def shared(request, settings):
    """The shared cache in either of its places."""
    if request.param == "database":
        backend = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": CacheEntry._meta.db_table}
        settings.CACHES = settings.CACHES | {"shared": backend}
    return caches["shared"]


@pytest.fixture
def clock(monkeypatch):
    """``clock(seconds)`` sets the time."""

    def turn(seconds):
        monkeypatch.setattr(limits, "time", lambda: seconds)

    turn(1000 * HOUR)
    return turn


def goes(number, who="alice", limit=THREE_AN_HOUR):
    return [limit.take(who) for _ in range(number)]


def test_everybody_has_so_many_goes(shared, clock):
    assert goes(5) == [True, True, True, False, False]
    assert goes(4, "bob") == [True, True, True, False]


def test_limits_are_counted_apart(shared, clock):
    goes(3)
    assert goes(2, limit=Limit("rings", 1, 3600)) == [True, False]


def test_there_are_new_goes_in_the_next_hour(shared, clock):
    goes(3)
    clock(1000.5 * HOUR)
    assert goes(1) == [False]
    assert THREE_AN_HOUR.wait == 1800
    clock(1001 * HOUR)
    assert goes(4) == [True, True, True, False]


def test_another_process_goes_on_counting(db, settings, clock):
    """What it has in common with this one is the database."""
    backend = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": CacheEntry._meta.db_table}
    settings.CACHES = settings.CACHES | {"shared": backend}
    goes(2)
    settings.CACHES = settings.CACHES | {"shared": dict(backend)}
    assert goes(2) == [True, False]


def test_who_comes_at_the_same_time_takes_no_go_twice(shared, clock, monkeypatch):
    """Each finds the same goes free and takes others than the one before: to add one is what decides."""
    monkeypatch.setattr(type(shared), "get_many", lambda self, keys, version=None: {})
    assert goes(5) == [True, True, True, False, False]


def test_the_cache_does_not_say_who_it_was(settings, clock):
    backend = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": CacheEntry._meta.db_table}
    settings.CACHES = settings.CACHES | {"shared": backend}
    goes(1, "alice@example.com")
    entry = CacheEntry.objects.get()
    assert "alice" not in f"{entry} {entry.value}"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8:0:1::7", "2001:db8:0:1:ffff::9", True),
        ("2001:db8:0:1::7", "2001:db8:0:2::7", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("", "", True),
        ("unix", "203.0.113.7", False),
    ],
)
def test_a_client_is_an_address_or_the_network_that_it_may_choose_one_from(one, other, same):
    first, second = (client_of(RequestFactory().get("/", REMOTE_ADDR=address)) for address in (one, other))
    assert (first == second) is same


def test_a_redis_that_does_not_answer_turns_nobody_away(settings, caplog):
    backend = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}
    settings.CACHES = settings.CACHES | {"shared": backend}
    assert goes(5) == [True] * 5
    assert "The shared cache does not answer" in caplog.text
