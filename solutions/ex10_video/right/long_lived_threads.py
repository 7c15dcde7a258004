"""Keeps its threads for the whole export: each asks the event loop for frames, and hands in what it has encoded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import anyio
from anyio import from_thread, to_process, to_thread

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
    results: dict[int, bytes] = {}
    todo = iter(list(enumerate(frames)))

    def hand_in(index: int, encoded: bytes) -> None:
        results[index] = encoded
        if on_progress is not None:
            on_progress(len(results), len(frames))

    def thread() -> None:
        while True:
            # A thread does not notice by itself that its task is cancelled.
            from_thread.check_cancelled()
            item = from_thread.run_sync(next, todo, None)
            if item is None:
                return
            index, frame = item
            from_thread.run_sync(hand_in, index, encode(frame))

    async def process() -> None:
        for index, frame in todo:
            hand_in(index, await to_process.run_sync(encode, frame, limiter=limiter))

    async with anyio.create_task_group() as tasks:
        for _ in range(min(workers, len(frames))):
            if processes:
                tasks.start_soon(process)
            else:
                tasks.start_soon(lambda: to_thread.run_sync(thread, limiter=limiter))
    return [results[index] for index in range(len(frames))]
