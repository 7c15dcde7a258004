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
    errors: list[Exception] = []

    async def alarm(target: anyio.CancelScope) -> None:
        await anyio.sleep(max(0, seconds))
        target.cancel()

    async with anyio.create_task_group() as tg:
        # A scope of its own: the alarm stops the operation and nothing else, and behind the scope the task goes on.
        with anyio.CancelScope() as scope:
            tg.start_soon(alarm, scope)
            # The body of a task group is wrapped like its tasks, so an error must not leave it.
            try:
                return await _and_stop(tg, fn)
            except Exception as error:
                errors.append(error)
        tg.cancel_scope.cancel()

    if errors:
        raise errors[0]
    raise Elapsed(seconds)


async def _and_stop(tg: anyio.abc.TaskGroup, fn: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run fn and, once there is a value, stop what else is in the group."""
    value = await fn()
    tg.cancel_scope.cancel()
    return value
