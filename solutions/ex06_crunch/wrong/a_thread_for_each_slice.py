# fails: test_steps_run_in_this_thread (another-thread)
# off-limits: exempt
# root: another-thread
"""Computes each slice in a thread, and waits for it as one waits in a program without async."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from anyio.lowlevel import checkpoint

T = TypeVar("T")


async def crunch(steps: Iterable[T], *, budget: float, clock: Callable[[], float] = time.perf_counter) -> list[T]:
    if budget < 0:
        raise ValueError("the budget must not be negative")
    source = iter(steps)
    results: list[T] = []
    errors: list[Exception] = []
    over = False

    def compute_slice() -> None:
        nonlocal over
        began = clock()
        try:
            for result in source:
                results.append(result)
                if clock() - began >= budget:
                    return
        except Exception as error:
            errors.append(error)
        over = True

    while not over:
        await checkpoint()
        thread = threading.Thread(target=compute_slice)
        thread.start()
        thread.join()
    if errors:
        raise errors[0]
    return results
