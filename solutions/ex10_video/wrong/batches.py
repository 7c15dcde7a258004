# fails: test_workers_work_at_the_same_time (idle-workers)
# root: idle-workers
"""Encodes in batches, and begins the next one when all frames of the last one are done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from anyio import CapacityLimiter, create_task_group, to_process, to_thread

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
        raise ValueError("workers must be at least 1")
    run_sync = to_process.run_sync if processes else to_thread.run_sync
    limiter = CapacityLimiter(workers)
    results: dict[int, bytes] = {}

    async def one(index: int) -> None:
        results[index] = await run_sync(encode, frames[index], limiter=limiter)
        if on_progress is not None:
            on_progress(len(results), len(frames))

    for start in range(0, len(frames), workers):
        async with create_task_group() as tasks:
            for index in range(start, min(start + workers, len(frames))):
                tasks.start_soon(one, index)
    return [results[index] for index in range(len(frames))]
