# fails: test_being_late_harms_no_source (swallowed-source)
# root: swallowed-source
"""A timeout round the source's own __anext__."""

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


@asynccontextmanager
async def timeout_each(source, seconds):
    async def items():
        while True:
            try:
                with anyio.move_on_after(seconds) as scope:
                    item = await source.__anext__()
                if scope.cancelled_caught:
                    yield Late(seconds)
                    item = await source.__anext__()
            except StopAsyncIteration:
                return
            yield item

    stream = items()
    try:
        yield stream
    finally:
        await stream.aclose()
        await close(source)
