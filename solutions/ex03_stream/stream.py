"""ex03 - Stream: futures in sequence."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from types import TracebackType
from typing import Generic, TypeVar

from anyio.lowlevel import checkpoint

T = TypeVar("T")
U = TypeVar("U")


class Stream(Generic[T]):
    """A lazy, closable sequence of items that become ready over time.

    The work is done by small iterators, one per operator. This class puts round each of them what all streams have in
    common: the end is final, and closing goes through. Nothing is done twice, and nothing is forgotten in one of them.
    """

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
            # StopAsyncIteration is an Exception too: the end and an error are treated alike. A cancellation is not:
            # on both backends it is a BaseException, goes past this line, and leaves the stream open.
            self._ended = True
            raise

    async def aclose(self) -> None:
        # First the flag: it holds even if the source fails to close. A stream is closed by whoever wants to, as often
        # as they want to, and the source's own aclose() has to bear that as well.
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
    """A plain iterable, item by item."""

    def __init__(self, items: Iterable[T]) -> None:
        self._iterator = iter(items)

    async def __anext__(self) -> T:
        # The checkpoint comes before next(): a request that is cancelled here has taken nothing.
        await checkpoint()
        try:
            return next(self._iterator)
        except StopIteration:
            raise StopAsyncIteration from None


class _Operator(AsyncIterator[U], Generic[T, U]):
    """Something that is put round an upstream; closing it closes the upstream."""

    def __init__(self, upstream: Stream[T]) -> None:
        self._upstream = upstream

    async def aclose(self) -> None:
        await self._upstream.aclose()


class _Map(_Operator[T, U]):
    def __init__(self, upstream: Stream[T], fn: Callable[[T], U]) -> None:
        super().__init__(upstream)
        self._fn = fn

    async def __anext__(self) -> U:
        return self._fn(await self._upstream.__anext__())


class _Filter(_Operator[T, T]):
    def __init__(self, upstream: Stream[T], keep: Callable[[T], object]) -> None:
        super().__init__(upstream)
        self._keep = keep

    async def __anext__(self) -> T:
        # The end of the upstream leaves this loop as StopAsyncIteration, and so does every error.
        while True:
            item = await self._upstream.__anext__()
            if self._keep(item):
                return item


class _Take(_Operator[T, T]):
    def __init__(self, upstream: Stream[T], n: int) -> None:
        super().__init__(upstream)
        self._left = n

    async def __anext__(self) -> T:
        # Look before pulling: a request too many would wait for an item that nobody gets to see.
        if self._left == 0:
            await self._upstream.aclose()
            raise StopAsyncIteration
        item = await self._upstream.__anext__()
        self._left -= 1
        if self._left == 0:
            # Closing with the last item, not with the end: a reader that wants three items may never ask a fourth time.
            await self._upstream.aclose()
        return item
