"""Every operator is an async generator, with `aclosing` round what it reads from."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import aclosing
from types import TracebackType
from typing import Any, Generic, TypeVar

from anyio.lowlevel import checkpoint

T = TypeVar("T")
U = TypeVar("U")


class Stream(Generic[T]):
    def __init__(self, source: AsyncIterator[T], *, upstream: Any = None) -> None:
        # A generator has an end that lasts, for a return and for an error alike: the stream needs no flag.
        self._items = _relayed(source)
        # The generator's `aclosing` is entered at the first request only. Whoever closes a stream that was never read
        # runs no line of the generator, so what is behind it has to be closed by hand.
        self._behind = source if upstream is None else upstream

    @classmethod
    def from_iter(cls, items: Iterable[T]) -> Stream[T]:
        return Stream(_each(items))

    def map(self, fn: Callable[[T], U]) -> Stream[U]:
        return Stream(_mapped(self, fn), upstream=self)

    def filter(self, keep: Callable[[T], object]) -> Stream[T]:
        return Stream(_filtered(self, keep), upstream=self)

    def take(self, n: int) -> Stream[T]:
        # The check stands here and not in the generator, where it would run at the first request.
        if n < 0:
            raise ValueError("n must not be negative")
        return Stream(_taken(self, n), upstream=self)

    async def collect(self) -> list[T]:
        return [item async for item in self]

    def __aiter__(self) -> Stream[T]:
        return self

    async def __anext__(self) -> T:
        return await self._items.__anext__()

    async def aclose(self) -> None:
        await self._items.aclose()
        if hasattr(self._behind, "aclose"):
            await self._behind.aclose()

    async def __aenter__(self) -> Stream[T]:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.aclose()


async def _relayed(source: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    try:
        async for item in source:
            yield item
    finally:
        if hasattr(source, "aclose"):
            await source.aclose()


async def _each(items: Iterable[T]) -> AsyncGenerator[T, None]:
    for item in items:
        await checkpoint()
        yield item
    # The request that finds the end is a checkpoint like any other.
    await checkpoint()


async def _mapped(upstream: Stream[T], fn: Callable[[T], U]) -> AsyncGenerator[U, None]:
    async with aclosing(upstream):
        async for item in upstream:
            yield fn(item)


async def _filtered(upstream: Stream[T], keep: Callable[[T], object]) -> AsyncGenerator[T, None]:
    async with aclosing(upstream):
        async for item in upstream:
            if keep(item):
                yield item


async def _taken(upstream: Stream[T], n: int) -> AsyncGenerator[T, None]:
    # The upstream is closed when the end is reported: leaving the `async with` is the last thing that happens here.
    async with aclosing(upstream):
        for _ in range(n):
            try:
                item = await upstream.__anext__()
            except StopAsyncIteration:
                return
            yield item
