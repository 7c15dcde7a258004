"""Tasks with dependencies, run as soon as what they need is there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

import anyio


class Task:
    def __init__(self, name: str, fn: Callable[[], Awaitable[object]]) -> None:
        self.name = name
        self._fn = fn
        self._needs: set[Task] = set()
        self._done = anyio.Event()

    def needs(self, *others: Task) -> Task:
        self._needs.update(others)
        return self

    async def _run(self) -> None:
        for other in self._needs:
            await other._done.wait()
        await self._fn()
        self._done.set()


class Graph:
    def __init__(self) -> None:
        self._tasks: dict[str, Task] = {}

    def add(self, name: str, fn: Callable[[], Awaitable[object]], after: Iterable[str] = ()) -> Task:
        task = self._tasks[name] = Task(name, fn)
        for earlier in after:
            task._needs.add(self._tasks[earlier])
        return task

    def _check(self, task: Task, path: tuple[Task, ...] = ()) -> None:
        if task in path:
            raise ValueError("a cycle")
        for other in task._needs:
            self._check(other, (*path, task))

    async def run(self) -> None:
        for task in self._tasks.values():
            self._check(task)
        async with anyio.create_task_group() as group:
            for task in self._tasks.values():
                group.start_soon(task._run)
