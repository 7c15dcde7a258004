"""ex05 - merge: many sources, one sink."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


async def merge(sources: Sequence[AsyncIterable[T]], sink: Callable[[T], Awaitable[None]]) -> None:
    """Read all sources concurrently and call ``sink`` with every item, one at a time.

    Returns when every source has ended and every item has been delivered.
    """
    raise NotImplementedError("your turn")
