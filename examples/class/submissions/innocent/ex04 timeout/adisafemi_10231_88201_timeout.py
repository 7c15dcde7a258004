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


async def select(*fns: Callable[[], Coroutine[Any, Any, T]]) -> tuple[int, Callable[[], T]]:
    """Run all until one is over and cancel the rest. Return its index and a function that gives or raises its outcome.

    If several are over by then, the first argument among them wins.
    """
    outcomes: dict[int, Callable[[], T]] = {}

    async def run(index: int, fn: Callable[[], Coroutine[Any, Any, T]]) -> None:
        try:
            value = await fn()
        except Exception as error:
            outcomes[index] = partial(_raise, error)
        else:
            outcomes[index] = lambda: value
        tg.cancel_scope.cancel()

    async with anyio.create_task_group() as tg:
        for index, fn in enumerate(fns):
            tg.start_soon(run, index, fn)

    # Argument order, not order of arrival. The second in line may have cancelled the first and still find it with an
    # outcome, because the first was where it could not be stopped.
    index = min(outcomes)
    return index, outcomes[index]


def _raise(error: Exception) -> NoReturn:
    raise error


async def timeout(fn: Callable[[], Coroutine[Any, Any, T]], seconds: float) -> T:
    """Run fn(), but give up after `seconds`."""

    # The timer is an operation as well, one that ends by raising.
    async def timer() -> T:
        await anyio.sleep(max(0, seconds))
        raise Elapsed(seconds)

    # fn first: a result that exists wins against the clock.
    _, outcome = await select(fn, timer)
    return outcome()
