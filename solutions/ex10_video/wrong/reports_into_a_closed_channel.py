# fails: test_the_error_comes_out (lost-error)
# root: lost-error
"""Sends what is done into a channel whose other end is closed when the export fails or is cancelled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import anyio
from anyio import create_memory_object_stream, to_process, to_thread
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

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
    run_sync = to_process.run_sync if processes else to_thread.run_sync
    limiter = anyio.CapacityLimiter(workers)
    results: dict[int, bytes] = {}
    frames_in, frames_out = create_memory_object_stream[tuple[int, F]](0)
    done_in, done_out = create_memory_object_stream[tuple[int, bytes]](len(frames))

    async def feed() -> None:
        async with frames_in:
            for item in enumerate(frames):
                await frames_in.send(item)

    async def work(
        todo: MemoryObjectReceiveStream[tuple[int, F]], done: MemoryObjectSendStream[tuple[int, bytes]]
    ) -> None:
        async with todo, done:
            async for index, frame in todo:
                done.send_nowait((index, await run_sync(encode, frame, limiter=limiter)))

    async with anyio.create_task_group() as tasks, done_out:
        tasks.start_soon(feed)
        for _ in range(workers):
            tasks.start_soon(work, frames_out.clone(), done_in.clone())
        frames_out.close()
        done_in.close()
        async for index, encoded in done_out:
            results[index] = encoded
            if on_progress is not None:
                on_progress(len(results), len(frames))
    return [encoded for _, encoded in sorted(results.items())]
