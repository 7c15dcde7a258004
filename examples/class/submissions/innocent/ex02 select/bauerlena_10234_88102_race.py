from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import anyio

T = TypeVar("T")


@dataclass(frozen=True)
class Winner(Generic[T]):
    """Which argument won (0 is the first), and what it returned."""

    index: int
    value: T


@dataclass(frozen=True)
class Failed:
    """A contestant's error on its way to the parent."""

    error: Exception


async def select(*fns: Callable[[], Coroutine[Any, Any, T]]) -> Winner[T]:
    if not fns:
        raise ValueError("select() needs at least one function")

    # The buffer has room for every report: a contestant that is done never waits for the parent to read.
    send, receive = anyio.create_memory_object_stream[Winner[T] | Failed](len(fns))

    async def run(index: int, fn: Callable[[], Coroutine[Any, Any, T]]) -> None:
        try:
            report: Winner[T] | Failed = Winner(index, await fn())
        except Exception as error:
            report = Failed(error)
        send.send_nowait(report)

    with send, receive:
        async with anyio.create_task_group() as group:
            for index, fn in enumerate(fns):
                group.start_soon(run, index, fn)
            first = await receive.receive()
            group.cancel_scope.cancel()

    if isinstance(first, Failed):
        raise first.error
    return first
