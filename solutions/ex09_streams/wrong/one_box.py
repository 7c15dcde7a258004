# fails: test_merge_keeps_each_sources_order_and_loses_nothing (stale-state)
# root: stale-state
"""A box for one item, in which a task puts its own when it has been woken, whoever was faster."""

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


class Box:
    def __init__(self, sources):
        self.running = len(sources)
        self.items = []
        self.changed = anyio.Event()

    def change(self):
        self.changed.set()
        self.changed = anyio.Event()

    def __aiter__(self):
        return self

    async def __anext__(self):
        while not self.items:
            if not self.running:
                raise StopAsyncIteration
            await self.changed.wait()
        item = self.items[0]
        self.items = []
        self.change()
        return item


async def pump(source, box):
    try:
        async for item in source:
            if box.items:
                await box.changed.wait()
            box.items = [item]
            box.change()
            await box.changed.wait()
        box.running -= 1
        box.change()
    finally:
        await close(source)


@asynccontextmanager
async def merge(*sources):
    box = Box(sources)
    async with anyio.create_task_group() as tg:
        for source in sources:
            tg.start_soon(pump, source, box)
        yield box
        tg.cancel_scope.cancel()


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
