from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import anyio

T = TypeVar("T")


async def join(*fns: Callable[[], Coroutine[Any, Any, T]]) -> list[T]:
    """Run every function concurrently and return all their results in argument order."""
    # start_soon() gives back a handle (since anyio 4.14). The handles are made in argument order, whatever the
    # order in which the tasks behind them end.
    async with anyio.create_task_group() as tg:
        handles = [tg.start_soon(fn) for fn in fns]

    # Behind the group every handle has a value: had one task failed, the group would have raised on the line above.
    return [handle.return_value for handle in handles]
