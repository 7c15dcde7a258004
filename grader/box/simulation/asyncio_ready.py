"""asyncio's ready queue with the schedule in it: which of the tasks that are ready takes the next step."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from functools import partial
from threading import get_ident
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.box.simulation.asyncio_ import AsyncioSimulation

TASKS = (asyncio.Task, asyncio.tasks._PyTask)  # type: ignore[attr-defined]
"""Bound here, for ``asyncio.Task`` may be replaced: by the student, or by a test that wants the one in Python."""

_STEPS = frozenset({"TaskStepMethWrapper", "TaskWakeupMethWrapper", "task_wakeup", "__step", "__wakeup"})


class ReadyQueue:
    """Stands in for ``loop._ready``: callbacks, and between them pools of task steps.

    Callbacks run exactly where first-in-first-out puts them; only task steps with no callback between them are
    permuted. A task must not overtake a callback queued before it: ``loop.sock_connect`` removes its writer in a
    future's callback that has to run before the connecting task goes on, and anyio's task groups keep their books in
    callbacks. Freer rules broke both.
    """

    def __init__(self, simulation: AsyncioSimulation) -> None:
        self._simulation = simulation
        self._items: deque[Any] = deque()
        self._loop_thread = simulation.loop_thread
        self._round_is_over = False
        self._last = 0
        """The number of the task that took the last step."""

    def new_round(self) -> None:
        """What is queued by now runs before anything queued from now on."""
        self._round_is_over = True

    def append(self, handle: asyncio.Handle) -> None:
        callback = handle._callback  # type: ignore[attr-defined]
        task = getattr(callback, "__self__", None)
        simulation = self._simulation
        if get_ident() != self._loop_thread:
            simulation.workers.posts.add(partial(self._items.append, handle))
            return
        if not isinstance(task, TASKS) or not _resumes_task(callback):
            self._items.append(handle)
            return
        number = simulation.numbers.get(task) or simulation.number_of(task)
        if simulation.trace.collects:
            simulation.woken(number)
        items = self._items
        if not items or type(items[-1]) is not list or self._round_is_over:
            self._round_is_over = False
            items.append([(number, handle)])
        else:
            items[-1].append((number, handle))

    def popleft(self) -> asyncio.Handle:
        simulation, items = self._simulation, self._items
        simulation.end_step()
        schedule = simulation.schedule
        stays = not schedule.fair and self._let_others_wait()
        head = items[0]
        if type(head) is not list:
            return items.popleft()  # type: ignore[no-any-return]
        if len(head) == 1:
            ((number, handle),) = head
            items.popleft()
        else:
            choice = 0 if stays else schedule.pick(len(head))
            if choice:
                simulation.deviated(head[choice][0], head[0][0])
            number, handle = head.pop(choice)
        self._last = number
        simulation.begin_step(number)
        return handle  # type: ignore[no-any-return]

    def _let_others_wait(self) -> bool:
        """Put the tasks at the head behind the one of the last step, if an unfair schedule stays with that one.

        Returns whether that one is now the very first in the queue. The others are moved back, rather than that one to
        the front: no task may overtake a callback.
        """
        head = self._items[0]
        if type(head) is not list or not self._simulation.schedule.stays():
            return False
        pool = next((item for item in self._items if type(item) is list and self._holds_last(item)), None)
        if pool is None:
            return False
        if pool is not head:
            self._items.popleft()
            pool += head
        pool.sort(key=lambda entry: entry[0] != self._last)
        return pool is self._items[0]

    def _holds_last(self, pool: list[tuple[int, asyncio.Handle]]) -> bool:
        return any(number == self._last for number, _ in pool)

    def __len__(self) -> int:
        items = self._items
        if len(items) == 1 and type(items[0]) is list:
            return len(items[0])
        return sum(len(item) if type(item) is list else 1 for item in items)

    def __bool__(self) -> bool:
        return bool(self._items)

    def __iter__(self) -> Iterator[asyncio.Handle]:
        for item in self._items:
            if type(item) is list:
                yield from (handle for _, handle in item)
            else:
                yield item

    def clear(self) -> None:
        self._items.clear()


def _resumes_task(callback: object) -> bool:
    """Whether a callback resumes a task; ``call_later(5, task.cancel)`` does not."""
    return type(callback).__name__ in _STEPS or getattr(callback, "__name__", "") in _STEPS
