# fails: test_an_error_in_a_step_comes_out_unchanged (lost-error)
# root: lost-error
"""Computes what can be computed, and raises the error then."""

from __future__ import annotations

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
    await checkpoint()
    began = clock()
    while True:
        try:
            results.append(next(source))
        except StopIteration:
            break
        except Exception as error:
            errors.append(error)
        if clock() - began >= budget:
            await checkpoint()
            began = clock()
    if errors:
        raise errors[0]
    return results
