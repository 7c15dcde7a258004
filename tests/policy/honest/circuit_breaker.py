"""A breaker: a decorator that is an object."""

import functools

import anyio


class Breaker:
    def __init__(self, limit=3, pause=10.0):
        self._limit = limit
        self._pause = pause
        self._failures = 0
        self._opened = None

    def __call__(self, fn):
        @functools.wraps(fn)
        async def wrapper(*args, **kwargs):
            if self._is_open():
                raise RuntimeError("open")
            try:
                result = await fn(*args, **kwargs)
            except Exception:
                self._fail()
                raise
            self._failures = 0
            return result

        wrapper._breaker = self
        return wrapper

    def _is_open(self):
        return self._opened is not None and anyio.current_time() - self._opened < self._pause

    def _fail(self):
        self._failures += 1
        if self._failures >= self._limit:
            self._opened = anyio.current_time()


class Service:
    _breaker = Breaker()

    def __init__(self):
        self._calls = 0

    @Breaker(limit=2)
    async def call(self):
        self._calls += 1
        return self._calls
