"""A Redis cache that cannot execute code and whose failures break no page."""

import json
import logging
from time import monotonic

from django.core.cache.backends import redis
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1


class JSONSerializer:
    """Stores values as JSON. Unlike pickle, reading JSON executes nothing. Invalid data reads as None."""

    def dumps(self, value):
        return json.dumps(value).encode()

    def loads(self, data):
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            return None


class RedisCache(redis.RedisCache):
    """Django's Redis cache that acts as empty while Redis is down. After a failure it waits a second to try again."""

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
        except RedisError as error:
            RedisCache.retry_at = monotonic() + RETRY_SECONDS
            logger.warning("Redis does not answer: %s", error)
            return failed
