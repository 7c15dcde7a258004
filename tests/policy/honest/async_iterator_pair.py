"""tee(): two iterators over one source, sharing a buffer."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

import anyio

T = TypeVar("T")


class _Shared(Generic[T]):
    def __init__(self, source: AsyncIterator[T]) -> None:
        self._source = source
        self._lock = anyio.Lock()
        self._branches: list[Branch[T]] = []


class Branch(Generic[T]):
    def __init__(self, shared: _Shared[T]) -> None:
        self._shared = shared
        self._buffer: deque[T] = deque()
        shared._branches.append(self)

    def __aiter__(self) -> Branch[T]:
        return self

    async def __anext__(self) -> T:
        if self._buffer:
            return self._buffer.popleft()
        async with self._shared._lock:
            if self._buffer:
                return self._buffer.popleft()
            item = await anext(self._shared._source)
            for branch in self._shared._branches:
                branch._buffer.append(item)
            return self._buffer.popleft()

    async def aclose(self) -> None:
        self._shared._branches.remove(self)


def tee(source: AsyncIterator[T], count: int = 2) -> tuple[Branch[T], ...]:
    shared = _Shared(source)
    return tuple(Branch(shared) for _ in range(count))
