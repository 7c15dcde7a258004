"""A future that is polled, and wakers, as in Rust."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from typing import Any


class Future:
    def __init__(self) -> None:
        self._result: Any = None
        self._done = False
        self._callbacks: list[Callable[[Future], None]] = []

    def set_result(self, result: Any) -> None:
        if self._done:
            raise RuntimeError("already done")
        self._result = result
        self._done = True
        for callback in self._callbacks:
            callback(self)

    def add_done_callback(self, callback: Callable[[Future], None]) -> None:
        if self._done:
            callback(self)
        else:
            self._callbacks.append(callback)

    def __await__(self) -> Generator[Future, None, Any]:
        if not self._done:
            yield self
        return self._result


class Task(Future):
    def __init__(self, loop: Loop, coroutine: Any) -> None:
        super().__init__()
        self._loop = loop
        self._coroutine = coroutine

    def _step(self) -> None:
        try:
            future = self._coroutine.send(None)
        except StopIteration as stop:
            self.set_result(stop.value)
        else:
            future.add_done_callback(lambda _: self._loop._schedule(self))


class Loop:
    def __init__(self) -> None:
        self._ready: deque[Task] = deque()

    def _schedule(self, task: Task) -> None:
        self._ready.append(task)

    def spawn(self, coroutine: Any) -> Task:
        task = Task(self, coroutine)
        self._schedule(task)
        return task

    def run(self, coroutine: Any) -> Any:
        main = self.spawn(coroutine)
        while not main._done:
            self._ready.popleft()._step()
        return main._result
