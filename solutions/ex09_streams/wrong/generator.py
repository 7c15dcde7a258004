# fails: test_throttle_closes_its_source (not-closed)
# root: not-closed
"""An async generator whose `finally` closes the source, if it ever began."""

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


async def throttle(source, period):
    began = None
    try:
        while True:
            if began is not None:
                await anyio.sleep(max(0, began + period - anyio.current_time()))
            began = anyio.current_time()
            try:
                item = await source.__anext__()
            except StopAsyncIteration:
                return
            yield item
    finally:
        await close(source)


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
