# fails: test_processes (not-in-processes)
# root: not-in-processes
"""Has only threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from anyio import CapacityLimiter, create_task_group, to_thread

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
    limiter = CapacityLimiter(workers)
    results: dict[int, bytes] = {}
    todo = iter(enumerate(frames))

    async def work() -> None:
        for index, frame in todo:
            results[index] = await to_thread.run_sync(encode, frame, limiter=limiter)
            if on_progress is not None:
                on_progress(len(results), len(frames))

    async with create_task_group() as tasks:
        for _ in range(workers):
            tasks.start_soon(work)
    return [results[index] for index in range(len(frames))]
