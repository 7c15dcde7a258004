from __future__ import annotations

import math
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import anyio
from anyio.streams.memory import MemoryObjectSendStream

T = TypeVar("T")


async def post(
    outbox: MemoryObjectSendStream[tuple[int, T]], position: int, fn: Callable[[], Coroutine[Any, Any, T]]
) -> None:
    """Run fn and send its result with the position on it."""
    async with outbox:
        await outbox.send((position, await fn()))


async def join(*fns: Callable[[], Coroutine[Any, Any, T]]) -> list[T]:
    """Run every function concurrently and return all their results in argument order."""
    # No limit on the buffer: a send must never wait, or a task would be over later than its function.
    outbox, inbox = anyio.create_memory_object_stream[tuple[int, T]](math.inf)
    arrived: list[tuple[int, T]] = []

    async with anyio.create_task_group() as tg, inbox:
        # One clone each. The stream ends when the last clone is closed, so nobody has to count messages, and a
        # join() of nothing is no special case.
        with outbox:
            for position, fn in enumerate(fns):
                tg.start_soon(post, outbox.clone(), position, fn)
        async for message in inbox:
            arrived.append(message)

    # Sorted by position alone: comparing whole messages would compare the results of equal positions, and results
    # need not have an order.
    arrived.sort(key=lambda message: message[0])
    return [result for _, result in arrived]
