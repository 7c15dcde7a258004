"""Starts a task for every frame; the limiter lets so many of them through as there are workers."""

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
    limiter = anyio.CapacityLimiter(workers)
    results: list[bytes] = [b""] * len(frames)
    done = 0

    async def one(index: int, frame: F) -> None:
        nonlocal done
        if processes:
            results[index] = await to_process.run_sync(encode, frame, limiter=limiter)
        else:
            results[index] = await to_thread.run_sync(encode, frame, limiter=limiter)
        done += 1
        if on_progress is not None:
            on_progress(done, len(frames))

    async with anyio.create_task_group() as tasks:
        for index, frame in enumerate(frames):
            tasks.start_soon(one, index, frame)
    return results
