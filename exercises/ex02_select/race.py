"""ex02 - select: the first one wins."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Winner(Generic[T]):
    """Which argument won (0 is the first), and what it returned."""

    index: int
    value: T


async def select(*fns: Callable[[], Coroutine[Any, Any, T]]) -> Winner[T]:
    """Race the functions; return as soon as the first of them is finished.

    * All contestants are started.  The first to FINISH decides, by returning or by raising.
      - It returned: Winner(its position, its value).  None and other falsy values win too.
      - It raised: that error is raised (the same object, bare or in an ExceptionGroup).
        A failure is not "no result yet": select() does not wait for a later success.
    * The losers are cancelled the moment the race is decided; select() waits until their
      cleanup is finished, then returns.  Nothing it started runs on.
    * The decision is final: a loser that manages to finish anyway (say, inside a shielded
      block) changes nothing, and neither does an error it *would have* raised later.
    * If several finish at the same instant any of them may win (asyncio will usually pick
      the first, trio picks at random) - but index and value must belong together.
    * If select() itself is cancelled, all contestants are, and the cancellation goes on.
    * select() of nothing raises ValueError: there is nothing that could ever finish.

    Not specified: what happens if a loser raises an error of its own while being cancelled.
    """
    raise NotImplementedError("your turn")
