"""Process-wide replacements: the clocks of ``time``, worker threads, child processes. Inert while no play runs.

They must be in place before a student's module is loaded, so that ``from time import sleep`` gets ours.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import trio
from anyio._backends import _asyncio as anyio_asyncio  # see private.py
from anyio._backends import _trio as anyio_trio
from trio import _core as trio_core

from grader.box.simulation import trio_
from grader.box.simulation.asyncio_ import VirtualSelector
from grader.box.simulation.core import Simulation
from grader.box.simulation.where import is_student
from grader.box.simulation.workers import Call

EPOCH = 1_700_000_000.0
"""What ``time.time()`` reads at virtual time 0."""

_real_sleep = time.sleep
_local = threading.local()
_current: Simulation | None = None
_installed = False


def current() -> Simulation | None:
    """The simulation of the play that runs now."""
    return _current


def activate(simulation: Simulation | None) -> None:
    global _current
    _current = simulation


def install() -> None:
    """Put everything in place, once."""
    global _installed
    if _installed:
        return
    _installed = True
    time.sleep = _sleep
    for name in ("time", "monotonic", "perf_counter"):
        setattr(time, name, _reading(getattr(time, name), EPOCH if name == "time" else 0.0))
        setattr(time, f"{name}_ns", _reading_ns(getattr(time, f"{name}_ns"), EPOCH if name == "time" else 0.0))
    _patch_threads(anyio_asyncio.AsyncIOBackend, anyio_asyncio.AsyncIOBackend.current_default_thread_limiter)
    _patch_threads(anyio_trio.TrioBackend, trio.to_thread.current_default_thread_limiter)
    _patch_wait_all_tasks_blocked()
    _order_scopes()
    _count_children()
    trio_.report_exits(current)


# ---- time ------------------------------------------------------------------------------------------------------------


def _sleep(seconds: Any) -> None:
    simulation = _current
    if simulation is None:
        return _real_sleep(seconds)
    _real_sleep(min(seconds, 0))  # complains about what is no duration, and takes no time
    call = getattr(_local, "call", None)
    if call is not None:
        return simulation.workers.sleep(call, seconds)
    if threading.get_ident() == simulation.loop_thread and simulation.in_step:
        # Otherwise it would look perfectly concurrent: no virtual time would pass at all.
        return simulation.blocking_call(f"time.sleep({seconds:g})", seconds, sys._getframe(1))
    return _real_sleep(seconds)


def _reading(real: Callable[[], float], start: float) -> Callable[[], float]:
    def read() -> float:
        simulation = _current
        if simulation is None or not is_student(sys._getframe(1).f_code):
            return real()
        return start + simulation.now

    return read


def _reading_ns(real: Callable[[], int], start: float) -> Callable[[], int]:
    def read() -> int:
        simulation = _current
        if simulation is None or not is_student(sys._getframe(1).f_code):
            return real()
        return int((start + simulation.now) * 1e9)

    return read


# ---- worker threads --------------------------------------------------------------------------------------------------


def counted(func: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Call, Callable[[], Any]]:
    """Wrap a call for a worker thread, so that the clock knows whether the thread can still go on."""
    simulation = _current
    assert simulation is not None
    workers = simulation.workers
    call = workers.new_call()

    def run() -> Any:
        call.thread_id, call.native_id = threading.get_ident(), threading.get_native_id()
        workers.await_baton(call)
        _local.call, _local.simulation = call, simulation
        try:
            return func(*args)
        finally:
            del _local.call, _local.simulation
            call.finished = True
            if call.abandoned:
                workers.drop(call)
                simulation.wake()

    return call, run


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


def _patch_threads(backend: Any, default_limiter: Callable[[], Any]) -> None:
    in_thread = backend.run_sync_in_worker_thread.__func__
    async_from_thread = backend.run_async_from_thread.__func__
    sync_from_thread = backend.run_sync_from_thread.__func__

    async def run_sync_in_worker_thread(
        cls: Any, func: Any, args: Any, abandon_on_cancel: bool = False, limiter: Any = None
    ) -> Any:
        if _current is None:
            return await in_thread(cls, func, args, abandon_on_cancel=abandon_on_cancel, limiter=limiter)
        call, run = counted(func, args)
        gate = _Gate(limiter or default_limiter(), call)
        workers = _current.workers
        try:
            return await in_thread(cls, run, (), abandon_on_cancel=abandon_on_cancel, limiter=gate)
        finally:
            workers.drop(call)

    def run_async_from_thread(cls: Any, func: Any, args: Any, token: Any) -> Any:
        call, simulation = _calling()
        if simulation is None:
            return async_from_thread(cls, func, args, token)

        async def in_loop(*inner: Any) -> Any:
            # The state changes on the loop's side, so there is no moment in which time could slip.
            call.state = "in-loop"
            try:
                return await func(*inner)
            finally:
                if call.state == "in-loop":
                    call.state = "ready"

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
                if call.state == "running":
                    call.state = "ready"

        try:
            return sync_from_thread(cls, in_loop, args, token)
        finally:
            simulation.workers.await_baton(call)

    backend.run_sync_in_worker_thread = classmethod(run_sync_in_worker_thread)
    backend.run_async_from_thread = classmethod(run_async_from_thread)
    backend.run_sync_from_thread = classmethod(run_sync_from_thread)


def _calling() -> tuple[Any, Simulation | None]:
    """The counted call that this thread runs, and its simulation."""
    call, simulation = getattr(_local, "call", None), getattr(_local, "simulation", None)
    if simulation is None or not simulation.workers.knows(call):
        return None, None
    return call, simulation


# ---- the rest --------------------------------------------------------------------------------------------------------


def _patch_wait_all_tasks_blocked() -> None:
    """anyio's own polls with ``sleep(0.1)`` on asyncio, which would move virtual time."""
    backend: Any = anyio_asyncio.AsyncIOBackend
    original = backend.wait_all_tasks_blocked.__func__

    async def wait_all_tasks_blocked(cls: Any) -> None:
        loop = asyncio.get_running_loop()
        selector = getattr(loop, "virtual_selector", None)
        if not isinstance(selector, VirtualSelector):
            await original(cls)
            return
        waiter: asyncio.Future[None] = loop.create_future()
        selector.until_idle.append(waiter)
        await waiter

    backend.wait_all_tasks_blocked = classmethod(wait_all_tasks_blocked)

    async def wait_all_tasks_blocked_on_trio(cls: Any) -> None:
        # anyio takes the same function from trio.testing, whose import pulls in pytest: 0.2 s, inside the box.
        await trio_core.wait_all_tasks_blocked()  # type: ignore[attr-defined]

    other: Any = anyio_trio.TrioBackend
    other.wait_all_tasks_blocked = classmethod(wait_all_tasks_blocked_on_trio)


class _OrderedSet(dict[Any, None]):
    """A set in order of insertion. anyio cancels the tasks of a scope in set order, which is by address."""

    def add(self, item: object) -> None:
        self[item] = None

    def discard(self, item: object) -> None:
        self.pop(item, None)

    def remove(self, item: object) -> None:
        del self[item]


def _order_scopes() -> None:
    scope: Any = anyio_asyncio.CancelScope
    original = scope.__init__

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self._tasks, self._child_scopes = _OrderedSet(), _OrderedSet()

    scope.__init__ = __init__


def _count_children() -> None:
    popen: Any = subprocess.Popen
    original = popen.__init__

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        if _current is not None:
            _current.workers.children.add(self)

    popen.__init__ = __init__
