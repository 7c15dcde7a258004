"""An executor that keeps its tasks in a dictionary by number."""

from __future__ import annotations

import itertools
from collections.abc import Coroutine
from typing import Any


class Waker:
    def __init__(self, executor: Executor, number: int) -> None:
        self._executor = executor
        self._number = number

    def wake(self) -> None:
        self._executor._ready.append(self._number)


class Task:
    def __init__(self, coroutine: Coroutine[Any, Any, Any], waker: Waker) -> None:
        self._coroutine = coroutine
        self._waker = waker
        self._finished = False

    def _poll(self) -> None:
        try:
            self._coroutine.send(None)
        except StopIteration:
            self._finished = True


class Executor:
    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._tasks: dict[int, Task] = {}
        self._ready: list[int] = []

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> int:
        number = next(self._numbers)
        self._tasks[number] = Task(coroutine, Waker(self, number))
        self._ready.append(number)
        return number

    def run(self) -> None:
        while self._ready:
            number = self._ready.pop(0)
            task = self._tasks.get(number)
            if task is None or task._finished:
                continue
            task._poll()
            if task._finished:
                del self._tasks[number]

    def cancel_all(self) -> None:
        for task in self._tasks.values():
            task._coroutine.close()
        self._tasks.clear()
