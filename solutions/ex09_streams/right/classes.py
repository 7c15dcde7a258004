"""ex09 - merge, throttle and timeout_each as classes, with a box for one item and events, and no memory stream."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, TypeVar

import anyio
from anyio.abc import TaskGroup

T = TypeVar("T")


@dataclass(frozen=True)
class Late:
    seconds: float


async def close(source: object) -> None:
    if hasattr(source, "aclose"):
        with anyio.CancelScope(shield=True):
            await source.aclose()


def merge(*sources: AsyncIterator[T]) -> AbstractAsyncContextManager[AsyncIterator[T]]:
    return Merged(sources)


class Merged(AbstractAsyncContextManager[AsyncIterator[T]], AsyncIterator[T]):
    """Both the block and the stream in it."""

    group: TaskGroup

    def __init__(self, sources: tuple[AsyncIterator[T], ...]) -> None:
        self.sources = sources
        self.running = len(sources)
        self.box: list[tuple[T, anyio.Event]] = []
        self.error: Exception | None = None
        self.changed = anyio.Event()

    def wake_all(self) -> None:
        self.changed.set()
        self.changed = anyio.Event()

    async def __aenter__(self) -> AsyncIterator[T]:
        self.group = anyio.create_task_group()
        await self.group.__aenter__()
        for source in self.sources:
            self.group.start_soon(self.read, source)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        self.group.cancel_scope.cancel()
        stopped = await self.group.__aexit__(kind, error, trace)
        if error is None and self.error is not None:
            raise self.error
        return stopped

    async def read(self, source: AsyncIterator[T]) -> None:
        try:
            async for item in source:
                while self.box:
                    await self.changed.wait()
                taken = anyio.Event()
                self.box.append((item, taken))
                self.wake_all()
                await taken.wait()
        except Exception as error:
            self.error = error
        finally:
            await close(source)
            self.running -= 1
            self.wake_all()

    async def __anext__(self) -> T:
        while not self.box:
            if self.error is not None:
                raise self.error
            if not self.running:
                raise StopAsyncIteration
            await self.changed.wait()
        item, taken = self.box.pop()
        taken.set()
        self.wake_all()
        return item


def throttle(source: AsyncIterator[T], period: float) -> AsyncIterator[T]:
    return Throttled(source, period)


class Throttled(AsyncIterator[T]):
    def __init__(self, source: AsyncIterator[T], period: float) -> None:
        self.source = source
        self.period = period
        self.not_before = 0.0

    async def __anext__(self) -> T:
        await anyio.sleep_until(self.not_before)
        self.not_before = anyio.current_time() + self.period
        return await self.source.__anext__()

    async def aclose(self) -> None:
        await close(self.source)


def timeout_each(source: AsyncIterator[T], seconds: float) -> AbstractAsyncContextManager[AsyncIterator[T | Late]]:
    return Timed(source, seconds)


class Timed(AbstractAsyncContextManager["AsyncIterator[T | Late]"], AsyncIterator["T | Late"], Generic[T]):
    def __init__(self, source: AsyncIterator[T], seconds: float) -> None:
        self.items = Merged((source,))
        self.seconds = seconds
        self.late = False

    async def __aenter__(self) -> AsyncIterator[T | Late]:
        await self.items.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return await self.items.__aexit__(kind, error, trace)

    async def __anext__(self) -> T | Late:
        item: list[T] = []
        with anyio.move_on_after(float("inf") if self.late else self.seconds):
            item.append(await self.items.__anext__())
        self.late = not item
        return item[0] if item else Late(self.seconds)
