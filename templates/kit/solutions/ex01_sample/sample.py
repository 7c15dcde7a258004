# The reference answer: what a learner who has passed may look at. Reports compare plays with its plays. Its file has
# the name of the stub; change the rest with your exercise.
"""ex01 - sample: the first caller does the work for all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

T = TypeVar("T")


def sample(fn: Callable[[], Awaitable[T]]) -> Callable[[], Awaitable[T]]:
    """Return an async function that calls `fn` once, and returns its result to every caller."""
    # Empty or with one result: the result itself cannot say whether it is there, because it may be None.
    results: list[T] = []
    lock = anyio.Lock()

    async def call() -> T:
        # No other caller may be between the question and the answer. An error leaves the lock by itself.
        async with lock:
            if not results:
                results.append(await fn())
        return results[0]

    return call
