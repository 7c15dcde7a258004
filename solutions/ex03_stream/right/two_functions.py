"""A stream is two functions: one that pulls the next item, and one that closes what it comes from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from types import TracebackType
from typing import Generic, TypeVar

from anyio.lowlevel import checkpoint

T = TypeVar("T")
U = TypeVar("U")


class Stream(Generic[T]):
    _pull: Callable[[], Awaitable[T]]
    _close: Callable[[], Awaitable[None]] | None

    def __init__(self, source: AsyncIterator[T]) -> None:
        self._pull = source.__anext__
        self._close = getattr(source, "aclose", None)

    @classmethod
    def _of(cls, pull: Callable[[], Awaitable[U]], close: Callable[[], Awaitable[None]] | None) -> Stream[U]:
        stream: Stream[U] = Stream.__new__(Stream)
        stream._pull = pull
        stream._close = close
        return stream

    @classmethod
    def from_iter(cls, items: Iterable[T]) -> Stream[T]:
        iterator = iter(items)

        async def pull() -> T:
            await checkpoint()
            try:
                return next(iterator)
            except StopIteration:
                raise StopAsyncIteration from None

        return cls._of(pull, None)

    def map(self, fn: Callable[[T], U]) -> Stream[U]:
        async def pull() -> U:
            return fn(await self.__anext__())

        return self._of(pull, self.aclose)

    def filter(self, keep: Callable[[T], object]) -> Stream[T]:
        async def pull() -> T:
            item = await self.__anext__()
            while not keep(item):
                item = await self.__anext__()
            return item

        return self._of(pull, self.aclose)

    def take(self, n: int) -> Stream[T]:
        if n < 0:
            raise ValueError("n must not be negative")
        taken = 0

        async def pull() -> T:
            nonlocal taken
            if taken < n:
                item = await self.__anext__()
                taken += 1
                return item
            await self.aclose()
            return await _end()

        return self._of(pull, self.aclose)

    async def collect(self) -> list[T]:
        items = []
        async for item in self:
            items.append(item)
        return items

    def __aiter__(self) -> Stream[T]:
        return self

    async def __anext__(self) -> T:
        try:
            return await self._pull()
        except Exception:
            # The end lasts because there is nothing left to pull with.
            self._pull = _end
            raise

    async def aclose(self) -> None:
        self._pull = _end
        if self._close is not None:
            await self._close()

    async def __aenter__(self) -> Stream[T]:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.aclose()


async def _end() -> T:
    raise StopAsyncIteration
