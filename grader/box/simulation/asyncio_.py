"""Attaches a Simulation to asyncio: an event loop whose clock, ready queue and selector are ours.

The ready queue asks the schedule which of the ready tasks takes the next step. The selector polls the real one without
waiting and, when no task is ready, does what the simulation decides.
"""

from __future__ import annotations

import asyncio
import selectors
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from math import inf, ulp
from threading import get_ident
from typing import Any

from grader.box.simulation.core import Bounds, Simulation
from grader.box.simulation.idling import Idle
from grader.box.simulation.private import ends_worker_processes, resumes_task
from grader.box.simulation.schedule import Schedule
from grader.box.simulation.trace import Place, innermost_place

EXECUTOR_THREADS = 16
"""Threads for what asyncio itself sends to threads, such as looking up names."""

TASKS = (asyncio.Task, asyncio.tasks._PyTask)  # type: ignore[attr-defined]
"""Bound here, as ``asyncio.Task`` may be replaced: by the learner's code, or by a test that wants the one in Python."""


Events = list[tuple[selectors.SelectorKey, int]]


# ---- the ready queue -------------------------------------------------------------------------------------------------


class ReadyQueue:
    """Stands in for ``loop._ready``: callbacks, and between them pools of task steps.

    Callbacks run exactly where first-in-first-out puts them; only task steps with no callback between them are
    permuted. A task must not overtake a callback queued before it: ``loop.sock_connect`` removes its writer in a
    future's callback that has to run before the connecting task goes on, and anyio's task groups do their bookkeeping
    in callbacks. Freer rules broke both.
    """

    def __init__(self, simulation: AsyncioSimulation) -> None:
        self._simulation = simulation
        self._schedule = simulation.schedule
        self._items: deque[Any] = deque()
        self._round_is_over = False
        self._last = 0
        """The number of the task that took the last step."""

    def new_round(self) -> None:
        """Begin a round: the steps that are queued now are taken before those that are queued from now on."""
        self._round_is_over = True

    def append(self, handle: asyncio.Handle) -> None:
        if get_ident() == self._simulation.loop_thread:
            self._queue(handle)
        else:
            self._simulation.workers.posts.add(partial(self._queue, handle))

    def _queue(self, handle: asyncio.Handle) -> None:
        callback = handle._callback  # type: ignore[attr-defined]
        task = getattr(callback, "__self__", None)
        simulation = self._simulation
        if not isinstance(task, TASKS) or not resumes_task(callback):
            self._items.append(handle)
            return
        number = simulation.numbers.get(task) or simulation.number_of(task)
        running = simulation.running
        if number != running and (running is not None or not _cancels(handle)):
            simulation.progress = simulation.steps
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
        simulation.cancel_caller()
        schedule = self._schedule
        stays = not schedule.fair and self._let_others_wait()
        head = items[0]
        if type(head) is not list:
            simulation.pace.begin_callback(head._callback)
            return items.popleft()  # type: ignore[no-any-return]
        if len(head) == 1:
            ((number, handle),) = head
            items.popleft()
        else:
            choice = 0 if stays else schedule.pick(simulation.among(len(head)))
            if choice:
                simulation.deviated(head[choice][0], head[0][0])
            number, handle = head.pop(choice)
        self._last = number
        simulation.begin_step(number)
        return handle  # type: ignore[no-any-return]

    def _let_others_wait(self) -> bool:
        """Put the tasks at the head behind the task of the last step, if an unfair schedule stays with that one.

        Returns whether that task is now the first in the queue. The others move back, instead of that one to the
        front, because no task may overtake a callback.
        """
        head = self._items[0]
        if type(head) is not list or not self._schedule.stays():
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


def _cancels(handle: asyncio.Handle) -> bool:
    """Whether a task goes on because its wait was cancelled, such as by a timeout of zero seconds, and gets nothing."""
    awaited = next(iter(handle._args or ()), None)
    return isinstance(awaited, asyncio.Future) and awaited.cancelled()


# ---- the loop --------------------------------------------------------------------------------------------------------


class VirtualSelector:
    """Polls a real selector without waiting, and asks the simulation what to do when no task is ready."""

    def __init__(self, simulation: AsyncioSimulation) -> None:
        self._simulation = simulation
        simulation.idling.loop = self
        self._real = selectors.DefaultSelector()
        self._events: Events = []
        """What the last poll found."""
        self.loop: VirtualEventLoop
        self.until_idle: list[asyncio.Future[None]] = []
        """Futures of the tasks that wait until all tasks are blocked."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def select(self, timeout: float | None = None) -> Events:
        self._simulation.end_step()
        cancelled = self._simulation.cancel_caller()
        loop = self.loop
        if loop._ready is not loop.ready:
            self._simulation.tampered()  # a queue of its own would be served in natural order
        loop.ready.new_round()
        self._events = []
        if cancelled or (timeout is not None and timeout <= 0):
            self.poll()
        else:
            self._rest()
            self._simulation.pace.goes_on()
        return self._events

    def _rest(self) -> None:
        decision, seconds = self._simulation.idling.decide()
        match decision:
            case Idle.LOOK_AGAIN if not self._events:
                self.poll()
            case Idle.ALL_BLOCKED:
                self._wake_idle_waiters()
            case Idle.WAIT:
                self._wait(seconds)

    def poll(self) -> bool:
        self._events = self._real.select(0)
        if self._events:
            self._simulation.idling.io_happened()
        return bool(self._events)

    def holds_calls(self) -> bool:
        return bool(self.loop.ready)

    def awaits_idleness(self) -> bool:
        return bool(self.until_idle)

    def awaits_sockets(self) -> bool:
        return len(self._real.get_map()) > 1  # one file is always registered: the loop's own wake-up socket

    def next_timer(self) -> float:
        return self.loop.next_timer()

    def _wake_idle_waiters(self) -> None:
        waiters, self.until_idle = self.until_idle, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _wait(self, seconds: float) -> None:
        posts = self._simulation.workers.posts
        posts.loop_sleeps = True
        self._events = self._real.select(seconds)
        posts.loop_sleeps = False


class VirtualEventLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop, but for the parts that decide about time and order."""

    def __init__(self, simulation: AsyncioSimulation) -> None:
        self._simulation = simulation
        self.time = simulation.clock.read  # type: ignore[method-assign]
        self._in_threads: Counter[ThreadPoolExecutor] = Counter()
        """How many calls each executor was given that have not come to their end."""
        self.virtual_selector = VirtualSelector(simulation)
        super().__init__(self.virtual_selector)  # type: ignore[arg-type]
        self.virtual_selector.loop = self
        # asyncio adds the resolution to the time; if the sum were the same float, a timer that is due would never fire.
        self._clock_resolution = max(1e-9, ulp(simulation.bounds.latest))
        self._ready = self.ready = ReadyQueue(simulation)

    def next_timer(self) -> float:
        """When the next timer fires, exactly: now + timeout would differ in the last bit."""
        scheduled: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]
        return scheduled[0].when() if scheduled else inf

    def _write_to_self(self) -> None:
        # The loop would read another thread's wake-up byte between any two steps, as the machine's load has it.
        if self._simulation.workers.posts.loop_sleeps or get_ident() == self._simulation.loop_thread:
            super()._write_to_self()  # type: ignore[misc]

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]
        if executor is None:
            # asyncio would start a number of threads that depends on the machine's processors.
            workers = self._simulation.workers
            executor = workers.pool = workers.pool or ThreadPoolExecutor(EXECUTOR_THREADS, "asyncio")
        if not isinstance(executor, ThreadPoolExecutor):
            return super().run_in_executor(executor, func, *args)
        return asyncio.wrap_future(self._begun(executor, executor.submit(func, *args)), loop=self)

    def set_default_executor(self, executor: ThreadPoolExecutor) -> None:  # type: ignore[override]
        super().set_default_executor(executor)
        self._simulation.workers.pool = executor

    def _begun(self, executor: ThreadPoolExecutor, call: Future[Any]) -> Future[Any]:
        """Have a call that finds a thread free go on although it is cancelled: the thread takes it up at once."""
        if self._in_threads[executor] < executor._max_workers:
            call.cancel = lambda: False  # type: ignore[method-assign]
        self._in_threads[executor] += 1
        call.add_done_callback(lambda _: self._in_threads.subtract([executor]))
        return call

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        # asyncio would join the executor's threads from another thread, which would race against virtual time.
        self._executor_shutdown_called = True
        if self._simulation.workers.pool is not None:
            self._simulation.workers.pool.shutdown(wait=False)


# ---- the simulation --------------------------------------------------------------------------------------------------


class AsyncioSimulation(Simulation):
    """A run on asyncio."""

    cancelled = asyncio.CancelledError

    def __init__(self, schedule: Schedule, bounds: Bounds) -> None:
        super().__init__(schedule, bounds)
        self.numbers: dict[asyncio.Task[Any], int] = {}

    def options(self) -> dict[str, object]:
        """Backend options for ``anyio.run``."""
        return {"loop_factory": partial(VirtualEventLoop, self)}

    def number_of(self, task: asyncio.Task[Any]) -> int:
        number = self.numbers.get(task)
        if number is None:
            name = _name(task)
            # A task that the event loop starts when the scenario is over serves its own shutdown.
            over = bool(self.numbers) and next(iter(self.numbers)).done()
            # So does one that closes an async generator which was dropped half-way.
            closing = type(task.get_coro()).__name__ == "async_generator_athrow"
            internal = over or closing or ends_worker_processes(task.get_coro())
            number = self.numbers[task] = self.add_task(task, name, self.running, internal=internal)
        return number

    def outcome_of(self, task: object) -> str | None:
        if not task.done():  # type: ignore[attr-defined]
            return None
        assert isinstance(task, TASKS)
        if task.cancelled():
            return "cancelled"
        # task.exception() would mark the exception as retrieved, and asyncio would not report it any more.
        return "returned" if task._exception is None else "raised"

    def coroutine_of(self, task: object) -> object:
        assert isinstance(task, TASKS)
        return task.get_coro()

    def unretrieved(self) -> list[Place]:
        # asyncio reports such a task when it is collected as garbage; all tasks are known here before that.
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
