"""A decorator that tries again, with a state of its own per call."""

import functools
import random

import anyio


class _Attempts:
    def __init__(self, most, delay):
        self._most = most
        self._delay = delay
        self._made = 0

    def _again(self):
        self._made += 1
        return self._made < self._most

    async def _pause(self):
        await anyio.sleep(self._delay * 2**self._made * random.uniform(0.9, 1.1))


def retry(most=3, delay=0.1, errors=(Exception,)):
    def decorate(fn):
        @functools.wraps(fn)
        async def wrapper(*args, **kwargs):
            attempts = _Attempts(most, delay)
            while True:
                try:
                    return await fn(*args, **kwargs)
                except errors:
                    if not attempts._again():
                        raise
                    await attempts._pause()

        return wrapper

    return decorate


class Client:
    def __init__(self, url):
        self._url = url
        self._requests = 0

    @retry(most=5)
    async def get(self, path):
        self._requests += 1
        return await self._send(f"{self._url}/{path}")

    async def _send(self, url):
        await anyio.sleep(0.01)
        return url
