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

    The contestants are async functions without arguments.  When select() is over - in
    whatever way - nothing it started is still running.

    1. All contestants run at once, however many they are: each is started at the moment
       at which select() is awaited, and none waits for another one.
    2. The first to FINISH decides, however long that takes, by returning or by raising.
       It returned: the result is Winner(its position, its value).  This holds for one
       contestant as well as for many.
    3. Every value can win: None and other falsy values, or an exception instance that
       was *returned*.
    4. It raised: that error is raised (the same object, bare or in an ExceptionGroup,
       and no invented one).  A failure is not "no result yet": select() does not wait
       for a later success.
    5. The losers are cancelled the moment the race is decided, those that have not begun
       yet, too.
    6. select() waits until the losers' cleanup is finished, and is over at that very
       moment.
    7. The decision is final: a loser that manages to finish anyway (say, inside a
       shielded block) changes nothing, and neither does an error it *would have* raised
       later.
    8. A contestant that finishes because another one has, and so after it, has lost,
       even if no time passes in between.  If several can finish at the same instant any
       of them may win (asyncio will usually pick the first, trio picks at random) - but
       index and value must belong together.
    9. If select() itself is cancelled, all contestants are, their cleanup is awaited, and
       the cancellation goes on.
    10. select() of nothing raises ValueError: there is nothing that could ever finish.
    11. Calls of select() are independent: one after another, several at once, or one
        inside of another, each behaves as if it were the only one.

    Not specified: what happens if a loser raises an error of its own while being cancelled.
    """
    raise NotImplementedError("your turn")
