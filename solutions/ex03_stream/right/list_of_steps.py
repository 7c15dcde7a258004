"""No layers at all: one source, and a list of steps that every item goes through."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, TypeVar

from anyio.lowlevel import checkpoint

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Map:
    fn: Callable[[Any], Any]


@dataclass(frozen=True)
class Filter:
    keep: Callable[[Any], object]


@dataclass
class Take:
    left: int


class Items:
    """An iterable as a source."""

    def __init__(self, items: Iterable[Any]) -> None:
        self.iterator = iter(items)

    def __aiter__(self) -> Items:
        return self

    async def __anext__(self) -> Any:
        await checkpoint()
        for item in self.iterator:
            return item
        raise StopAsyncIteration


class Stream(Generic[T]):
    def __init__(self, source: AsyncIterator[T], steps: tuple[Map | Filter | Take, ...] = ()) -> None:
        # Inside the pipeline items change their type from step to step, which a tuple of steps cannot express.
        self._source: AsyncIterator[Any] = source
        self._steps = steps
        self._ended = False

    @classmethod
    def from_iter(cls, items: Iterable[T]) -> Stream[T]:
        return Stream(Items(items))

    def map(self, fn: Callable[[T], U]) -> Stream[U]:
        return Stream(self._source, (*self._steps, Map(fn)))

    def filter(self, keep: Callable[[T], object]) -> Stream[T]:
        return Stream(self._source, (*self._steps, Filter(keep)))

    def take(self, n: int) -> Stream[T]:
        if n < 0:
            raise ValueError("n must not be negative")
        return Stream(self._source, (*self._steps, Take(n)))

    async def collect(self) -> list[T]:
        return [item async for item in self]

    def __aiter__(self) -> Stream[T]:
        return self

    async def __anext__(self) -> T:
        if self._ended:
            raise StopAsyncIteration
        try:
            return await self._next()
        except Exception:
            self._ended = True
            raise

    async def _next(self) -> T:
        while not self._satisfied:
            item = await self._source.__anext__()
            kept, item = self._through_the_steps(item)
            if self._satisfied:
                await self.aclose()
            if kept:
                return item  # type: ignore[no-any-return]
        await self.aclose()
        raise StopAsyncIteration

    @property
    def _satisfied(self) -> bool:
        """Whether some take() has all it wants: no further item can come out at the end."""
        return any(isinstance(step, Take) and step.left == 0 for step in self._steps)

    def _through_the_steps(self, item: Any) -> tuple[bool, Any]:
        """Say whether the item comes out at the end, and as what."""
        for step in self._steps:
            match step:
                case Map(fn):
                    item = fn(item)
                case Filter(keep):
                    if not keep(item):
                        return False, None
                case Take():
                    step.left -= 1
        return True, item

    async def aclose(self) -> None:
        self._ended = True
        if hasattr(self._source, "aclose"):
            await self._source.aclose()

    async def __aenter__(self) -> Stream[T]:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.aclose()
