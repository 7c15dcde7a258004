"""An asyncio event loop whose clock, ready queue and selector are ours."""

from __future__ import annotations

import asyncio
import selectors
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import inf, ulp
from threading import get_ident
from typing import TYPE_CHECKING, Any

from grader.box.simulation.asyncio_ready import ReadyQueue
from grader.box.simulation.idling import Idle
from grader.box.simulation.worker_call import Call

if TYPE_CHECKING:
    from grader.box.simulation.asyncio_ import AsyncioSimulation

EXECUTOR_THREADS = 16
"""Threads for what asyncio itself sends to threads, such as looking up names."""

Counted = Callable[[Callable[..., Any], tuple[Any, ...]], tuple[Call, Callable[[], Any]]]


class VirtualSelector:
    """Polls a real selector without waiting, and asks the simulation what to do when nothing is ready."""

    def __init__(self, simulation: AsyncioSimulation) -> None:
        self._simulation = simulation
        self._real = selectors.DefaultSelector()
        self.loop: VirtualEventLoop
        self.until_idle: list[asyncio.Future[None]] = []
        """Futures of those who wait until all tasks are blocked."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        simulation = self._simulation
        simulation.end_step()
        self.loop.ready.new_round()
        if timeout is not None and timeout <= 0:
            return self._poll()
        workers = simulation.workers
        if workers.settle() or self.loop.ready:
            simulation.idling.others_worked()
            return self._poll()
        events = self._poll()
        if events or workers.unblock():
            return events
        wait = workers.others()
        if wait is not None and not (self.until_idle and workers.only_children):
            simulation.idling.others_worked()
            return self._wait(wait)
        if workers.posts:
            return events  # from a thread that has ended since it was looked at
        if self.until_idle:
            waiters, self.until_idle = self.until_idle, []
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)
            return events
        # One file is always registered: the loop's own wake-up socket.
        decision, wait = simulation.idling.decide(self.loop.next_timer(), sockets=len(self._real.get_map()) > 1)
        return self._wait(wait) if decision is Idle.WAIT else events

    def _poll(self) -> list[tuple[selectors.SelectorKey, int]]:
        events = self._real.select(0)
        if events:
            self._simulation.idling.io_happened()
        return events

    def _wait(self, seconds: float) -> list[tuple[selectors.SelectorKey, int]]:
        posts = self._simulation.workers.posts
        posts.loop_sleeps = True
        events = self._real.select(seconds)
        posts.loop_sleeps = False
        return events


class ExecutorLine:
    """The queue in front of an executor: only as many calls may go on as it has threads, the first come first.

    A call that has no thread yet must not get the baton, for all threads might be waiting for it.
    """

    def __init__(self, threads: int) -> None:
        self._free = threads
        self._waiting: deque[Call] = deque()

    def join(self, call: Call) -> None:
        if self._free:
            self._free -= 1
            call.state = "ready"
        else:
            self._waiting.append(call)

    def leave(self, call: Call) -> None:
        """The loop has taken in the end of a call. One that never began still has its place in the executor's queue."""
        if call in self._waiting:
            self._waiting.remove(call)
        elif self._waiting:
            self._waiting.popleft().state = "ready"
        else:
            self._free += 1


class VirtualEventLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop with the parts exchanged that decide about time and order."""

    def __init__(self, simulation: AsyncioSimulation, counted: Counted) -> None:
        self._simulation = simulation
        self._counted = counted
        self._own_executor: ThreadPoolExecutor | None = None
        self._executor_lines: dict[Any, ExecutorLine] = {}
        self.virtual_selector = VirtualSelector(simulation)
        super().__init__(self.virtual_selector)  # type: ignore[arg-type]
        self.virtual_selector.loop = self
        # Added to the time it must make a difference, or a timer that is due never fires.
        self._clock_resolution = max(1e-9, ulp(simulation.bounds.latest))
        self._ready = self.ready = ReadyQueue(simulation)

    def time(self) -> float:
        return self._simulation.now

    def next_timer(self) -> float:
        """When the next timer fires, exactly: now + timeout would differ in the last bit."""
        scheduled: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]
        return scheduled[0].when() if scheduled else inf

    def _write_to_self(self) -> None:
        # A byte of another thread would be read between any two steps, and its callback keep tasks from overtaking.
        if self._simulation.workers.posts.loop_sleeps or get_ident() == self._simulation.loop_thread:
            super()._write_to_self()  # type: ignore[misc]

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]
        call, counted = self._counted(func, args)
        if executor is None:
            # asyncio would take a number that depends on the machine's processors. Its name for them is kept: whose
            # calls are counted need not be watched as well, until it has slept for a while.
            executor = self._own_executor = self._own_executor or ThreadPoolExecutor(EXECUTOR_THREADS, "asyncio")
        line = self._executor_lines.setdefault(executor, ExecutorLine(getattr(executor, "_max_workers", 1)))
        line.join(call)
        future = super().run_in_executor(executor, counted)
        future.add_done_callback(lambda _: line.leave(call))
        future.add_done_callback(lambda _: self._simulation.workers.drop(call))
        return future

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        # asyncio joins the executor's threads from a helper thread, which would race against virtual time.
        self._executor_shutdown_called = True
        if self._own_executor is not None:
            self._own_executor.shutdown(wait=False)
