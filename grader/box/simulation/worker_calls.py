"""Makes known to the simulation the calls that anyio sends to threads, and the threads that learners start."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from grader.box.simulation.core import Simulation, current
from grader.box.simulation.trace import innermost_own, is_student
from grader.box.simulation.workers import OURS, Call

local = threading.local()
"""The ``call`` that a worker thread runs, and its ``simulation``."""


def counted(func: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Call, Callable[[], Any]]:
    """Wrap a call for a worker thread, so that the simulation knows whether the thread can still go on."""
    simulation = current()
    assert simulation is not None
    workers = simulation.workers
    call = workers.new_call(_students_line(sys._getframe(1)))

    def run() -> Any:
        call.thread_id, call.native_id = threading.get_ident(), threading.get_native_id()
        workers.await_baton(call)
        local.call, local.simulation = call, simulation
        try:
            return func(*args)
        finally:
            del local.call, local.simulation
            call.posted, call.finished = False, True
            if call.abandoned:
                workers.drop(call)

    return call, run


def _students_line(frame: FrameType | None) -> int | None:
    """The learner's line that asks for a thread; None if the scenario asks for it."""
    caller = innermost_own(frame)
    return caller.f_lineno if caller is not None and is_student(caller.f_code) else None


class _Gate:
    """A capacity limiter that marks its call as ready at the moment the token is granted."""

    def __init__(self, limiter: Any, call: Call) -> None:
        self._limiter = limiter
        self._call = call

    async def __aenter__(self) -> None:  # the asyncio backend enters the limiter
        await self._limiter.acquire()
        self._call.state = "ready"

    async def __aexit__(self, *exc_info: object) -> None:
        self._limiter.release()

    async def acquire_on_behalf_of(self, borrower: object) -> None:  # trio passes a placeholder borrower
        await self._limiter.acquire_on_behalf_of(borrower)
        self._call.state = "ready"

    def release_on_behalf_of(self, borrower: object) -> None:
        self._limiter.release_on_behalf_of(borrower)


def patch_threads(backend: Any, default_limiter: Callable[[], Any]) -> None:
    in_thread = backend.run_sync_in_worker_thread.__func__
    async_from_thread = backend.run_async_from_thread.__func__
    sync_from_thread = backend.run_sync_from_thread.__func__

    async def run_sync_in_worker_thread(
        cls: Any, func: Any, args: Any, abandon_on_cancel: bool = False, limiter: Any = None
    ) -> Any:
        simulation = current()
        if simulation is None:
            return await in_thread(cls, func, args, abandon_on_cancel=abandon_on_cancel, limiter=limiter)
        call, run = counted(func, args)
        gate = _Gate(limiter or default_limiter(), call)
        workers = simulation.workers
        try:
            return await in_thread(cls, run, (), abandon_on_cancel=abandon_on_cancel, limiter=gate)
        finally:
            workers.drop(call)

    def run_async_from_thread(cls: Any, func: Any, args: Any, token: Any) -> Any:
        call, simulation = _calling()
        if simulation is None:
            return async_from_thread(cls, func, args, token)

        async def in_loop(*inner: Any) -> Any:
            # The loop changes the state, so that time cannot move between the post and this call.
            call.state = "in-loop"
            try:
                return await func(*inner)
            finally:
                if call.state == "in-loop":
                    call.state = "ready"

        call.state, call.posted = "asking", False
        try:
            return async_from_thread(cls, in_loop, args, token)
        finally:
            simulation.workers.await_baton(call)

    def run_sync_from_thread(cls: Any, func: Any, args: Any, token: Any) -> Any:
        call, simulation = _calling()
        if simulation is None:
            return sync_from_thread(cls, func, args, token)

        def in_loop(*inner: Any) -> Any:
            try:
                return func(*inner)
            finally:
                call.state = "ready"

        call.state, call.posted = "asking", False
        try:
            return sync_from_thread(cls, in_loop, args, token)
        finally:
            simulation.workers.await_baton(call)

    backend.run_sync_in_worker_thread = classmethod(run_sync_in_worker_thread)
    backend.run_async_from_thread = classmethod(run_async_from_thread)
    backend.run_sync_from_thread = classmethod(run_sync_from_thread)


def _calling() -> tuple[Any, Simulation | None]:
    """The counted call that this thread runs, and its simulation."""
    call, simulation = getattr(local, "call", None), getattr(local, "simulation", None)
    if simulation is None or not simulation.workers.knows(call):
        return None, None
    return call, simulation


def report_threads() -> None:
    """Note the line in which the learner's code starts a thread of its own."""
    thread: Any = threading.Thread
    original = thread.start

    def start(self: Any) -> None:
        simulation = current()
        line = _students_line(sys._getframe(1))
        if simulation is not None and line is not None and not self.name.startswith(OURS):
            simulation.workers.started[self] = line
        original(self)

    thread.start = start
