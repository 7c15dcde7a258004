"""Timers in a heap of tuples, which is how the manual of heapq recommends it."""

import heapq
import itertools

import anyio


class _Entry:
    def __init__(self, fn):
        self._fn = fn
        self._removed = False
        self._event = anyio.Event()


class Agenda:
    def __init__(self):
        self._entries = []
        self._counter = itertools.count()
        self._by_name = {}

    def add(self, name, priority, fn):
        if name in self._by_name:
            self.remove(name)
        entry = _Entry(fn)
        self._by_name[name] = entry
        heapq.heappush(self._entries, (priority, next(self._counter), entry))

    def remove(self, name):
        entry = self._by_name.pop(name)
        entry._removed = True

    async def run(self):
        while self._entries:
            _, _, entry = heapq.heappop(self._entries)
            if entry._removed:
                continue
            await entry._fn()
            entry._event.set()

    async def wait_for(self, name):
        await self._by_name[name]._event.wait()
