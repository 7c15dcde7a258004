# fails: test_progress_arrives_while_work_goes_on (late-report)
# root: late-report
"""Reports a frame when all those before it are done."""

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
    todo = iter(enumerate(frames))
    reported = 0

    async def work() -> None:
        nonlocal reported
        for index, frame in todo:
            results[index] = await run_sync(encode, frame, limiter=limiter)
            while reported in results:
                reported += 1
                if on_progress is not None:
                    on_progress(reported, len(frames))

    async with create_task_group() as tasks:
        for _ in range(workers):
            tasks.start_soon(work)
    return [results[index] for index in range(len(frames))]
