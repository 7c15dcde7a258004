# fails: test_results_in_frame_order (completion-order)
# root: completion-order
"""Takes the next place in the list when its task starts, as if tasks started in order."""

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
    results: list[bytes] = []
    done = 0

    async def one(frame: F) -> None:
        nonlocal done
        place = len(results)
        results.append(b"")
        results[place] = await run_sync(encode, frame, limiter=limiter)
        done += 1
        if on_progress is not None:
            on_progress(done, len(frames))

    async with create_task_group() as tasks:
        for frame in frames:
            tasks.start_soon(one, frame)
    return results
