# fails: test_throttle_lets_everything_through (lost-error)
# root: wrong-pace
"""Throws away what comes too early, and goes on asking."""

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


async def pump(source, send):
    try:
        with send:
            async for item in source:
                await send.send(item)
    finally:
        await close(source)


@asynccontextmanager
async def merge(*sources):
    send, receive = anyio.create_memory_object_stream(0)
    with receive:
        async with anyio.create_task_group() as tg:
            with send:
                for source in sources:
                    tg.start_soon(pump, source, send.clone())
            yield receive
            tg.cancel_scope.cancel()


class Throttled:
    def __init__(self, source, period):
        self.source = source
        self.period = period
        self.began = None

    def __aiter__(self):
        return self

    async def __anext__(self):
        while True:
            item = await self.source.__anext__()
            now = anyio.current_time()
            if self.began is None or now - self.began >= self.period:
                self.began = now
                return item

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
    async with merge(source) as items:
        yield Timed(items, seconds)
