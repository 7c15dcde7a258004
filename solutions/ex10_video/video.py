"""ex10 - export_video: threads and processes together with async."""

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
    """Encode all frames while the user interface keeps ticking."""
    if workers < 1:
        raise ValueError(f"workers must be at least 1, not {workers}")

    run_sync = to_process.run_sync if processes else to_thread.run_sync
    # A limiter of our own. The default one has 40 threads, or as many processes as there are processors, and the whole
    # program shares it.
    limiter = CapacityLimiter(workers)
    results: dict[int, bytes] = {}
    # All workers pull from this one iterator, which no thread ever touches: a worker is a task in the event loop.
    todo = iter(enumerate(frames))

    async def work() -> None:
        for index, frame in todo:
            # The task waits here, and the event loop goes on. Cancelled, it waits until the thread is done: a thread
            # cannot be stopped, and `abandon_on_cancel=True` would leave it behind.
            results[index] = await run_sync(encode, frame, limiter=limiter)
            # Here we are in the event loop again, and nothing runs between counting and reporting.
            if on_progress is not None:
                on_progress(len(results), len(frames))

    # If a frame fails, the error leaves its task, and the group cancels the others: they begin no further frame.
    async with create_task_group() as tasks:
        for _ in range(min(workers, len(frames))):
            tasks.start_soon(work)

    return [results[index] for index in range(len(frames))]
