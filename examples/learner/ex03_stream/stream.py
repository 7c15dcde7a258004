"""ex03 - Stream: futures in sequence."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class Stream(Generic[T]):
    """A lazy, closable sequence of items that become ready over time."""

    def __init__(self, source: AsyncIterator[T]) -> None:
        self.source = source
        self.over = False

    @classmethod
    def from_iter(cls, items: Iterable[T]) -> Stream[T]:
        async def one_by_one() -> AsyncIterator[T]:
            for item in items:
                yield item

        return cls(one_by_one())

    def map(self, fn: Callable[[T], U]) -> Stream[U]:
        async def mapped() -> AsyncIterator[U]:
            async for item in self:
                yield fn(item)

        return Stream(mapped())

    def filter(self, keep: Callable[[T], object]) -> Stream[T]:
        async def kept() -> AsyncIterator[T]:
            async for item in self:
                if keep(item):
                    yield item

        return Stream(kept())

    def take(self, n: int) -> Stream[T]:
        raise NotImplementedError("I will do this tomorrow")

    async def collect(self) -> list[T]:
        return [item async for item in self]

    def __aiter__(self) -> Stream[T]:
        return self

    async def __anext__(self) -> T:
        if self.over:
            raise StopAsyncIteration
        try:
            return await self.source.__anext__()
        except StopAsyncIteration:
            self.over = True
            raise

    async def aclose(self) -> None:
        raise NotImplementedError("this too")

    async def __aenter__(self) -> Stream[T]:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.aclose()
