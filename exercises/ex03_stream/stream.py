"""ex03 - Stream: futures in sequence."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class Stream(Generic[T]):
    """A lazy, closable sequence of items that become ready over time.

    A request is `await stream.__anext__()`, or one turn of `async for`. There are three outcomes: an
    item, the end (StopAsyncIteration), and an error, which is any other Exception. A stream has one
    consumer at a time. What it gives after a cancelled request is not promised.

    1. Building takes no item from the source: not Stream(), not from_iter(), map(), filter() or
       take().
    2. A request takes as many items from the source as it needs to give one item, never one more,
       and gives it at the moment it is there. Between requests nothing is taken.
    3. Any object is an item like all others: None, 0, "", an exception object.
    4. map(), filter() and take() return a new stream that reads from this one, and this one stays as
       it was: it gives its next item, unchanged, to whoever asks it. Streams over different sources
       are independent of each other.
    5. When there are no more items, a request raises StopAsyncIteration, and so does each later one.
       The source is not asked again, by collect() neither, which then returns [].
    6. An error that comes from the source, or from a function given to map() or filter(), leaves the
       request as the very same object, and not in a group. After it the stream is at its end (see 5).
       No function raises StopIteration or StopAsyncIteration.
    7. When a request or collect() is cancelled, what it waits for is cancelled at once, and the
       cancellation goes on its way.
    8. aclose() awaits the aclose() of the source, if it has one, through however many layers: before
       the first request, in the middle and after the end. It may be called again. An error of the
       source's aclose() comes out. (Calling the source's aclose() more often than once is harmless.)
    9. After aclose() the stream is at its end (see 5).
    10. `async with stream as s` makes `s` this very stream. However the block is left, the stream is
        closed as by aclose(), also after an error or a cancellation, which then goes on its way.
    """

    def __init__(self, source: AsyncIterator[T]) -> None:
        """Wrap any async iterator: an object with __aiter__ and __anext__, maybe with aclose."""
        raise NotImplementedError("your turn")

    @classmethod
    def from_iter(cls, items: Iterable[T]) -> Stream[T]:
        """Make a stream from an iterable, possibly an endless one.

        11. Each item of any iterable comes once, and in order.
        12. Each request to this stream that takes an item is a checkpoint, and so is the first one
            that finds the end: other tasks get a turn, and a cancellation is noticed.
        """
        raise NotImplementedError("your turn")

    def map(self, fn: Callable[[T], U]) -> Stream[U]:
        """Make a stream of what an ordinary function makes of the items.

        13. The items are fn(item), and fn is called once for each item.
        """
        raise NotImplementedError("your turn")

    def filter(self, keep: Callable[[T], object]) -> Stream[T]:
        """Make a stream of some of the items.

        14. It has the items for which keep(item) is true, as `if` understands it. keep is called once
            for each item, and any number of items in a row may be skipped.
        """
        raise NotImplementedError("your turn")

    def take(self, n: int) -> Stream[T]:
        """Make a stream of the first items.

        15. It has the next `n` items, or all if there are fewer, and it takes no more than `n` from
            the source, none for n == 0.
        16. It closes the source, through every layer, with its n-th item, or at the latest when it
            reports the end. With n == 0 this is the first request.
        17. If n is negative, take() raises ValueError at once.
        """
        raise NotImplementedError("your turn")

    async def collect(self) -> list[T]:
        """Read the stream to its end.

        18. It returns a list of all remaining items, in order, however many. An error of the stream
            comes out of it (see 6).
        """
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
