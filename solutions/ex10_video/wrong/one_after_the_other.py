# fails: test_workers_work_at_the_same_time (serial), test_a_hundred_and_fifty_workers (serial)
# root: serial
"""Awaits each frame before it begins the next one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from anyio import CapacityLimiter, to_process, to_thread

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
    results: list[bytes] = []
    for frame in frames:
        results.append(await run_sync(encode, frame, limiter=limiter))
        if on_progress is not None:
            on_progress(len(results), len(frames))
    return results
