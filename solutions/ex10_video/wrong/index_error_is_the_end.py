# fails: test_the_error_comes_out (lost-error)
# root: lost-error
"""Takes an IndexError of encode() for the end of the frames."""

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
    todo = list(enumerate(frames))[::-1]

    async def work() -> None:
        try:
            while True:
                index, frame = todo.pop()
                results[index] = await run_sync(encode, frame, limiter=limiter)
                if on_progress is not None:
                    on_progress(len(results), len(frames))
        except IndexError:
            return

    async with create_task_group() as tasks:
        for _ in range(workers):
            tasks.start_soon(work)
    return [results[index] for index in sorted(results)]
