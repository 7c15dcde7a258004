# fails: test_leaving_early_stops_and_closes_the_sources (not-closed)
# root: not-closed
"""Closes the sources when their tasks have been cancelled and have had a moment to stop; they may need another one."""

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
    with send:
        async for item in source:
            await send.send(item)


@asynccontextmanager
async def merge(*sources):
    send, receive = anyio.create_memory_object_stream(0)
    with receive:
        async with anyio.create_task_group() as tg:
            with send:
                for source in sources:
                    tg.start_soon(pump, source, send.clone())
            try:
                yield receive
            finally:
                tg.cancel_scope.cancel()
                with anyio.CancelScope(shield=True):
                    await anyio.lowlevel.checkpoint()
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
