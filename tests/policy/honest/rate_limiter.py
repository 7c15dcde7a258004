"""A rate limiter with a bucket for every key."""

from collections import OrderedDict

import anyio


class Bucket:
    def __init__(self, rate):
        self._rate = rate
        self._tokens = rate
        self._last = None

    def _refill(self, now):
        if self._last is not None:
            self._tokens = min(self._rate, self._tokens + (now - self._last) * self._rate)
        self._last = now

    def _missing(self):
        return max(0.0, 1 - self._tokens) / self._rate


class Limiter:
    def __init__(self, rate, most_keys=100):
        self._buckets = OrderedDict()
        self._rate = rate
        self._most = most_keys

    def _bucket(self, key):
        try:
            bucket = self._buckets[key]
        except KeyError:
            bucket = Bucket(self._rate)
            self._buckets[key] = bucket
            if len(self._buckets) > self._most:
                _, oldest = self._buckets.popitem(last=False)
                oldest._tokens = 0
        self._buckets.move_to_end(key)
        return bucket

    async def wait(self, key):
        bucket = self._bucket(key)
        bucket._refill(anyio.current_time())
        delay = bucket._missing()
        if delay:
            await anyio.sleep(delay)
        bucket._tokens -= 1
