from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, NoReturn, TypeVar

import anyio

T = TypeVar("T")


class Elapsed(TimeoutError):
    """Raised by timeout(); `seconds` is the limit that was exceeded."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"timed out after {seconds} s")
        self.seconds = seconds


async def timeout(fn: Callable[[], Coroutine[Any, Any, T]], seconds: float) -> T:
    """Run fn(), but give up after `seconds`."""

    # Returns what to do and does not do it: an error that is raised in here would come out of the group in a group.
    async def attempt() -> Callable[[], T]:
        try:
            value = await fn()
        except Exception as error:
            return partial(_raise, error)
        finally:
            timer.cancel()
        return lambda: value

    async def ring() -> None:
        await anyio.sleep(max(0, seconds))
        operation.cancel()

    # Both names are there before either task takes its first step: a new task begins when this one waits, and that
    # is at the end of the block.
    async with anyio.create_task_group() as tg:
        operation = tg.start_soon(attempt)
        timer = tg.start_soon(ring)

    # A cancelled handle does not mean that the task was stopped: only the status tells how it ended.
    if operation.status is anyio.TaskHandle.Status.FINISHED:
        return operation.return_value()
    raise Elapsed(seconds)


def _raise(error: Exception) -> NoReturn:
    raise error
