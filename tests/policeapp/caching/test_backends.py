"""The cache backends: local memory, or a Redis that can neither run code nor break a page."""

import json
import os
import pickle
import socket

import pytest
from django.core.cache import caches
from redis.exceptions import ConnectionError, ResponseError

from policeapp.caching.backends import JSONSerializer, RedisCache

from ...processes import PRODUCTION, python

PROFILE = "/departments/ct/westport-police-department/"


class Attack:
    """Creates a directory when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def caches_of(**values):
    """Return the setting CACHES of a production process with these environment variables."""
    script = "import json; from django.conf import settings; print(json.dumps(settings.CACHES))"
    done = python("-c", script, env=PRODUCTION | values)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def redis(settings, monkeypatch):
    """``redis(port)``: both caches are in a Redis at the port, as with ``CACHE_URL``."""
    monkeypatch.setattr(RedisCache, "retry_at", 0)

    def use(port):
        settings.CACHES = {
            name: {
                "BACKEND": "policeapp.caching.backends.RedisCache",
                "LOCATION": f"redis://127.0.0.1:{port}",
                "OPTIONS": {"serializer": "policeapp.caching.backends.JSONSerializer", "socket_timeout": 0.1},
            }
            for name in ("default", "pages")
        }

    return use


# Settings


def test_each_process_has_bounded_caches_in_its_memory():
    caches = caches_of()
    assert {cache["BACKEND"] for cache in caches.values()} == {"django.core.cache.backends.locmem.LocMemCache"}
    entries = {name: cache["OPTIONS"]["MAX_ENTRIES"] for name, cache in caches.items()}
    assert entries == {"default": 10_000, "pages": 1_000}
    assert len({cache["LOCATION"] for cache in caches.values()}) == 2


@pytest.mark.parametrize("url", ["", "redis://:pass@cache.example.org:6380/2"])
def test_a_setting_limits_the_cached_pages(url):
    assert caches_of(PAGE_CACHE_ENTRIES="7")["pages"]["OPTIONS"] == {"MAX_ENTRIES": 7}
    none = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    assert caches_of(PAGE_CACHE_ENTRIES="0", CACHE_URL=url)["pages"] == none


def test_redis_is_used_without_pickle_and_with_time_limits():
    caches = caches_of(CACHE_URL="redis://:pass@cache.example.org:6380/2")
    assert {cache["BACKEND"] for cache in caches.values()} == {"policeapp.caching.backends.RedisCache"}
    assert {cache["LOCATION"] for cache in caches.values()} == {"redis://:pass@cache.example.org:6380/2"}
    assert {name: cache["KEY_PREFIX"] for name, cache in caches.items()} == {"default": "default", "pages": "pages"}
    for cache in caches.values():
        assert cache["OPTIONS"] == {
            "serializer": "policeapp.caching.backends.JSONSerializer",
            "socket_connect_timeout": 0.5,
            "socket_timeout": 0.5,
        }


# Values in Redis


@pytest.mark.parametrize("value", [1, "text", ["a", {"b": None}], [{"Content-Type": "text/html"}, "AAH/"]])
def test_values_are_returned_unchanged(value):
    serializer = JSONSerializer()
    assert serializer.loads(serializer.dumps(value)) == value


def test_redis_can_increment_a_count():
    assert JSONSerializer().dumps(41) == b"41"


NOT_JSON = {"pickle": pickle.dumps(1), "cut": b"{", "bytes": b"\xff", "deep": b"[" * 100_000}


@pytest.mark.parametrize("data", NOT_JSON.values(), ids=NOT_JSON)
def test_invalid_json_reads_as_none(data):
    assert JSONSerializer().loads(data) is None


def test_a_pickle_in_redis_is_not_executed(client, westport, redis, monkeypatch, tmp_path):
    planted = pickle.dumps(Attack(tmp_path / "attacked"))
    redis(1)
    monkeypatch.setattr("redis.Redis.get", lambda self, key: planted)
    monkeypatch.setattr("redis.Redis.set", lambda self, key, value, **options: True)
    assert caches["pages"].get("any") is None
    assert client.get(PROFILE).status_code == 200
    assert not (tmp_path / "attacked").exists()


# While Redis does not answer


def test_without_redis_pages_work_and_the_log_has_one_line(client, westport, redis, settings, caplog, monkeypatch):
    redis(1)
    monkeypatch.setattr("policeapp.caching.backends.RETRY_SECONDS", 60)
    settings.UNCACHED_PAGE_LIMIT = 1
    for url in (PROFILE, "/departments/", "/jobs/?q=officer", "/jobs/?q=chief"):
        assert client.get(url).status_code == 200
    assert caplog.text.count("Redis does not answer") == 1


def test_pages_work_while_redis_does_not_answer(client, westport, redis):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        redis(silent.getsockname()[1])
        assert client.get(PROFILE).status_code == 200


def test_without_redis_the_cache_is_empty(redis):
    redis(1)
    cache = caches["default"]
    cache.set("a", 1)
    assert (cache.get("a"), cache.get("a", "nothing")) == (None, "nothing")
    assert (cache.add("a", 1), cache.incr("a")) == (False, 0)


def test_after_a_failure_redis_is_tried_again_a_second_later(redis, monkeypatch):
    requested = []

    def get(self, key):
        requested.append(key)
        raise ConnectionError("refused") if len(requested) == 1 else ResponseError("a failover is going on")

    redis(1)
    monkeypatch.setattr("redis.Redis.get", get)
    for moment, number in ((1000.0, 1), (1000.9, 1), (1001.0, 2), (1001.9, 2), (1002.0, 3)):
        monkeypatch.setattr("policeapp.caching.backends.monotonic", lambda moment=moment: moment)
        caches["pages"].get("a")
        assert len(requested) == number, moment
