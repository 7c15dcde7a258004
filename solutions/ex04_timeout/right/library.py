# off-limits: exempt
"""ex04 - the library's own: a cancel scope with a deadline."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import anyio

T = TypeVar("T")


class Elapsed(TimeoutError):
    """Raised by timeout(); `seconds` is the limit that was exceeded."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"timed out after {seconds} s")
        self.seconds = seconds


async def timeout(fn: Callable[[], Coroutine[Any, Any, T]], seconds: float) -> T:
    """Run fn(), but give up after `seconds`."""
    with anyio.move_on_after(seconds):
        return await fn()

    # Reached only if the scope caught its own cancellation, that is, if fn was really stopped. fail_after() is this
    # with a TimeoutError in place of Elapsed.
    raise Elapsed(seconds)
