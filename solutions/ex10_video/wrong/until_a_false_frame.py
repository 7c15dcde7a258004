# fails: test_every_frame_is_encoded_once (overwritten-result)
# root: overwritten-result
"""Takes frames until there is none, and takes a false one for none."""

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
    todo = list(enumerate(frames))
    todo.reverse()

    def following() -> F | None:
        return todo[-1][1] if todo else None

    async def work() -> None:
        while following():
            index, frame = todo.pop()
            results[index] = await run_sync(encode, frame, limiter=limiter)
            if on_progress is not None:
                on_progress(len(results), len(frames))

    async with create_task_group() as tasks:
        for _ in range(workers):
            tasks.start_soon(work)
    return [results[index] for index in sorted(results)]
