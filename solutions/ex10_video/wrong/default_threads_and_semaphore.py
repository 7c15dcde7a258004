# fails: test_exports_have_workers_of_their_own (shared-limiter)
# root: shared-limiter
"""Makes the default limiter larger, and takes its places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from anyio import Semaphore, create_task_group, to_process, to_thread

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
    if processes:
        limiter = to_process.current_default_process_limiter()
    else:
        limiter = to_thread.current_default_thread_limiter()
    limiter.total_tokens = max(limiter.total_tokens, workers)
    slots = Semaphore(workers)
    results: dict[int, bytes] = {}

    async def one(index: int, frame: F) -> None:
        async with slots:
            results[index] = await run_sync(encode, frame)
        if on_progress is not None:
            on_progress(len(results), len(frames))

    async with create_task_group() as tasks:
        for index, frame in enumerate(frames):
            tasks.start_soon(one, index, frame)
    return [results[index] for index in range(len(frames))]
