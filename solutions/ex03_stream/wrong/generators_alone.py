# fails: test_aclose_reaches_the_source (not-closed)
# root: not-closed
"""Async generators close their upstream, but only if they have been started."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from types import TracebackType
from typing import Generic, TypeVar

from anyio.lowlevel import checkpoint

T = TypeVar("T")
U = TypeVar("U")


class Stream(Generic[T]):
    def __init__(self, source: AsyncIterator[T]) -> None:
        self._source = source
        self._ended = False

    @classmethod
    def from_iter(cls, items: Iterable[T]) -> Stream[T]:
        return Stream(_Items(items))

    def map(self, fn: Callable[[T], U]) -> Stream[U]:
        return Stream(_mapped(self, fn))

    def filter(self, keep: Callable[[T], object]) -> Stream[T]:
        return Stream(_filtered(self, keep))

    def take(self, n: int) -> Stream[T]:
        if n < 0:
            raise ValueError(f"take() needs a number of at least 0, not {n}")
        return Stream(_taken(self, n))

    async def collect(self) -> list[T]:
        return [item async for item in self]

    def __aiter__(self) -> Stream[T]:
        return self

    async def __anext__(self) -> T:
        if self._ended:
            raise StopAsyncIteration
        try:
            return await self._source.__anext__()
        except Exception:
            self._ended = True
            raise

    async def aclose(self) -> None:
        self._ended = True
        close = getattr(self._source, "aclose", None)
        if close is not None:
            await close()

    async def __aenter__(self) -> Stream[T]:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.aclose()


class _Items(AsyncIterator[T]):
    def __init__(self, items: Iterable[T]) -> None:
        self._iterator = iter(items)

    async def __anext__(self) -> T:
        await checkpoint()
        try:
            return next(self._iterator)
        except StopIteration:
            raise StopAsyncIteration from None


async def _mapped(upstream: Stream[T], fn: Callable[[T], U]) -> AsyncGenerator[U, None]:
    async with upstream:
        async for item in upstream:
            yield fn(item)


async def _filtered(upstream: Stream[T], keep: Callable[[T], object]) -> AsyncGenerator[T, None]:
    async with upstream:
        async for item in upstream:
            if keep(item):
                yield item


async def _taken(upstream: Stream[T], n: int) -> AsyncGenerator[T, None]:
    async with upstream:
        if n == 0:
            return
        async for item in upstream:
            yield item
            n -= 1
            if n == 0:
                return
