"""One task starts a frame whenever a worker is free; the others run one frame each, and say when they are done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import anyio
from anyio import to_process, to_thread

F = TypeVar("F")


async def export_video(
    frames: Sequence[F],
    encode: Callable[[F], bytes],
    *,
    workers: int = 1,
    on_progress: Callable[[int, int], None] | None = None,
    processes: bool = False,
) -> list[bytes]:
    if workers < 1:
        raise ValueError("at least one worker is needed")
    total = len(frames)
    free = anyio.Semaphore(workers)
    # As many places as frames: the semaphore decides how many of them are taken.
    places = anyio.CapacityLimiter(max(1, total))
    outcome: list[list[bytes]] = [[] for _ in frames]

    async def one(index: int) -> None:
        try:
            call = to_process.run_sync if processes else to_thread.run_sync
            outcome[index].append(await call(encode, frames[index], limiter=places))
        finally:
            free.release()
        if on_progress is not None:
            on_progress(sum(map(len, outcome)), total)

    async with anyio.create_task_group() as tasks:
        for index in range(total):
            await free.acquire()
            tasks.start_soon(one, index)
    return [encoded for (encoded,) in outcome]
