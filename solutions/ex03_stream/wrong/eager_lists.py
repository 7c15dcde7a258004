# fails: test_map_filter_take_collect_compose, test_pulls_one_item_per_request (read-ahead)
# root: read-ahead
"""Every operator reads the whole of its upstream before it gives its first item."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
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
        return Stream(_Later(self, lambda items: [fn(item) for item in items]))

    def filter(self, keep: Callable[[T], object]) -> Stream[T]:
        return Stream(_Later(self, lambda items: [item for item in items if keep(item)]))

    def take(self, n: int) -> Stream[T]:
        if n < 0:
            raise ValueError(f"take() needs a number of at least 0, not {n}")
        return Stream(_Later(self, lambda items: items[:n]))

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


class _Later(_Operator[T, U]):
    def __init__(self, upstream: Stream[T], work: Callable[[list[T]], list[U]]) -> None:
        super().__init__(upstream)
        self._work = work
        self._results: Iterator[U] | None = None

    async def __anext__(self) -> U:
        if self._results is None:
            self._results = iter(self._work(await self._upstream.collect()))
        for result in self._results:
            return result
        raise StopAsyncIteration
