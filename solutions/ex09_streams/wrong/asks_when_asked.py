# fails: test_sources_work_while_the_consumer_is_busy (serial)
# root: serial
"""A source is asked for its next item when the consumer is back."""

from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio


@dataclass(frozen=True)
class Late:
    seconds: float


async def close(source):
    if hasattr(source, "aclose"):
        with anyio.CancelScope(shield=True):
            await source.aclose()


class Merged:
    def __init__(self, sources, tg):
        self.idle = list(sources)
        self.running = 0
        self.found = []
        self.news = anyio.Event()
        self.tg = tg

    async def ask(self, source):
        try:
            self.found.append((source, await source.__anext__()))
        except StopAsyncIteration:
            pass
        self.running -= 1
        self.news.set()

    def __aiter__(self):
        return self

    async def __anext__(self):
        for source in self.idle:
            self.running += 1
            self.tg.start_soon(self.ask, source)
        self.idle = []
        while not self.found:
            if not self.running:
                raise StopAsyncIteration
            self.news = anyio.Event()
            await self.news.wait()
        source, item = self.found.pop(0)
        self.idle.append(source)
        return item


@asynccontextmanager
async def merge(*sources):
    try:
        async with anyio.create_task_group() as tg:
            yield Merged(sources, tg)
            tg.cancel_scope.cancel()
    finally:
        for source in sources:
            await close(source)


class Throttled:
    def __init__(self, source, period):
        self.source = source
        self.period = period
        self.began = None

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.began is not None:
            await anyio.sleep(max(0, self.began + self.period - anyio.current_time()))
        self.began = anyio.current_time()
        return await self.source.__anext__()

    async def aclose(self):
        await close(self.source)


def throttle(source, period):
    return Throttled(source, period)


class Timed:
    def __init__(self, items, seconds):
        self.items = items
        self.seconds = seconds
        self.late = False

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.late:
            self.late = False
            return await self.items.__anext__()
        with anyio.move_on_after(self.seconds):
            return await self.items.__anext__()
        self.late = True
        return Late(self.seconds)


@asynccontextmanager
async def timeout_each(source, seconds):
    send, receive = anyio.create_memory_object_stream(0)

    async def ask():
        try:
            with send:
                async for item in source:
                    await send.send(item)
        finally:
            if hasattr(source, "aclose"):
                with anyio.CancelScope(shield=True):
                    await source.aclose()

    with receive:
        async with anyio.create_task_group() as tg:
            tg.start_soon(ask)
            yield Timed(receive, seconds)
            tg.cancel_scope.cancel()
