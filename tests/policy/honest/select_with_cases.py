"""select(): whichever function ends first, with one record per case."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import anyio


@dataclass(slots=True)
class _Case:
    _index: int
    _fn: Callable[[], Awaitable[Any]]
    _scope: anyio.CancelScope
    _outcome: Any = None
    _won: bool = False


class _Race:
    def __init__(self, fns: tuple[Callable[[], Awaitable[Any]], ...]) -> None:
        self._cases = [_Case(index, fn, anyio.CancelScope()) for index, fn in enumerate(fns)]
        self._winner: _Case | None = None

    async def _run(self, case: _Case) -> None:
        with case._scope:
            outcome = await case._fn()
            if self._winner is None:
                self._winner = case
                case._outcome, case._won = outcome, True
                self._cancel_others(case)

    def _cancel_others(self, winner: _Case) -> None:
        for case in self._cases:
            if case is not winner:
                case._scope.cancel()


async def select(*fns: Callable[[], Awaitable[Any]]) -> tuple[int, Any]:
    race = _Race(fns)
    async with anyio.create_task_group() as group:
        for case in race._cases:
            group.start_soon(race._run, case)
    assert race._winner is not None
    return race._winner._index, race._winner._outcome
