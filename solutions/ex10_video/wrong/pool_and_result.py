# fails: test_the_user_interface_keeps_ticking (blocked-loop)
# off-limits: exempt
# root: blocked-loop
"""Waits for a pool of threads as plain programs do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(encode, frame) for frame in frames]
        results = []
        for future in futures:
            results.append(future.result())
            if on_progress is not None:
                on_progress(len(results), len(frames))
    return results
