"""The tasks report; the parent takes one report, and stops everything."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

T = TypeVar("T")


async def first(*fns: Callable[[], Awaitable[T]]) -> tuple[int, T]:
    reports, inbox = anyio.create_memory_object_stream[tuple[int, list[T], Exception | None]](len(fns))

    async def run(index: int, fn: Callable[[], Awaitable[T]]) -> None:
        try:
            report = (index, [await fn()], None)
        except Exception as error:
            reports.send_nowait((index, [], error))
        else:
            reports.send_nowait(report)

    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            group.start_soon(run, index, fn)
        index, value, error = await inbox.receive()
        group.cancel_scope.cancel()
    reports.close()
    inbox.close()
    if error is not None:
        raise error
    return index, value[0]
