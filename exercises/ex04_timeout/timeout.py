"""ex04 - timeout: build it from parts you already have."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Elapsed(TimeoutError):
    """Raised by timeout(); `seconds` is the limit that was exceeded."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"timed out after {seconds} s")
        self.seconds = seconds


async def timeout(fn: Callable[[], Coroutine[Any, Any, T]], seconds: float) -> T:
    """Run fn(), but give up after `seconds`, which may be any number but nan.

    Build it from tasks, sleep() and cancellation. Off-limits: fail_after, move_on_after, fail_at,
    move_on_at and the deadlines of cancel scopes. An error is an Exception. If fn is over at exactly
    the limit, its outcome and Elapsed are both right.

    1. fn is called once, at once.
    2. If fn returns in time, its value is returned at the moment it is there.
    3. Any value is a result: None, False, an exception object.
    4. If fn raises an error in time, even before it waits for anything, this very object is raised
       at that moment, and not in an ExceptionGroup.
    5. An ExceptionGroup that fn raises comes out as it is, too, whatever it contains.
    6. A TimeoutError that fn raises is an error like any other, and so is an Elapsed, such as that
       of a timeout() inside of fn.
    7. If fn is not over when the time is up, it is cancelled at that moment.
    8. The clean-up of fn is awaited, however long it takes, and timeout() is over when it is.
    9. If fn was stopped, Elapsed(seconds) is raised, not in a group. Its `seconds` are the limit as it
       was given. Elapsed is a TimeoutError.
    10. An outcome that exists is never thrown away. If fn returns or raises an error although it was
        cancelled, from a shielded section or from its clean-up, its value or error counts, and not
        Elapsed.
    11. With a limit of 0 or less, fn runs to its first wait and is cancelled there. If it is over
        without having waited, its value or error counts.
    12. A limit of math.inf never fires.
    13. If timeout() is cancelled from outside, fn is cancelled at once, its clean-up is awaited, and
        the cancellation goes on its way; it does not turn into Elapsed. (If fn is over all the same,
        or the time is up meanwhile, either outcome is right.)
    14. Calls are independent of each other, at the same time and one after the other.
    """
    raise NotImplementedError("your turn")
