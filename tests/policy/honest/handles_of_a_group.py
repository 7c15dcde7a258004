"""join(), built from handles that remember what became of their function."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import anyio


@dataclass
class _Handle:
    fn: Callable[[], Awaitable[Any]]
    _done: bool = False
    _result: Any = None
    _error: BaseException | None = field(default=None, repr=False)

    async def _run(self) -> None:
        try:
            self._result = await self.fn()
        except Exception as error:
            self._error = error
        self._done = True


async def join(*fns: Callable[[], Awaitable[Any]]) -> tuple[Any, ...]:
    handles = [_Handle(fn) for fn in fns]
    async with anyio.create_task_group() as group:
        for handle in handles:
            group.start_soon(handle._run)
    errors = [handle._error for handle in handles if handle._error is not None]
    if errors:
        raise errors[0]
    return tuple(handle._result for handle in handles)
