# off-limits: exempt
# needs: anyio>=4.15
"""ex01 - the library's own: anyio.gather (since 4.15)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import anyio

T = TypeVar("T")


async def join(*fns: Callable[[], Coroutine[Any, Any, T]]) -> list[T]:
    """Run every function concurrently and return all their results in argument order."""
    # gather() takes coroutines. Made here, inside the async def, they come to life when join() is awaited and
    # not when it is called.
    return list(await anyio.gather(*(fn() for fn in fns)))
