from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import anyio

T = TypeVar("T")


@dataclass(frozen=True)
class Winner(Generic[T]):
    """Which argument won (0 is the first), and what it returned."""

    index: int
    value: T


class Won(Exception):
    """Raised by every contestant that finishes."""


async def select(*fns: Callable[[], Coroutine[Any, Any, T]]) -> Winner[T]:
    if not fns:
        raise ValueError("select() needs at least one function")

    # The winner does not travel inside the exception: if several contestants finish at the same instant, the
    # order within the group is nobody's promise, and the order of this list is ours.
    finished: list[Winner[T]] = []
    failures: list[Exception] = []

    async def run(index: int, fn: Callable[[], Coroutine[Any, Any, T]]) -> None:
        try:
            value = await fn()
        except Exception as error:
            if finished:
                return  # the race is over, and an error that comes after it is nobody's business
            failures.append(error)
            raise
        if not failures:
            finished.append(Winner(index, value))
        raise Won

    try:
        async with anyio.create_task_group() as group:
            for index, fn in enumerate(fns):
                group.start_soon(run, index, fn)
    except* Won:
        # except* takes the Wons out of the group; errors of contestants go on as a group without them.
        pass
    return finished[0]
