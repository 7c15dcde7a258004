# A right answer that is built in another way than the reference. An exercise has at least three of them, so that the
# hidden tests ask for the contract and not for one way to keep it. Name such files as you like.
"""ex01 - sample with an event: a caller that comes while the function runs waits for its end, and looks again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

T = TypeVar("T")


def sample(fn: Callable[[], Awaitable[T]]) -> Callable[[], Awaitable[T]]:
    """Return an async function that calls `fn` once, and returns its result to every caller."""
    results: list[T] = []
    running: anyio.Event | None = None

    async def call() -> T:
        nonlocal running
        while not results:
            if running is not None:
                await running.wait()
                continue
            running = over = anyio.Event()
            try:
                results.append(await fn())
            finally:
                running = None
                over.set()
        return results[0]

    return call
