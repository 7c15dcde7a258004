"""ex12 - DownloadManager: everything together.

    async with DownloadManager(fetch, max_concurrent=3) as manager:
        video = manager.start("http://...")     # returns at once
        music = manager.start("http://...")     # and so does this one
        data = await video.wait()

`fetch(url)` gives the chunks of one file: an async iterator of bytes that also has `async def aclose()`.  `fetch`, the
iterator and its aclose() may raise an Exception at any time.  `max_concurrent` is a whole number, at least 1.

A download is "queued" at first and then "running", from the call of fetch(url) until aclose() of its iterator is
finished.  Then it is over: "done", "failed" or "cancelled".

The contract has four parts.  Write them in this order; the tests of a part need nothing of the parts after it.

Part 1: start and wait

1. start() is a plain function that returns a Download at once.  Downloads run at the same time, however many they
   are within max_concurrent, and all other tasks go on meanwhile.
2. wait() returns the whole data, all chunks in order, when the download is over, and at that very moment.  Chunks may
   be empty, and so may the file.  Any number of tasks may wait, before and after the end, and as often as they like.
3. url, status and received always tell what is: received counts the bytes that have arrived.  A download that has
   begun is "running" at the latest when all tasks wait; when a wait() is over, status says how it ended.
4. If fetch, the iterator or its aclose() raises, the download has failed: every wait() raises this very error,
   not in an ExceptionGroup.
5. A failed download touches no other one.  The manager goes on, and leaving the block raises nothing.
6. aclose() of every iterator is awaited, after the last chunk and after an error, too; only then is the download over.
7. Leaving the block waits until everything that was started is over.
8. Before and after the block start() raises RuntimeError and fetches nothing.  (While the block is being left, it may
   do that or start the download.)
9. The same URL twice is two downloads, each fetched by itself.

Part 2: limits

10. At most max_concurrent downloads of a manager are running.  The others are "queued", and fetch() is not called for
    them before it is their turn.  Each manager counts its own downloads alone.
11. First come, first served: downloads begin in the order of start().
12. At the very moment when a download is over, done or failed, its place is free and the next one begins.

Part 3: cancelling

13. cancel() stops a running download at once, and no other one.  When its iterator is closed, the download is over:
    it is "cancelled", every wait() raises DownloadCancelled, and its place is free.
14. A queued download that is cancelled is over at once: "cancelled", DownloadCancelled, never fetched.
15. An end is final, and status and wait() always agree about it.  cancel() has no effect on a download that is over.
16. Cancelling a task that waits in wait() touches neither the download nor the others that wait.
17. Leaving the block by an error cancels everything, running or queued, and waits until it is over.  What is queued is
    never fetched.  The error goes on, bare or in an ExceptionGroup, and no other error is added.
18. The same holds if the block is cancelled, be it while it waits for the last downloads: the cancellation goes on.

Part 4: updates

19. The first item of updates() comes at once: a Snapshot of every download of this manager, in the order of start().
    What was delivered never changes later.
20. Each further item comes at the very moment when something has changed since this iterator's previous item, and no
    item comes while nothing changes.
21. A reader that does not ask delays nothing.  When it asks again, it gets the newest state in one item, and nothing of
    the states in between.  Each reader is independent of the others.
22. When the block has been left, in whatever way, and the final state was delivered, the iterator ends, and not before.
    (One more item that equals the final state is allowed.)  This is so for an iterator made after the block, too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from types import TracebackType
from typing import Any, Literal, NamedTuple, Protocol

Status = Literal["queued", "running", "done", "failed", "cancelled"]


class Chunks(Protocol):
    """What fetch(url) returns. An async generator is one."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> Any: ...


class DownloadCancelled(Exception):
    """Raised by Download.wait() for a download that was cancelled."""


class Snapshot(NamedTuple):
    """The state of one download at one moment."""

    url: str
    status: Status
    received: int


class Download:
    """A handle for one download, made by DownloadManager.start()."""

    url: str
    status: Status
    received: int
    """Number of bytes that have arrived so far."""

    async def wait(self) -> bytes:
        """Wait for the end. Part 1: the data, or the error. Part 3: or DownloadCancelled."""
        raise NotImplementedError("your turn")

    def cancel(self) -> None:
        """Stop this download only. Part 3."""
        raise NotImplementedError("your turn")


class DownloadManager:
    """Downloads many files at once without ever locking up the user interface."""

    def __init__(self, fetch: Callable[[str], Chunks], *, max_concurrent: int) -> None:
        raise NotImplementedError("your turn")

    async def __aenter__(self) -> DownloadManager:
        raise NotImplementedError("your turn")

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> bool | None:
        """Wait for everything that was started. Part 3: or cancel it, after an error."""
        raise NotImplementedError("your turn")

    def start(self, url: str) -> Download:
        """Begin a download and return at once. Part 2: or queue it."""
        raise NotImplementedError("your turn")

    def updates(self) -> AsyncIterator[Sequence[Snapshot]]:
        """The states of all downloads over time. Part 4."""
        raise NotImplementedError("your turn")
