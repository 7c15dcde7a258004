# fails: test_even_a_short_call_notices_a_cancellation (no-checkpoint)
# root: no-checkpoint
"""Its first checkpoint is only one half: the others run, and a cancellation is not noticed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from anyio.lowlevel import cancel_shielded_checkpoint, checkpoint

T = TypeVar("T")


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    if budget < 0:
        raise ValueError("the budget must not be negative")
    results: list[T] = []
    await cancel_shielded_checkpoint()
    began = clock()
    for result in steps:
        results.append(result)
        if clock() - began >= budget:
            await checkpoint()
            began = clock()
    return results
