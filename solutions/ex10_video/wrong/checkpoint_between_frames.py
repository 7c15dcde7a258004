# fails: test_encode_never_runs_in_the_loop_thread (blocked-loop), test_the_user_interface_keeps_ticking (blocked-loop)
# root: blocked-loop
"""Gives way to the other tasks between two frames, and holds them up during each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from anyio import create_task_group
from anyio.lowlevel import checkpoint

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
    results: dict[int, bytes] = {}
    todo = iter(enumerate(frames))

    async def work() -> None:
        for index, frame in todo:
            results[index] = encode(frame)
            if on_progress is not None:
                on_progress(len(results), len(frames))
            await checkpoint()

    async with create_task_group() as tasks:
        for _ in range(workers):
            tasks.start_soon(work)
    return [results[index] for index in range(len(frames))]
