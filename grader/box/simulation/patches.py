"""Process-wide replacements: the clocks of ``time``, worker threads, child processes. Inert while no play runs.

They must be in place before a learner's module is loaded, so that ``from time import sleep`` gets ours.
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
from grader.box.simulation.core import current
from grader.box.simulation.deliveries import report_deliveries
from grader.box.simulation.hygiene import report_cancellations, report_streams
from grader.box.simulation.trace import is_student
from grader.box.simulation.worker_calls import local, patch_threads, report_threads
from grader.box.simulation.worker_sockets import patch_sockets

EPOCH = 1_700_000_000.0
"""What ``time.time()`` reads at virtual time 0."""

_real_sleep = time.sleep
_installed = False


def install() -> None:
    """Put everything in place, once."""
    global _installed
    if _installed:
        return
    _installed = True
    time.sleep = _sleep
    for name in ("time", "monotonic", "perf_counter"):
        start = EPOCH if name == "time" else 0.0
        setattr(time, name, _reading(getattr(time, name), start, float))
        setattr(time, f"{name}_ns", _reading(getattr(time, f"{name}_ns"), start, _nanoseconds))
    patch_threads(anyio_asyncio.AsyncIOBackend, anyio_asyncio.AsyncIOBackend.current_default_thread_limiter)
    patch_threads(anyio_trio.TrioBackend, trio.to_thread.current_default_thread_limiter)
    _patch_wait_all_tasks_blocked()
    _order_scopes()
    _count_children()
    patch_sockets()
    trio_.report_exits()
    trio_.hold_posts()
    report_cancellations(current)
    report_streams(current)
    report_deliveries()
    report_threads()


# ---- time ------------------------------------------------------------------------------------------------------------


def _sleep(seconds: Any) -> None:
    simulation = current()
    if simulation is None:
        return _real_sleep(seconds)
    _real_sleep(min(seconds, 0))  # raises for what is no duration, and takes no time
    call = getattr(local, "call", None)
    if call is not None:
        return simulation.workers.sleep(call, seconds)
    if threading.get_ident() == simulation.loop_thread:
        if seconds == 0:
            return None  # delays no task
        # Virtual time has to pass, or a program that blocks would look perfectly concurrent.
        return simulation.blocking_call(f"time.sleep({seconds:g})", seconds, sys._getframe(1))
    return _real_sleep(seconds)


def _reading(real: Callable[[], float], start: float, unit: Callable[[float], float]) -> Callable[[], float]:
    def read() -> float:
        simulation = current()
        if simulation is None or not is_student(sys._getframe(1).f_code):
            return real()
        return unit(start + simulation.now)

    return read


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)


# ---- idleness, scopes, child processes -------------------------------------------------------------------------------


def _patch_wait_all_tasks_blocked() -> None:
    """Replace anyio's, which on asyncio polls with ``sleep(0.1)`` and so would move virtual time."""
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
        # anyio imports the same function from trio.testing, which imports pytest: 0.2 s, inside the box.
        await trio_core.wait_all_tasks_blocked()  # type: ignore[attr-defined]

    other: Any = anyio_trio.TrioBackend
    other.wait_all_tasks_blocked = classmethod(wait_all_tasks_blocked_on_trio)


class _OrderedSet(dict[Any, None]):
    """A set in order of insertion. anyio cancels the tasks of a scope in the order of its set, which is by address."""

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
        simulation = current()
        if simulation is not None:
            simulation.workers.children.add(self)

    popen.__init__ = __init__
