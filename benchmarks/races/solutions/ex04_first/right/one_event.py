"""Outcomes are listed in order; an event says that there is one. The list's first entry is never touched again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import anyio

T = TypeVar("T")


@dataclass(frozen=True)
class _Returned(Generic[T]):
    index: int
    value: T


async def first(*fns: Callable[[], Awaitable[T]]) -> tuple[int, T]:
    outcomes: list[_Returned[T] | Exception] = []
    decided = anyio.Event()

    async def run(index: int, fn: Callable[[], Awaitable[T]]) -> None:
        try:
            outcomes.append(_Returned(index, await fn()))
        except Exception as error:
            outcomes.append(error)
        decided.set()

    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            group.start_soon(run, index, fn)
        await decided.wait()
        group.cancel_scope.cancel()
    outcome = outcomes[0]
    if isinstance(outcome, Exception):
        raise outcome
    return outcome.index, outcome.value
