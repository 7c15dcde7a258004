"""Makes known to the simulation the calls that anyio and trio send to threads, and the threads that a run starts."""

from __future__ import annotations

import asyncio
import queue
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

import trio
from anyio._backends import _asyncio as anyio_asyncio
from trio import _threads
from trio._core import _thread_cache  # these four are private: see private.py

from grader.box.simulation.calls import Call, local, servants
from grader.box.simulation.core import Simulation, current
from grader.box.simulation.trace import innermost_own, is_student
from grader.box.simulation.worker_locks import in_real_time

_BACKENDS = [vars(module) for module in (anyio_asyncio, _thread_cache)]
"""The globals of what starts threads of which single calls are counted."""
_WAITS_FOR_CHILDREN = vars(getattr(asyncio, "unix_events", object))  # not on Windows
"""The globals of what has a thread sleep in the kernel until a child process has ended; it takes no turns."""


def _enter(simulation: Simulation, call: Call) -> None:
    """Wait, in the thread of a call, until it is its turn."""
    call.thread_id, call.native_id = threading.get_ident(), threading.get_native_id()
    call.arrived.set()
    simulation.workers.await_baton(call)
    local.call, local.simulation = call, simulation


def _leave(call: Call) -> None:
    if getattr(local, "call", None) is not None:
        del local.call, local.simulation
    call.posted, call.finished = False, True


def _simulation_in_turn() -> Simulation | None:
    """The run in which this thread takes turns: as its loop, or as a thread that it has started or called."""
    in_thread: Simulation | None = getattr(local, "simulation", None)
    if in_thread is not None:
        return in_thread
    simulation = current()
    return simulation if simulation is not None and threading.get_ident() == simulation.loop_thread else None


def _students_line(frame: FrameType | None) -> int | None:
    """The learner's line that asks for a thread; None if the scenario asks for it."""
    caller = innermost_own(frame)
    return caller.f_lineno if caller is not None and is_student(caller.f_code) else None


# ---- calls of anyio on asyncio ---------------------------------------------------------------------------------------


class _Gate:
    """A capacity limiter that says when its call is handed to a thread: as soon as the token is granted."""

    def __init__(self, limiter: Any, simulation: Simulation, call: Call) -> None:
        self._limiter = limiter
        self._simulation = simulation
        self._call = call

    async def __aenter__(self) -> None:
        await self._limiter.acquire()
        self._simulation.workers.hand_over(self._call)

    async def __aexit__(self, *exc_info: object) -> None:
        self._limiter.release()


def count_calls_of_anyio() -> None:
    backend: Any = anyio_asyncio.AsyncIOBackend
    original = backend.run_sync_in_worker_thread.__func__

    async def run_sync_in_worker_thread(
        cls: Any, func: Any, args: Any, abandon_on_cancel: bool = False, limiter: Any = None
    ) -> Any:
        simulation = _simulation_in_turn()
        if simulation is None:
            return await original(cls, func, args, abandon_on_cancel=abandon_on_cancel, limiter=limiter)
        call = simulation.workers.new_call(_students_line(sys._getframe(1)))
        gate = _Gate(limiter or cls.current_default_thread_limiter(), simulation, call)

        def run() -> Any:
            _enter(simulation, call)
            try:
                return func(*args)
            finally:
                _leave(call)

        try:
            return await original(cls, run, (), abandon_on_cancel=abandon_on_cancel, limiter=gate)
        finally:
            simulation.workers.drop(call)

    backend.run_sync_in_worker_thread = classmethod(run_sync_in_worker_thread)


# ---- calls of trio, by anyio or not ----------------------------------------------------------------------------------


def count_calls_of_trio() -> None:
    threads: Any = _threads
    original = threads.start_thread_soon

    def start_thread_soon(fn: Callable[[], Any], deliver: Callable[[Any], object], name: str | None = None) -> None:
        simulation = _simulation_in_turn()
        if simulation is None:
            original(fn, deliver, name)
            return
        workers = simulation.workers
        call = workers.new_call(_students_line(sys._getframe(1)))

        def run() -> Any:
            _enter(simulation, call)
            return fn()

        def report(result: Any) -> None:
            try:
                deliver(result)
            finally:
                _leave(call)
                workers.forget(call)
                workers.posts.stir()

        workers.hand_over(call)
        try:
            original(run, report, name)
        except BaseException:
            workers.forget(call)
            raise

    threads.start_thread_soon = start_thread_soon
    _ask_in_virtual_time()


def _ask_in_virtual_time() -> None:
    """Have a thread that asks the loop for something wait in a queue that knows of turns; trio's own is made in C."""
    threads: Any = _threads
    original = threads._send_message_to_trio

    def send(token: trio.lowlevel.TrioToken | None, message: Any) -> Any:
        object.__setattr__(message, "queue", queue.SimpleQueue())
        return original(token, message)

    threads._send_message_to_trio = send


# ---- threads that a run starts ---------------------------------------------------------------------------------------


def count_threads() -> None:
    thread: Any = threading.Thread
    original = thread.start

    def start(self: threading.Thread) -> None:
        simulation = _simulation_in_turn()
        starter = sys._getframe(1)
        # By who starts it, and not by its name, which the learner's code may choose.
        if any(starter.f_globals is backend for backend in _BACKENDS):
            servants.add(self)
        uncounted = self in servants or starter.f_globals is _WAITS_FOR_CHILDREN
        if simulation is None or uncounted or self.ident is not None:
            with in_real_time():
                original(self)
            return
        workers = simulation.workers
        line = _students_line(starter)
        call = workers.new_call(line, self)
        _take_turns(self, simulation, call)
        if line is not None:
            workers.started[self] = line
        try:
            with in_real_time():
                original(self)
        except BaseException:
            workers.forget(call)
            workers.started.pop(self, None)
            raise
        call.state = "ready"

    thread.start = start
    _join_in_virtual_time(thread)


def _take_turns(thread: threading.Thread, simulation: Simulation, call: Call) -> None:
    work = thread.run

    def run() -> None:
        _enter(simulation, call)
        try:
            work()
        except BaseException:
            # While it is its turn: ``threading.excepthook`` may be the learner's.
            thread._invoke_excepthook(thread)  # type: ignore[attr-defined]
        finally:
            _leave(call)
            simulation.workers.posts.stir()

    thread.run = run  # type: ignore[method-assign]


def _join_in_virtual_time(thread: Any) -> None:
    original = thread.join

    def join(self: threading.Thread, timeout: float | None = None) -> None:
        simulation = _simulation_in_turn()
        call = simulation.workers.call_of(self) if simulation is not None else None
        if simulation is not None and call is not None and self is not threading.current_thread():
            ended = simulation.workers.wait(lambda: not self.is_alive(), call.waiters, timeout)
            timeout = 0 if ended is False else timeout
        original(self, timeout)

    thread.join = join
