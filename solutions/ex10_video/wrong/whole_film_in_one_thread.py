# fails: test_workers_work_at_the_same_time (serial), test_a_hundred_and_fifty_workers (serial)
# root: serial
"""Encodes the whole film in one thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

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

    def encode_all() -> list[bytes]:
        return [encode(frame) for frame in frames]

    results = await to_thread.run_sync(encode_all, limiter=CapacityLimiter(1))
    if on_progress is not None:
        for done in range(len(frames)):
            on_progress(done + 1, len(frames))
    return results
