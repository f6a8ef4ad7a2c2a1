"""The shared cache. It holds counters of rate limits and nothing that anybody would miss."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

_log = logging.getLogger(__name__)

# After a server did not answer: one page asks several times, and no page waits each time. Django
# makes a cache for each thread; what one of them found out is true for all.
_PAUSE = 5.0
_silent_until: dict[str, float] = {}


class Cache(RedisCache):
    """Redis while it answers, an empty cache while it does not: a page never fails for it."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._where = str(server)

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        return self._or(lambda: super(Cache, self).add(key, value, timeout, version), True)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._or(lambda: super(Cache, self).get(key, default, version), default)

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        self._or(lambda: super(Cache, self).set(key, value, timeout, version), None)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return self._or(lambda: super(Cache, self).delete(key, version), False)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return self._or(lambda: super(Cache, self).incr(key, delta, version), delta)

    def _or(self, ask: Callable[[], Any], instead: Any) -> Any:
        if time.monotonic() < _silent_until.get(self._where, 0.0):
            return instead
        try:
            return ask()
        except (RedisError, OSError) as error:
            _silent_until[self._where] = time.monotonic() + _PAUSE
            _log.warning("The cache does not answer: %s", type(error))
            return instead
