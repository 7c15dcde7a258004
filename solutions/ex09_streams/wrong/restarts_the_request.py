# fails: test_being_late_harms_no_source (swallowed-source)
# root: swallowed-source
"""A request that takes too long is cancelled and made again."""

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
        if self.began is not None:
            await anyio.sleep(max(0, self.began + self.period - anyio.current_time()))
        self.began = anyio.current_time()
        return await self.source.__anext__()

    async def aclose(self):
        await close(self.source)


def throttle(source, period):
    return Throttled(source, period)


class Timed:
    def __init__(self, source, seconds, tg):
        self.source = source
        self.seconds = seconds
        self.tg = tg
        self.send, self.receive = anyio.create_memory_object_stream(0)
        self.late = False
        self.begin()

    def begin(self):
        self.request = anyio.CancelScope()
        self.stopped = anyio.Event()
        self.tg.start_soon(self.ask, self.request, self.stopped)

    async def ask(self, request, stopped):
        with request:
            async for item in self.source:
                await self.send.send(item)
            self.send.close()
        stopped.set()

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.late:
            self.late = False
            return await self.receive.__anext__()
        with anyio.move_on_after(self.seconds):
            return await self.receive.__anext__()
        self.request.cancel()
        await self.stopped.wait()
        self.begin()
        self.late = True
        return Late(self.seconds)


@asynccontextmanager
async def timeout_each(source, seconds):
    try:
        async with anyio.create_task_group() as tg:
            timed = Timed(source, seconds, tg)
            with timed.send, timed.receive:
                yield timed
                tg.cancel_scope.cancel()
    finally:
        await close(source)
