"""ex09 - a stream with room for one item, a generator that paces requests, and an alarm clock in a task of its own."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio


@dataclass(frozen=True)
class Late:
    seconds: float


async def forward(source, send):
    try:
        with send:
            while True:
                try:
                    item = await anext(source)
                except StopAsyncIteration:
                    break
                await send.send(item)
    finally:
        if hasattr(source, "aclose"):
            with anyio.CancelScope(shield=True):
                await source.aclose()


@asynccontextmanager
async def merge(*sources):
    send, receive = anyio.create_memory_object_stream(1)
    async with receive, anyio.create_task_group() as group:
        for source in sources:
            group.start_soon(forward, source, send.clone())
        send.close()
        try:
            yield receive
        finally:
            group.cancel_scope.cancel()


class Throttled:
    def __init__(self, source, period):
        self.source = source
        self.requests = self.paced(period)

    async def paced(self, period):
        while True:
            began = anyio.current_time()
            try:
                item = await anext(self.source)
            except StopAsyncIteration:
                return
            yield item
            await anyio.sleep(max(0, began + period - anyio.current_time()))

    def __aiter__(self):
        return self

    async def __anext__(self):
        return await anext(self.requests)

    async def aclose(self):
        await self.requests.aclose()
        if hasattr(self.source, "aclose"):
            await self.source.aclose()


def throttle(source, period):
    return Throttled(source, period)


class Request:
    """A consumer that waits, and what it gets: an item, the end or Late."""

    def __init__(self):
        self.answered = anyio.Event()
        self.answer = None

    def give(self, kind, value=None):
        if self.answer is None:
            self.answer = (kind, value)
            self.answered.set()


class Timed:
    def __init__(self, group, items, seconds):
        self.group, self.items, self.seconds = group, items, seconds
        self.request = None
        self.asked = anyio.Event()
        self.ended = False
        self.late = False
        group.start_soon(self.serve)

    async def serve(self):
        """Answer requests with the items of the source, in the only task that waits for them."""
        async for item in self.items:
            while self.request is None or self.request.answer is not None:
                await self.asked.wait()
            self.request.give("item", item)
        self.ended = True
        if self.request is not None:
            self.request.give("end")

    async def ring(self, request, scope):
        with scope:
            await anyio.sleep(self.seconds)
            request.give("late")

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.ended:
            raise StopAsyncIteration
        alarm = anyio.CancelScope()
        self.request = request = Request()
        self.asked.set()
        self.asked = anyio.Event()
        if not self.late:
            self.group.start_soon(self.ring, request, alarm)
        await request.answered.wait()
        alarm.cancel()
        kind, item = request.answer
        self.late = kind == "late"
        if kind == "end":
            raise StopAsyncIteration
        return Late(self.seconds) if self.late else item


@asynccontextmanager
async def timeout_each(source, seconds):
    async with merge(source) as items, anyio.create_task_group() as group:
        yield Timed(group, items, seconds)
        group.cancel_scope.cancel()
