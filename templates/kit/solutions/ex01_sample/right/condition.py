# A right answer that is built in another way than the reference: see event.py beside it.
"""ex01 - sample with a condition: one caller works, and tells all others when it is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

T = TypeVar("T")


def sample(fn: Callable[[], Awaitable[T]]) -> Callable[[], Awaitable[T]]:
    """Return an async function that calls `fn` once, and returns its result to every caller."""
    results: list[T] = []
    busy = False
    over = anyio.Condition()

    async def call() -> T:
        nonlocal busy
        async with over:
            while busy:
                await over.wait()
            if results:
                return results[0]
            busy = True
        try:
            results.append(await fn())
        finally:
            busy = False
            # Shielded, because those who wait have to be told even when this call is cancelled.
            with anyio.CancelScope(shield=True):
                async with over:
                    over.notify_all()
        return results[0]

    return call
