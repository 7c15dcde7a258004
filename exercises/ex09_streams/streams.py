"""ex09 - merge, throttle, timeout_each: streams in time.

A source is any async iterator: an object with __anext__, and maybe with aclose(). A stream has one consumer, which asks
for one item at a time. Of two things that happen at the same moment either may come first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Late:
    """Stands in the stream for "the next item is not there after `seconds`"."""

    seconds: float


def merge(*sources: AsyncIterator[T]) -> AbstractAsyncContextManager[AsyncIterator[T]]:
    """Combine several streams into one:  async with merge(a, b) as items: ...

    Concurrency needs a place to live, therefore a context manager: inside the block the sources run, after it
    nothing does.

    1. Items come out as soon as they are available, from however many sources. No source waits for another one, and
       none waits for a consumer that is busy: it is asked for its next item as soon as its last one was taken.
    2. All items come out, each once, those of one source in its own order. Every value is an item, None and False
       too.
    3. The stream ends when ALL sources have ended, at that moment, and stays ended. merge() of nothing is empty.
    4. Back-pressure: a source is never asked for more than two items beyond those that were taken from it (one on its
       way, one being asked for).
    5. Leaving the block, at its end or by `break` or `return`, stops all sources at once, without waiting for further
       items, and closes them: aclose() is called on each source that has it, also on one that has ended and on one
       that sits on an item nobody took, and never while the source is still being asked.
    6. Closing is waited for to its end, also where aclose() needs time, and also when the block is cancelled.
    7. An error in a source comes out of the block, at the latest when the consumer asks next: the same object, bare or
       in an ExceptionGroup, and nothing else with it. The other sources are stopped and closed.
    8. An error in the block comes out in the same way, and all sources are stopped and closed.
    9. When the block is cancelled all sources are stopped and closed, and the cancellation goes on its way.
    """
    raise NotImplementedError("your turn")


def throttle(source: AsyncIterator[T], period: float) -> AsyncIterator[T]:
    """Ask the source for an item at most once per `period` seconds.

    10. Between the BEGINNINGS of two requests to the source there are at least `period` seconds. Lost time is not
        caught up: after a slow moment the distance is the same again.
    11. Each request of the consumer makes one request to the source, and nothing else does. It is not delayed for
        longer than 10 takes: the first one not at all, nor one that comes late anyway, because the source or the
        consumer was slow. Each stream counts for itself.
    12. All items come through, in order, and so do the end and an error of the source, as the object that it is.
    13. The result has aclose(), which closes the source (if that has aclose()), whether or not an item was ever asked
        for.
    """
    raise NotImplementedError("your turn")


def timeout_each(source: AsyncIterator[T], seconds: float) -> AbstractAsyncContextManager[AsyncIterator[T | Late]]:
    """Announce late items:  async with timeout_each(source, 0.2) as items: ...

    `seconds` is more than 0.

    14. All items of the source come out, each once and in order, at the moments at which they would come out of
        merge(source), and after them the end.
    15. If the consumer has asked and waited for `seconds`, and neither an item nor the end is there, it gets
        Late(seconds) at that moment, and not if the item is there sooner. The time counts from the consumer's request.
        With math.inf nothing is ever late.
    16. Late comes once per late item, however late that is: the consumer's next request waits for the item itself.
    17. Being late harms nobody: the source is neither cancelled nor asked again, and goes on as if nothing had been. An
        item that comes at the very moment at which the time is up may come with Late or without it, and is not lost.
    18. Errors, leaving the block, being cancelled and closing are as with merge(), see 4 to 9.
    19. The streams of merge(), throttle() and timeout_each() are sources again: each can be put into each.
    """
    raise NotImplementedError("your turn")
