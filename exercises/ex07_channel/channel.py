"""ex07 - channel: message passing, made by hand."""

from __future__ import annotations

from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")


class Sender(Generic[T]):
    """The sending half.  Close it when you are done, or use `with sender:`."""

    async def send(self, item: T) -> None:
        """Put the item into the channel; it is sent when send() returns.

        1. Items are received in the order in which they were sent.
        2. Every object can be sent: None and other falsy objects, and exceptions, too.
        3. The channel holds `capacity` items.  While there is room, send() need not wait; while
           it is full, send() waits, and goes on the moment there is room.
        4. If THIS sender is closed, send() and clone() raise anyio.ClosedResourceError; other
           senders go on.
        5. If the receiver is closed, send() raises anyio.BrokenResourceError, and so does every
           send() that waits at that moment.
        6. A send() that raises the cancellation exception has sent nothing.
        """
        raise NotImplementedError("your turn")

    def clone(self) -> Sender[T]:
        """Another sender for the same channel.

        7. The channel stays open until the LAST of its senders is closed.
        """
        raise NotImplementedError("your turn")

    def close(self) -> None:
        """Close this sender.  Not async: clean-up must not need to wait.

        8. Closing a sender, or the receiver, again has no effect.
        """
        raise NotImplementedError("your turn")

    def __enter__(self) -> Sender[T]:
        """Begin a block.

        9. `with` gives a sender, or the receiver, itself, and closes it at the end of the block,
           also if the block raises; what it raises goes on.
        """
        raise NotImplementedError("your turn")

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        raise NotImplementedError("your turn")


class Receiver(Generic[T]):
    """The receiving half.  `async for item in receiver` ends when all senders are closed."""

    async def receive(self) -> T:
        """Take the oldest item.

        10. While there is no item, receive() waits, and goes on the moment there is one.
        11. When every sender is closed and no item is left, it raises anyio.EndOfStream, again
            and again, and so does every receive() that waits at that moment.
        12. What was sent before the last sender was closed is received first.
        13. If the receiver is closed, it raises anyio.ClosedResourceError, whatever is left.
        14. A receive() that raises the cancellation exception has taken nothing.
        """
        raise NotImplementedError("your turn")

    def close(self) -> None:
        """Close the receiver.  From then on nothing can be sent, see 5."""
        raise NotImplementedError("your turn")

    def __aiter__(self) -> Receiver[T]:
        """Return this receiver.

        15. `async for` gives each item, and ends where receive() would raise EndOfStream.
            Other errors of receive() come out.
        """
        raise NotImplementedError("your turn")

    async def __anext__(self) -> T:
        raise NotImplementedError("your turn")

    def __enter__(self) -> Receiver[T]:
        raise NotImplementedError("your turn")

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        raise NotImplementedError("your turn")


def channel(capacity: int) -> tuple[Sender[T], Receiver[T]]:
    """Make a channel, and return its first sender and its receiver.

    16. A capacity below 1 raises ValueError.
    17. Channels have nothing to do with each other.
    18. send() and receive() pass a checkpoint before they return, even if they need not wait.
    19. Several tasks may wait in receive() at once.  Whenever there is an item and somebody
        waits for one, somebody gets it - also if another task that waits is cancelled in the
        very same instant.
    20. Several tasks may wait in send() at once, also on one sender.  Whenever there is room
        and somebody waits for it, somebody proceeds - also if another task that waits is
        cancelled in the very same instant.

    Which of the tasks that wait is served first is up to you.  Not specified: what becomes of a
    send() or receive() that waits on an end which is closed meanwhile; and whether the item of
    a waiting send() is sent if it is cancelled in the very instant in which there is room.
    """
    raise NotImplementedError("your turn")
