"""ex03 - Stream: futures in sequence."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class Stream(Generic[T]):
    """A lazy, closable sequence of items that become ready over time.

    Laziness: building a stream or a pipeline pulls nothing.  One request
    (`await stream.__anext__()`, one turn of `async for`) pulls exactly as many items from
    the source as are needed to produce one item - never one more.

    End: when the source is exhausted `__anext__` raises StopAsyncIteration, and keeps
    raising it without touching the source again.  An error raised by the source or by a
    function given to map()/filter() is passed on unchanged; after it the stream has ended.
    Cancellation is passed on unchanged.  (After a cancelled pull the state of the source is
    its own business: a cancelled async generator is finished.)

    Closing: aclose() closes the source too, through every layer (it calls the source's
    aclose() if there is one), may be called repeatedly, and ends the stream.  Calling the
    source's aclose() more than once is harmless.  `async with stream:` closes on exit.
    One consumer at a time.
    """

    def __init__(self, source: AsyncIterator[T]) -> None:
        """Wrap any async iterator (an object with __anext__, maybe with aclose)."""
        raise NotImplementedError("your turn")

    @classmethod
    def from_iter(cls, items: Iterable[T]) -> Stream[T]:
        """Make a stream from a plain iterable, possibly an infinite one.

        Every request is a checkpoint, the final one included: a stream that is always
        ready must still give other tasks their turn and notice cancellation.
        """
        raise NotImplementedError("your turn")

    def map(self, fn: Callable[[T], U]) -> Stream[U]:
        """A stream of fn(item); fn is an ordinary function."""
        raise NotImplementedError("your turn")

    def filter(self, keep: Callable[[T], object]) -> Stream[T]:
        """A stream of the items for which keep(item) is true - however many are skipped."""
        raise NotImplementedError("your turn")

    def take(self, n: int) -> Stream[T]:
        """A stream of the first n items.

        Pulls n items at most (none for n == 0), and closes the source as soon as the n-th
        one was taken - at the latest when the end is reported.  n < 0: ValueError, at once.
        """
        raise NotImplementedError("your turn")

    async def collect(self) -> list[T]:
        """All remaining items as a list."""
        raise NotImplementedError("your turn")

    def __aiter__(self) -> Stream[T]:
        raise NotImplementedError("your turn")

    async def __anext__(self) -> T:
        raise NotImplementedError("your turn")

    async def aclose(self) -> None:
        raise NotImplementedError("your turn")

    async def __aenter__(self) -> Stream[T]:
        raise NotImplementedError("your turn")

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        raise NotImplementedError("your turn")
