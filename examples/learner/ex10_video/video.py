"""ex10 - export_video: threads and processes together with async."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

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
    results = []
    for frame in frames:
        results.append(encode(frame))
        if on_progress is not None:
            on_progress(len(results), len(frames))
    return results
