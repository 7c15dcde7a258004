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
    # At most one of the two gets an entry. Lists, because the question "is there one?" must have an answer that does
    # not depend on what the value is: fn may well return None.
    values: list[T] = []
    errors: list[Exception] = []

    async def operation() -> None:
        # Caught here, in its own task: what leaves a task arrives in an ExceptionGroup, and callers of timeout()
        # want to write `except ValueError`. Cancellation is no Exception and passes.
        try:
            values.append(await fn())
        except Exception as error:
            errors.append(error)
        tg.cancel_scope.cancel()

    async def timer() -> None:
        # A negative sleep is an error, a negative limit is not.
        await anyio.sleep(max(0, seconds))
        tg.cancel_scope.cancel()

    # Whoever is first cancels the scope they share, and so the other one. Leaving the group waits for both, the
    # clean-up of a cancelled operation included.
    async with anyio.create_task_group() as tg:
        tg.start_soon(operation)
        tg.start_soon(timer)

    # What happened, and not what time it is: both may have happened, if fn could not be stopped in the middle of
    # something. Then its outcome counts.
    if errors:
        raise errors[0]
    if values:
        return values[0]
    raise Elapsed(seconds)
