"""Redis as a cache that can neither run code in the site nor break a page."""

import json
import logging
from time import monotonic

from django.core.cache.backends import redis
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1


class JSONSerializer:
    """Writes values as JSON: unlike pickle, reading it executes nothing, whoever wrote it. Other data is no value."""

    def dumps(self, value):
        return json.dumps(value).encode()

    def loads(self, data):
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            return None


class RedisCache(redis.RedisCache):
    """Django's Redis cache, empty while Redis does not answer. After a failure it is not asked again for a second."""

    retry_at = 0

    def get(self, key, default=None, version=None):
        return self._try(super().get, key, default, version, failed=default)

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self._try(super().set, key, value, timeout, version)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self._try(super().add, key, value, timeout, version, failed=False)

    def incr(self, key, delta=1, version=None):
        return self._try(super().incr, key, delta, version, failed=0)

    def _try(self, method, *arguments, failed=None):
        if monotonic() < RedisCache.retry_at:
            return failed
        try:
            return method(*arguments)
        except RedisError as problem:
            RedisCache.retry_at = monotonic() + RETRY_SECONDS
            logger.warning("Redis does not answer: %s", problem)
            return failed
