"""ex11 - Executor: what is underneath.  Plain Python; no asyncio, trio or anyio."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Deadlock(RuntimeError):
    """Nothing is ready, no timer is set, and the main coroutine is not finished."""


class Future(Generic[T]):
    """A value that may not be ready yet.  `Future()` makes one; any task may set it, and any may wait."""

    def done(self) -> bool:
        """Has a result or an exception been set?"""
        raise NotImplementedError("your turn")

    def set_result(self, value: T) -> None:
        """Make it ready, and wake every task that waits for it.

        1. A future is set once.  Setting it again, by set_result() or set_exception(), is a
           RuntimeError and changes nothing.
        2. Every task that waits for it goes on, in the order in which they began to wait.
        3. Waking only puts a task into the queue: no other task runs before set_result() has
           returned, however many there are that wake each other.
        """
        raise NotImplementedError("your turn")

    def set_exception(self, exc: BaseException) -> None:
        """Make it ready with an error.  It wakes in the same way as set_result()."""
        raise NotImplementedError("your turn")

    def result(self) -> T:
        """What it was set to.

        4. It returns the very value, whatever that is, and raises the very error, each time it
           is asked, as `await` does.  Before the future is ready it raises RuntimeError.
        """
        raise NotImplementedError("your turn")

    def add_waker(self, wake: Callable[[], None]) -> None:
        """Have a function called when the future is ready.

        5. wake() is called once, as soon as the future is ready: at once, if it is ready now.
           Several are called in the order in which they were added.
        """
        raise NotImplementedError("your turn")

    def __await__(self) -> Generator[Any, None, T]:
        """Wait until it is ready, and give its value or raise its error.

        6. Awaiting a future that is ready does not make the task give up its turn.
        7. A task that waits for a future that is not ready rests: its code is resumed ("polled")
           only when that future has become ready, and once.
        """
        raise NotImplementedError("your turn")


def yield_now() -> Awaitable[None]:
    """Give way: `await yield_now()`.

    8. Every other task that is ready takes one turn; then this one goes on.
    """
    raise NotImplementedError("your turn")


class Executor:
    """Runs coroutines.  `Executor()` makes one; its run() is called once.

    A turn of a task lasts until it waits for a future that is not ready, gives way, or ends.

    9. Ready tasks take their turns first in, first out, whether they were spawned or woken.
    10. `now` is 0 at first.  It stands still while a task is ready; when all of them wait, it
        jumps to the time of the next timer.
    11. No real time is spent sleeping: no call waits.
    12. Each executor has its own tasks, timers and clock.
    """

    now: float = 0.0
    """The executor's clock, in seconds."""

    def spawn(self, coro: Coroutine[Any, Any, T]) -> Future[T]:
        """Add a task, before run() or inside of it; returns the future of its outcome.

        13. None of its code runs before spawn() has returned.
        14. The future is set to what the task returns, or to the Exception that it raises.  It
            can be awaited any number of times, before the end of the task and after it.
        15. A task that fails stops no other one, and not run(), whether it is awaited or not.
        """
        raise NotImplementedError("your turn")

    def sleep(self, seconds: float) -> Future[None]:
        """A future that is ready after so many seconds, a number above 0.

        16. It becomes ready when the clock has come to that time, counted from this call;
            timers of one time become ready in the order in which they were made.
        """
        raise NotImplementedError("your turn")

    def run(self, coro: Coroutine[Any, Any, T]) -> T:
        """Run coro as a task, and with it all others, until it has ended.

        17. It returns the very value that coro returns, and raises the very exception that coro
            raises.
        18. It is over when coro has ended, and waits for no other task.
        19. However it ends, the coroutines of all tasks that are unfinished then have been
            closed, so that their `finally` blocks have run.
        20. If nothing is ready, no timer is left and coro has not ended, it raises Deadlock.
        21. A task that awaits something that is not a Future of this module, such as an object
            of another library that yields itself, fails with a TypeError.
        """
        raise NotImplementedError("your turn")
