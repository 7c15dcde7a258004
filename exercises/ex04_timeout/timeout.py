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
    """Run fn(), but give up after `seconds`.

    * fn finished in time: its value is returned, at the moment it is available.  Every
      value counts, None included.
    * fn raised: exactly that exception object comes out - not wrapped in an
      ExceptionGroup; a group that fn raised itself comes out as it is; a TimeoutError (or
      an Elapsed of an inner timeout()) that fn raised is fn's, not ours.
    * Time is up: fn is cancelled, its cleanup is awaited (even if that takes longer than
      the limit), then Elapsed(seconds) is raised.
    * A result that exists is never thrown away: if fn finished anyway - it was in a
      shielded section, or it never had to wait at all - its value (or error) is what
      counts.  Elapsed means "fn was really stopped".
    * seconds <= 0 still starts fn and lets it run to its first wait; math.inf never fires.
      If fn finishes at exactly the deadline, either outcome is fine.
    * If timeout() itself is cancelled from outside, fn is cancelled and the cancellation
      goes on its way; it does not turn into Elapsed.

    Build it from tasks, sleep() and cancellation.  Off-limits: fail_after, move_on_after,
    fail_at, move_on_at and cancel-scope deadlines.
    """
    raise NotImplementedError("your turn")
