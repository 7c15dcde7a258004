# fails: test_results_in_frame_order (completion-order)
# root: completion-order
"""Takes its place before it waits for a worker, and its frame after that, as if tasks woke up in order."""

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
    free = CapacityLimiter(workers)
    places = CapacityLimiter(workers)
    results: dict[int, bytes] = {}
    numbers = iter(range(len(frames)))
    todo = iter(frames)

    async def one() -> None:
        index = next(numbers)
        async with free:
            frame = next(todo)
            results[index] = await run_sync(encode, frame, limiter=places)
        if on_progress is not None:
            on_progress(len(results), len(frames))

    async with create_task_group() as tasks:
        for _ in frames:
            tasks.start_soon(one)
    return [results[index] for index in range(len(frames))]
