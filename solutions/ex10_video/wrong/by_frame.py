# fails: test_every_frame_is_encoded_once (overwritten-result)
# root: overwritten-result
"""Keeps each result under its frame."""

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
    results: dict[str, bytes] = {}
    todo = iter(frames)

    async def work() -> None:
        for frame in todo:
            results[repr(frame)] = await run_sync(encode, frame, limiter=limiter)
            finished[0] += 1
            if on_progress is not None:
                on_progress(finished[0], len(frames))

    finished = [0]
    async with create_task_group() as tasks:
        for _ in range(workers):
            tasks.start_soon(work)
    return [results[repr(frame)] for frame in frames]
