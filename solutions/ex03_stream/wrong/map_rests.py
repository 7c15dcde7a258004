# fails: test_item_is_given_when_it_is_ready (polling)
# root: polling
"""Rests a moment before it asks for an item to map."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from types import TracebackType
from typing import Generic, TypeVar

import anyio
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
        return Stream(_Map(self, fn))

    def filter(self, keep: Callable[[T], object]) -> Stream[T]:
        return Stream(_Filter(self, keep))

    def take(self, n: int) -> Stream[T]:
        if n < 0:
            raise ValueError(f"take() needs a number of at least 0, not {n}")
        return Stream(_Take(self, n))

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


class _Operator(AsyncIterator[U], Generic[T, U]):
    def __init__(self, upstream: Stream[T]) -> None:
        self._upstream = upstream

    async def aclose(self) -> None:
        await self._upstream.aclose()


class _Map(_Operator[T, U]):
    def __init__(self, upstream: Stream[T], fn: Callable[[T], U]) -> None:
        super().__init__(upstream)
        self._fn = fn

    async def __anext__(self) -> U:
        await anyio.sleep(0.01)
        return self._fn(await self._upstream.__anext__())


class _Filter(_Operator[T, T]):
    def __init__(self, upstream: Stream[T], keep: Callable[[T], object]) -> None:
        super().__init__(upstream)
        self._keep = keep

    async def __anext__(self) -> T:
        while True:
            item = await self._upstream.__anext__()
            if self._keep(item):
                return item


class _Take(_Operator[T, T]):
    def __init__(self, upstream: Stream[T], n: int) -> None:
        super().__init__(upstream)
        self._left = n

    async def __anext__(self) -> T:
        if self._left == 0:
            await self._upstream.aclose()
            raise StopAsyncIteration
        item = await self._upstream.__anext__()
        self._left -= 1
        if self._left == 0:
            await self._upstream.aclose()
        return item
