"""Attaches a Simulation to asyncio: its tasks, how they end, and the event loop they run on."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from grader.box.simulation.asyncio_loop import Counted, VirtualEventLoop
from grader.box.simulation.asyncio_ready import TASKS
from grader.box.simulation.bounds import Bounds
from grader.box.simulation.core import Simulation
from grader.box.simulation.schedule import Schedule
from grader.box.simulation.where import Place, innermost_place


class AsyncioSimulation(Simulation):
    def __init__(self, schedule: Schedule, bounds: Bounds) -> None:
        super().__init__(schedule, bounds)
        self.numbers: dict[asyncio.Task[Any], int] = {}

    def options(self, counted: Counted) -> dict[str, object]:
        """Backend options for ``anyio.run``."""
        return {"loop_factory": partial(VirtualEventLoop, self, counted)}

    def number_of(self, task: asyncio.Task[Any]) -> int:
        number = self.numbers.get(task)
        if number is None:
            name = _name(task)
            # What the event loop starts when the scenario is over serves its own shutdown.
            over = bool(self.numbers) and next(iter(self.numbers)).done()
            # So does what it starts to close an async generator that somebody has dropped half-way.
            closing = type(task.get_coro()).__name__ == "async_generator_athrow"
            number = self.numbers[task] = self.add_task(task, name, self.running, internal=over or closing)
        return number

    def outcome_of(self, task: object) -> str | None:
        if not task.done():  # type: ignore[attr-defined]
            return None
        assert isinstance(task, TASKS)
        if task.cancelled():
            return "cancelled"
        # task.exception() would mark the exception as retrieved, and nobody would ever hear of it again.
        return "returned" if task._exception is None else "raised"

    def coroutine_of(self, task: object) -> object:
        assert isinstance(task, TASKS)
        return task.get_coro()

    def unretrieved(self) -> list[Place]:
        # asyncio says so when such a task is collected as garbage. We know all tasks, and need not wait for that.
        failed = [t for t in self.numbers if t.done() and t._exception is not None and t._log_traceback]
        return [place for task in failed if (place := innermost_place(task._exception)) is not None]

    def abort(self) -> None:
        """Cancel every task natively: asyncio's own cancellation does not know anyio's shields."""
        for task in list(self.numbers):
            if not task.done():
                task.cancel()


def _name(task: asyncio.Task[Any]) -> str:
    name = task.get_name()
    if name.startswith("Task-"):  # counted by asyncio in the whole process: it would differ from play to play
        name = str(getattr(task.get_coro(), "__qualname__", "task"))
    return name.rpartition(".")[2]
