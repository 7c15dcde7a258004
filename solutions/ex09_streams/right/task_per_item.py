"""ex09 - a new task for each request to a source, and the sources are closed behind the task group."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio


@dataclass(frozen=True)
class Late:
    seconds: float


class Requests:
    """What the sources have given, and one task for each that was asked."""

    def __init__(self, group, sources):
        self.group = group
        self.open = len(sources)
        self.given = deque()
        self.bell = anyio.Event()
        for source in sources:
            group.start_soon(self.ask, source)

    async def ask(self, source):
        try:
            item = await source.__anext__()
        except StopAsyncIteration:
            self.open -= 1
        else:
            self.given.append((source, item))
        self.bell.set()

    def __aiter__(self):
        return self

    async def __anext__(self):
        while not self.given:
            if not self.open:
                raise StopAsyncIteration
            self.bell = anyio.Event()
            await self.bell.wait()
        source, item = self.given.popleft()
        self.group.start_soon(self.ask, source)
        return item


@asynccontextmanager
async def merge(*sources):
    try:
        async with anyio.create_task_group() as group:
            yield Requests(group, sources)
            group.cancel_scope.cancel()
    finally:
        with anyio.CancelScope(shield=True):
            async with anyio.create_task_group() as closing:
                for source in sources:
                    if hasattr(source, "aclose"):
                        closing.start_soon(source.aclose)


class throttle(AsyncIterator):
    def __init__(self, source, period):
        self.source = source
        self.period = period
        self.last = None

    async def __anext__(self):
        if self.last is not None:
            spent = anyio.current_time() - self.last
            if spent < self.period:
                await anyio.sleep(self.period - spent)
        self.last = anyio.current_time()
        return await self.source.__anext__()

    async def aclose(self):
        close = getattr(self.source, "aclose", None)
        if close:
            await close()


@asynccontextmanager
async def timeout_each(source, seconds):
    async with merge(source) as items:
        yield with_late(items, seconds)


async def with_late(requests, seconds):
    """The bell is what may be waited for with a limit: an item stays where it is, whoever comes too late for it."""
    while True:
        with anyio.move_on_after(seconds):
            while not requests.given and requests.open:
                requests.bell = anyio.Event()
                await requests.bell.wait()
        if not requests.given and requests.open:
            yield Late(seconds)
        try:
            item = await requests.__anext__()
        except StopAsyncIteration:
            return
        yield item
